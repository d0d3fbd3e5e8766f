/// One index of a subscript: a number, a range, a range with a step, a tensor of indices or Booleans, all, or
/// a new axis.
public struct TensorIndex: Sendable {
  enum Kind {
    case element(Int)
    case range(Int?, Int?, step: Int)
    case ellipsis
    case newAxis
    case tensor(Tensor)

    /// The number of axes that it takes, without those of an ellipsis.
    var axisCount: Int {
      switch self {
      case .element, .range: 1
      case .ellipsis, .newAxis: 0
      case .tensor(let tensor): tensor.dtype == .bool ? tensor.rank : 1
      }
    }
  }

  let kind: Kind

  init(_ kind: Kind) { self.kind = kind }
}

/// A type whose values may stand in a tensor's subscript.
public protocol TensorIndexConvertible {
  /// The index that this value stands for.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexConvertible {
  /// The index itself.
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexConvertible where Self == TensorIndex {
  /// The whole axis.
  public static var all: TensorIndex { TensorIndex(.range(nil, nil, step: 1)) }
  /// All axes that no other index takes.
  public static var ellipsis: TensorIndex { TensorIndex(.ellipsis) }
  /// A new axis of size 1.
  public static var newAxis: TensorIndex { TensorIndex(.newAxis) }
  /// From the first, up to and not including the second, in steps; nil stands for the end that the step
  /// comes from or goes to.
  public static func range(_ from: Int?, _ to: Int?, step: Int = 1) -> TensorIndex {
    TensorIndex(.range(from, to, step: step))
  }
}

extension Int: TensorIndexConvertible {
  /// One element.
  public var tensorIndex: TensorIndex { TensorIndex(.element(self)) }
}

extension Range: TensorIndexConvertible where Bound == Int {
  /// The elements of the range.
  public var tensorIndex: TensorIndex { TensorIndex(.range(lowerBound, upperBound, step: 1)) }
}

extension ClosedRange: TensorIndexConvertible where Bound == Int {
  /// The elements of the range; a last one of -1 is the last of the axis.
  public var tensorIndex: TensorIndex {
    let isLast = upperBound == -1 || upperBound == .max
    return TensorIndex(.range(lowerBound, isLast ? nil : upperBound + 1, step: 1))
  }
}

extension PartialRangeFrom: TensorIndexConvertible where Bound == Int {
  /// The elements from the bound on.
  public var tensorIndex: TensorIndex { TensorIndex(.range(lowerBound, nil, step: 1)) }
}

extension PartialRangeUpTo: TensorIndexConvertible where Bound == Int {
  /// The elements before the bound.
  public var tensorIndex: TensorIndex { TensorIndex(.range(nil, upperBound, step: 1)) }
}

extension Tensor: TensorIndexConvertible {
  /// Indices along an axis for a tensor of `int64` or `int32`; for one of `bool` the positions of its true
  /// elements, along as many axes as it has.
  public var tensorIndex: TensorIndex { TensorIndex(.tensor(self)) }
}

extension Array: TensorIndexConvertible where Element: TensorScalar {
  /// Indices along an axis, or a Boolean for each of its elements.
  public var tensorIndex: TensorIndex { TensorIndex(.tensor(Tensor(self))) }
}

extension Tensor {
  /// Elements by their indices along each axis: numbers, ranges, tensors of indices or Booleans, `.all`,
  /// `.ellipsis` and `.newAxis`.
  ///
  /// - Axes without an index are taken whole. Negative numbers count from the end, and ranges beyond
  ///   the axis are cut to it. A range with a negative step runs backwards.
  /// - Tensors of indices broadcast together, and their shape stands where the first of them does; in
  ///   front of all others if a range, `.all`, `.ellipsis` or `.newAxis` separates them. That is NumPy's
  ///   advanced indexing with PyTorch's rule for numbers, which take their axis away before.
  /// - A tensor of Booleans stands for the positions of its true elements. Their number depends on its
  ///   elements, so it is evaluated at once.
  /// - Assignment makes a tensor with new elements at these indices; values broadcast and take this
  ///   tensor's dtype, and of several for one index the last stands. Gradients reach the elements that
  ///   stayed, and the values that stand.
  ///
  /// A number or index that is out of range ends the process; an index with the line of the subscript.
  public subscript<each Index: TensorIndexConvertible>(
    _ indices: repeat each Index, file file: StaticString = #fileID, line line: UInt = #line
  ) -> Tensor {
    get { selection(repeat each indices, file: file, line: line).elements(of: self) }
    set {
      self = selection(repeat each indices, file: file, line: line)
        .replacing(in: self, with: newValue)
    }
    // The compiler (6.3) crashes when it writes this for a pack of indices.
    _modify {
      let selection = selection(repeat each indices, file: file, line: line)
      var elements = selection.elements(of: self)
      yield &elements
      self = selection.replacing(in: self, with: elements)
    }
  }

  private func selection<each Index: TensorIndexConvertible>(
    _ indices: repeat each Index, file: StaticString, line: UInt
  ) -> Selection {
    var kinds: [TensorIndex.Kind] = []
    for index in repeat each indices { kinds.append(index.tensorIndex.kind) }
    return Selection(kinds, of: shape, at: CallSite(file: file, line: line))
  }
}
