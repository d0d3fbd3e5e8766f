public import LevinTensor

extension DataLoader: BatchSource {
  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int? { batchCount }

  /// The batches of an epoch, counted from 0.
  public func makeBatches(epoch: Int) -> BatchStream<Batch> { stream(of: batches(epoch: epoch)) }

  /// The number of rows of the data set, those that ``dropLast`` leaves out of an epoch included.
  public var observationCount: Int? { dataset.count }

  /// Batches of consecutive rows; a last one that an epoch leaves out is filled up with rows before it.
  public func batchesInOrder() -> BatchStream<Batch>? {
    let (size, count) = (batchSize, dataset.count)
    var next = 0
    return BatchStream { [dataset, dropLast] in
      guard next < count else { return nil }
      let end = min(next + size, count)
      let first = dropLast ? max(end - size, 0) : next
      next = end
      var batch = LoadedBatch(dataset[first..<end], observationCount: end - first)
      batch.firstIndex = first
      return batch
    }
  }

  /// All observations in the order of the data set.
  public func observationsInOrder() -> BatchStream<Batch>? {
    // Larger batches than the fit's, where those are small: each costs an evaluation.
    let size = max(batchSize, 1 << 16)
    return stream(of: DataLoader(dataset, batchSize: size).batches())
  }

  private func stream(of batches: EpochBatches<Batch>) -> BatchStream<Batch> {
    // Not `count`, which a collection works out from its indices at each call.
    let end = batches.endIndex
    var index = 0
    return BatchStream {
      guard index < end else { return nil }
      defer { index += 1 }
      return LoadedBatch(
        batches[index], observationCount: batches.observations(index).count)
    }
  }

  /// Makes sure that there are observations, and batches of them.
  ///
  /// - Throws: ``TrainerError`` for the first thing that makes no sense.
  public func checkSettings(for role: DataRole) throws {
    if dataset.count == 0 { throw TrainerError.emptyDataset(role) }
    if batchSize <= 0 { throw TrainerError.invalidBatchSize(batchSize, role) }
    if batchCount == 0 {
      throw TrainerError.noCompleteBatch(count: dataset.count, batchSize: batchSize, role)
    }
    if case .seeded(let seed) = shuffle, seed < 0 {
      throw TrainerError.negativeSeed(seed, source: "DataLoader for the \(role)")
    }
  }

  /// The settings that the order of the data follows from, and the number of observations.
  public func state() -> State {
    var state = State()
    state["count"] = .integer(dataset.count)
    state["batchSize"] = .integer(batchSize)
    state["dropLast"] = .boolean(dropLast)
    if case .seeded(let seed) = shuffle { state["seed"] = .integer(seed) }
    return state
  }

  /// Makes sure that this loader gives the batches that the other one gave: nothing changes from epoch to epoch.
  ///
  /// - Throws: `StateError` when they differ in settings or in the number of observations.
  public mutating func restore(from state: State) throws {
    try state.expect("count", state.integer("count"), toBe: dataset.count)
    try state.expect("batchSize", state.integer("batchSize"), toBe: batchSize)
    try state.expect("dropLast", state.boolean("dropLast"), toBe: dropLast)
    let other = state["seed"] == nil ? Shuffle.none : .seeded(try state.integer("seed"))
    try state.expect("seed", other, toBe: shuffle)
  }
}
