public import LevinTensor

/// Observations in tensors, one at each index of the first axis.
///
/// One tensor gives batches that are a tensor; more give batches that are tuples, or structures of your own:
///
///     TensorDataset(samples)           // Batch == Tensor
///     TensorDataset(inputs, targets)   // Batch == (Tensor, Tensor)
///     TensorDataset(tensors: [age, dose, response]) { Trial(age: $0[0], dose: $0[1], response: $0[2]) }
public struct TensorDataset<Batch>: Dataset {
  /// The tensors, evaluated.
  public let tensors: [Tensor]
  /// Whether batches may depend on draws, as those that a closure puts together.
  public let drawsRandomNumbers: Bool
  private let assemble: @Sendable ([Tensor]) -> Batch
  // The tensors without gaps between their elements, from the first time on that rows are copied out of them.
  private let packed = Locked<[Tensor]>([])

  /// Observations of tensors of equal length, put together to batches of any type.
  ///
  /// Tensors of different lengths, or without axes, end the process with their shapes.
  ///
  /// - Parameters:
  ///   - tensors: The tensors, whose first axes go over the observations; at least one.
  ///   - assemble: A batch, made of the same observations of each tensor.
  public init(tensors: [Tensor], assemble: @escaping @Sendable ([Tensor]) -> Batch) {
    self.init(tensors, drawsRandomNumbers: true, assemble)
  }

  private init(
    _ tensors: [Tensor], drawsRandomNumbers: Bool = false,
    _ assemble: @escaping @Sendable ([Tensor]) -> Batch
  ) {
    require(!tensors.isEmpty, "TensorDataset: there are no tensors; give at least one")
    Self.requireObservations(in: tensors.map(\.shape))
    let data = tensors.map { $0.detached() }
    evaluateOrStop(data)
    self.tensors = data
    self.drawsRandomNumbers = drawsRandomNumbers
    self.assemble = assemble
  }

  private static func requireObservations(in shapes: [[Int]]) {
    let list = shapes.map { "\($0)" }.joined(separator: " and ")
    require(
      shapes.allSatisfy { !$0.isEmpty },
      "TensorDataset: of shape \(list), a tensor has no axis for observations; give each a first axis that goes "
        + "over them")
    require(
      shapes.allSatisfy { $0[0] == shapes[0][0] },
      "TensorDataset: tensors of shapes \(list) have different numbers of observations along their first axis; give "
        + "each the same number")
  }

  /// The number of observations.
  public var count: Int { tensors[0].count }

  /// The whole data set as one batch.
  public var all: Batch { assemble(tensors) }

  /// Consecutive observations, as views on the data.
  ///
  /// A range beyond the data ends the process.
  public subscript(range: Range<Int>) -> Batch {
    if range == 0..<count { return all }
    require(
      range.lowerBound >= 0 && range.upperBound <= count,
      "TensorDataset: the range \(range) goes beyond \(count) observations of shape "
        + "\(tensors.map(\.shape))")
    return assemble(tensors.map { $0[range] })
  }

  /// Observations in any order, copied.
  ///
  /// An index that is negative or beyond the data ends the process.
  public subscript(indices: ArraySlice<Int>) -> Batch {
    let sources = packed.withLock { packed in
      if packed.isEmpty { packed = tensors.map(\.packed) }
      return packed
    }
    return assemble(sources.map { $0.gatheringRows(indices, for: "TensorDataset") })
  }

  /// Observations in any order, copied.
  public func batch(at indices: [Int]) -> Batch { self[indices[...]] }

  /// Consecutive observations, as views on the data.
  public func batch(in range: Range<Int>) -> Batch { self[range] }

  /// The dtypes and shapes of the tensors, with checksums of some of their elements.
  public func fingerprint() -> String { tensors.map(\.fingerprint).joined(separator: "; ") }
}

extension TensorDataset where Batch == Tensor {
  /// Observations of one tensor.
  public init(_ tensor: Tensor) {
    self.init([tensor]) { $0[0] }
  }
}

extension TensorDataset where Batch == (Tensor, Tensor) {
  /// Observations of two tensors of equal length, such as inputs and targets.
  public init(_ first: Tensor, _ second: Tensor) {
    self.init([first, second]) { ($0[0], $0[1]) }
  }
}

extension TensorDataset where Batch == (Tensor, Tensor, Tensor) {
  /// Observations of three tensors of equal length, such as inputs, targets and weights.
  public init(_ first: Tensor, _ second: Tensor, _ third: Tensor) {
    self.init([first, second, third]) { ($0[0], $0[1], $0[2]) }
  }
}

extension TensorDataset {
  /// Observations of four or more tensors of equal length; a batch is a tuple of as many.
  public init<each Rest: DatasetComponent>(
    _ first: Tensor, _ second: Tensor, _ third: Tensor, _ fourth: Tensor, _ rest: repeat each Rest
  ) where Batch == (Tensor, Tensor, Tensor, Tensor, repeat each Rest) {
    var tensors = [first, second, third, fourth]
    for part in repeat each rest { tensors.append(part.component) }
    self.init(tensors) { parts in
      var next = 3
      func take<Part: DatasetComponent>(_ type: Part.Type) -> Part {
        next += 1
        return Part(component: parts[next])
      }
      return (parts[0], parts[1], parts[2], parts[3], repeat take((each Rest).self))
    }
  }
}

/// A tensor as part of the tuple that a batch is.
///
/// `Tensor` is the only type that conforms.
public protocol DatasetComponent: Sendable {
  /// The tensor.
  var component: Tensor { get }

  /// A part of a batch.
  init(component: Tensor)
}

extension Tensor: DatasetComponent {
  /// The tensor itself.
  public var component: Tensor { self }

  /// The tensor itself.
  public init(component: Tensor) { self = component }
}
