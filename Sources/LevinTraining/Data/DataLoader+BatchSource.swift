public import LevinTensor

extension DataLoader: BatchSource {
  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int? { batchCount }

  /// The batches of an epoch, counted from 0.
  ///
  /// - Throws: What the sampler throws.
  public func makeBatches(epoch: Int) throws -> BatchStream<Batch> {
    try makeBatches(epoch: epoch, startingAt: 0)
  }

  /// The batches of an epoch from one of them on; those before it are not loaded.
  ///
  /// - Throws: What the sampler throws, and ``DataError`` when the epoch has fewer batches.
  public func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Batch> {
    let batches = try EpochBatches(self, epoch: epoch)
    guard first <= batches.endIndex else {
      throw DataError.tooFewBatches(epoch: epoch, expected: first, found: batches.endIndex)
    }
    // Not `count`, which a collection works out from its indices at each call.
    return stream(of: first..<batches.endIndex, epoch: epoch) { try batches.loaded($0) }
  }

  /// The batches of some numbers, made by the workers if there are any.
  func stream(
    of numbers: Range<Int>, epoch: Int,
    _ load: @escaping @Sendable (Int) throws -> LoadedBatch<Batch>
  ) -> BatchStream<Batch> {
    if workers > 0, !numbers.isEmpty {
      let (ahead, overflow) = workers.multipliedReportingOverflow(by: max(prefetchFactor, 1))
      return BackgroundBatches(
        workers: min(workers, numbers.count),
        ahead: overflow ? numbers.count : min(ahead, numbers.count), epoch: epoch
      ) { index in
        index < numbers.count ? try load(numbers.lowerBound + index) : nil
      }.stream
    }
    var rest = numbers.makeIterator()
    return BatchStream { try rest.next().map(load) }
  }

  /// The number of observations of the data set, those that an epoch leaves out included.
  public var observationCount: Int? { dataset.count }

  /// Makes sure that there are observations, and batches of them.
  ///
  /// - Throws: ``TrainerError`` or ``DataError`` for the first thing that makes no sense.
  public func checkSettings(for role: DataRole) throws {
    if dataset.count == 0 { throw TrainerError.emptyDataset(role) }
    if batchSize <= 0 { throw TrainerError.invalidBatchSize(batchSize, role) }
    if let problem = sampling?.settingsProblem(for: dataset.count) {
      throw DataError.invalidSampler(problem, role)
    }
    if batchCount == 0 {
      throw TrainerError.noCompleteBatch(count: dataset.count, batchSize: batchSize, role)
    }
    if case .seeded(let seed) = shuffle, seed < 0 {
      throw TrainerError.negativeSeed(seed, source: "DataLoader for the \(role)")
    }
    if workers < 0 || prefetchFactor < 1 {
      throw DataError.invalidPrefetch(
        "\(workers) workers with a prefetchFactor of \(prefetchFactor); give at least 0 workers and a factor of 1",
        role
      )
    }
  }

  /// The settings that the order of the data follows from, a fingerprint of the data, and the state of the sampler when
  /// the epoch that runs or ran last began.
  public func state() -> State {
    var state = State()
    state["count"] = .integer(dataset.count)
    state["batchSize"] = .integer(batchSize)
    state["dropLast"] = .boolean(dropLast)
    if case .seeded(let seed) = shuffle { state["seed"] = .integer(seed) }
    if let sampling { state["sampler"] = .tree(memory.state(of: sampling)) }
    if let data = try? dataset.fingerprint() { state["data"] = .text(data) }
    return state
  }

  /// Goes on where another loader was, which must have the same settings and data.
  ///
  /// - Throws: `StateError` when they differ, and what the data set throws.
  public mutating func restore(from state: State) throws {
    try state.expectOnly(["count", "batchSize", "dropLast", "seed", "sampler", "data"])
    try state.expect("count", state.integer("count"), toBe: dataset.count)
    try state.expect("batchSize", state.integer("batchSize"), toBe: batchSize)
    try state.expect("dropLast", state.boolean("dropLast"), toBe: dropLast)
    let other = state["seed"] == nil ? Shuffle.none : .seeded(try state.integer("seed"))
    try state.expect("seed", other, toBe: shuffle)
    if state["data"] != nil {
      try state.expect("data", state.text("data"), toBe: dataset.fingerprint())
    }
    guard var restored = sampling else { return try state.expectNone("sampler") }
    try memory.restore(&restored, from: state.tree("sampler"))
    sampling = restored
  }
}

extension State {
  fileprivate func expectNone(_ name: String) throws {
    if self[name] != nil { throw StateError.unexpected(paths: [name]) }
  }
}
