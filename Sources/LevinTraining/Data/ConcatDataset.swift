public import LevinTensor

/// Several data sets one after the other: PyTorch's `ConcatDataset`.
///
///     ConcatDataset([TensorDataset(spring), TensorDataset(autumn)])
public struct ConcatDataset<Batch>: Dataset {
  /// The data sets.
  public let datasets: [any Dataset<Batch>]
  // The index of the first observation of each, and the number of all.
  private let starts: [Int]
  private let concatenate: @Sendable ([Batch]) throws -> Batch
  // Whether a closure of a user's puts batches together.
  private let concatenationDraws: Bool
  // Rows of a batch by index; nil where batches can only be put one after the other.
  private let reorder: (@Sendable (Batch, [Int]) throws -> Batch)?

  /// Data sets whose batches are put together by a closure.
  ///
  /// - Parameters:
  ///   - datasets: The data sets, at least one.
  ///   - concatenate: One batch of the observations of several, in their order.
  public init(
    _ datasets: [any Dataset<Batch>], concatenate: @escaping @Sendable ([Batch]) throws -> Batch
  ) {
    self.init(datasets, draws: true, concatenate: concatenate, reorder: nil)
  }

  private init(
    _ datasets: [any Dataset<Batch>], draws: Bool = false,
    concatenate: @escaping @Sendable ([Batch]) throws -> Batch,
    reorder: (@Sendable (Batch, [Int]) throws -> Batch)?
  ) {
    require(!datasets.isEmpty, "ConcatDataset: there are no data sets; give at least one")
    self.datasets = datasets
    starts = datasets.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    self.concatenate = concatenate
    concatenationDraws = draws
    self.reorder = reorder
  }

  /// The number of observations in all data sets.
  public var count: Int { starts[datasets.count] }

  /// The observations at indices into all data sets one after the other.
  ///
  /// - Throws: What the data sets throw.
  public func batch(at indices: [Int]) throws -> Batch {
    requireIndices(indices, below: count, for: "ConcatDataset")
    guard let reorder else { return try joined(runs(of: indices)) }
    // One batch of each data set, and their rows in the order that was asked for.
    var parts = [[Int]](repeating: [], count: datasets.count)
    let positions = indices.map { index in
      let part = self.part(of: index)
      parts[part].append(index - starts[part])
      return (part, parts[part].count - 1)
    }
    let firsts = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
    let used = parts.enumerated().filter { !$0.element.isEmpty }.map { ($0.offset, $0.element) }
    let batch = try joined(used.isEmpty ? [(0, [])] : used)
    return used.count < 2 ? batch : try reorder(batch, positions.map { firsts[$0.0] + $0.1 })
  }

  /// Consecutive observations.
  ///
  /// - Throws: What the data sets throw.
  public func batch(in range: Range<Int>) throws -> Batch {
    let pieces = datasets.indices.compactMap { part -> (Int, Range<Int>)? in
      let own = range.clamped(to: starts[part]..<starts[part + 1])
      return own.isEmpty
        ? nil : (part, own.lowerBound - starts[part]..<own.upperBound - starts[part])
    }
    if pieces.isEmpty { return try datasets[0].batch(in: 0..<0) }
    let batches = try pieces.map { try datasets[$0.0].batch(in: $0.1) }
    return batches.count == 1 ? batches[0] : try concatenate(batches)
  }

  private func joined(_ pieces: [(part: Int, indices: [Int])]) throws -> Batch {
    if pieces.isEmpty { return try datasets[0].batch(at: []) }
    let batches = try pieces.map { try datasets[$0.part].batch(at: $0.indices) }
    return batches.count == 1 ? batches[0] : try concatenate(batches)
  }

  // Consecutive indices into the same data set.
  private func runs(of indices: [Int]) -> [(part: Int, indices: [Int])] {
    var runs: [(part: Int, indices: [Int])] = []
    for index in indices {
      let part = self.part(of: index)
      if runs.last?.part != part { runs.append((part, [])) }
      runs[runs.count - 1].indices.append(index - starts[part])
    }
    return runs
  }

  // The last data set that begins at the index or before it, and is not empty.
  private func part(of index: Int) -> Int {
    var (low, high) = (0, datasets.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= index { low = middle } else { high = middle }
    }
    return low
  }

  /// Whether batches may depend on draws: those of any of the data sets do, or a closure puts them together.
  public var drawsRandomNumbers: Bool {
    concatenationDraws || datasets.contains { $0.drawsRandomNumbers }
  }

  /// The fingerprints of the data sets.
  ///
  /// - Throws: What the data sets throw.
  public func fingerprint() throws -> String {
    try datasets.map { try $0.fingerprint() }.joined(separator: " + ")
  }
}

extension ConcatDataset where Batch == Tensor {
  /// Data sets whose batches are tensors that agree in dtype and in the sizes of all axes but the first.
  public init(_ datasets: [any Dataset<Tensor>]) {
    self.init(datasets, concatenate: joinedRows) { batch, order in
      batch.gatheringRows(order[...], for: "ConcatDataset")
    }
  }
}

extension ConcatDataset where Batch == (Tensor, Tensor) {
  /// Data sets whose batches are pairs of tensors that agree in dtype and in the sizes of all axes but the first.
  public init(_ datasets: [any Dataset<(Tensor, Tensor)>]) {
    self.init(datasets) { batches in
      (joinedRows(batches.map(\.0)), joinedRows(batches.map(\.1)))
    } reorder: { batch, order in
      (
        batch.0.gatheringRows(order[...], for: "ConcatDataset"),
        batch.1.gatheringRows(order[...], for: "ConcatDataset")
      )
    }
  }
}

extension ConcatDataset where Batch == (Tensor, Tensor, Tensor) {
  /// Data sets whose batches are triples of tensors that agree in dtype and in the sizes of all axes but the first.
  public init(_ datasets: [any Dataset<(Tensor, Tensor, Tensor)>]) {
    self.init(datasets) { batches in
      (
        joinedRows(batches.map(\.0)), joinedRows(batches.map(\.1)),
        joinedRows(batches.map(\.2))
      )
    } reorder: { batch, order in
      (
        batch.0.gatheringRows(order[...], for: "ConcatDataset"),
        batch.1.gatheringRows(order[...], for: "ConcatDataset"),
        batch.2.gatheringRows(order[...], for: "ConcatDataset")
      )
    }
  }
}

@Sendable private func joinedRows(_ tensors: [Tensor]) -> Tensor {
  .joiningRows(tensors, for: "ConcatDataset")
}
