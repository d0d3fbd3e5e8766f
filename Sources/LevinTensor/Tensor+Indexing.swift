/// One place in a subscript: a number, a range, a range with a step, all, or a new axis.
public struct TensorIndex: Sendable {
  enum Place {
    case element(Int)
    case range(Int?, Int?, step: Int)
    case ellipsis
    case newAxis

    var namesAxis: Bool {
      switch self {
      case .element, .range: true
      case .ellipsis, .newAxis: false
      }
    }
  }

  let place: Place

  init(_ place: Place) { self.place = place }
}

/// What may stand in a tensor's subscript.
public protocol TensorIndexConvertible {
  /// The place it stands for.
  var tensorIndex: TensorIndex { get }
}

extension TensorIndex: TensorIndexConvertible {
  /// The index itself.
  public var tensorIndex: TensorIndex { self }
}

extension TensorIndexConvertible where Self == TensorIndex {
  /// The whole axis.
  public static var all: TensorIndex { TensorIndex(.range(nil, nil, step: 1)) }
  /// All axes that no other place names.
  public static var ellipsis: TensorIndex { TensorIndex(.ellipsis) }
  /// A new axis of size 1.
  public static var newAxis: TensorIndex { TensorIndex(.newAxis) }
  /// From the first, up to and not including the second, in steps; nil stands for the end.
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
    TensorIndex(.range(lowerBound, upperBound == -1 ? nil : upperBound + 1, step: 1))
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

extension Tensor {
  /// Elements by place along each axis: numbers, ranges, `.all`, `.ellipsis` and `.newAxis`.
  ///
  /// Axes that no place names are taken whole. An index out of range is a precondition failure.
  public subscript<each Index: TensorIndexConvertible>(_ indices: repeat each Index) -> Tensor {
    var places: [TensorIndex.Place] = []
    for index in repeat each indices { places.append(index.tensorIndex.place) }
    return selecting(places)
  }

  private func selecting(_ places: [TensorIndex.Place]) -> Tensor {
    var starts = [Int](repeating: 0, count: rank)
    var counts = shape
    var steps = [Int](repeating: 1, count: rank)
    var result: [Int] = []
    var axis = 0
    let named = places.count { $0.namesAxis }
    require(named <= rank, "subscript: \(named) places for a tensor of shape \(shape)")
    var rest = rank - named
    func takeWhole(_ number: Int) {
      result += shape[axis..<(axis + number)]
      axis += number
    }
    for place in places {
      switch place {
      case .newAxis: result.append(1)
      case .ellipsis:
        takeWhole(rest)
        rest = 0
      case .element(let index):
        starts[axis] = checked(index, axis: axis)
        counts[axis] = 1
        axis += 1
      case .range(let lower, let upper, let step):
        let (start, count) = bounds(lower, upper, step: step, axis: axis)
        (starts[axis], counts[axis], steps[axis]) = (start, count, step)
        result.append(count)
        axis += 1
      }
    }
    takeWhole(rank - axis)
    let sliced = Node.slice(node, starts: starts, counts: counts, steps: steps)
    return Tensor(Node.reshape(sliced, to: result))
  }

  private func checked(_ index: Int, axis: Int) -> Int {
    let size = shape[axis]
    require(
      index >= -size && index < size,
      "subscript: index \(index) is out of range for axis \(axis) of shape \(shape)")
    return index < 0 ? index + size : index
  }

  // Bounds beyond the axis are cut to it, as NumPy does.
  private func bounds(_ lower: Int?, _ upper: Int?, step: Int, axis: Int) -> (Int, Int) {
    require(step > 0, "subscript: the step is \(step), and must be positive")
    let size = shape[axis]
    func place(_ bound: Int) -> Int {
      Swift.min(Swift.max(bound < 0 ? bound + size : bound, 0), size)
    }
    let start = place(lower ?? 0)
    let end = Swift.max(start, place(upper ?? size))
    return (start, (end - start + step - 1) / step)
  }
}
