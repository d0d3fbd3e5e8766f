public import LevinTensor

/// Observations in tensors, one at each place of the first axis.
///
/// One tensor gives batches that are a tensor; two or three give batches that are tuples:
///
///     TensorDataset(samples)           // Batch == Tensor
///     TensorDataset(inputs, targets)   // Batch == (Tensor, Tensor)
public struct TensorDataset<Batch>: Sendable {
  /// The tensors, evaluated.
  public let tensors: [Tensor]
  private let assemble: @Sendable ([Tensor]) -> Batch

  private init(_ tensors: [Tensor], assemble: @escaping @Sendable ([Tensor]) -> Batch) {
    let data = tensors.map { $0.detached() }
    evaluate(data)
    self.tensors = data
    self.assemble = assemble
  }

  /// The number of observations.
  public var count: Int { tensors[0].count }

  /// The whole data set as one batch.
  public var all: Batch { assemble(tensors) }

  /// Consecutive observations, as views on the data.
  public subscript(range: Range<Int>) -> Batch {
    range == 0..<count ? all : assemble(tensors.map { $0[range] })
  }

  /// Observations in any order, copied.
  public subscript(indices: ArraySlice<Int>) -> Batch {
    assemble(tensors.map { $0.gatheringRows(indices) })
  }
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
