internal import LevinTensor

// The part of a source's batches that a loop goes through.

/// The batches of a source, no more than a number of each epoch.
struct LimitedBatches<Batch>: BatchSource {
  private var source: any BatchSource<Batch>
  private let limit: Int
  // Whether each epoch has the same batches, in the order of the data.
  private let isFixed: Bool

  /// Takes the first batches of a source.
  ///
  /// - Parameters:
  ///   - limit: The number of batches.
  ///   - isFixed: Whether each epoch has the same batches, in the order of the data.
  init(_ source: any BatchSource<Batch>, _ limit: Int, isFixed: Bool) {
    (self.source, self.limit, self.isFixed) = (source, limit, isFixed)
  }

  var batchesPerEpoch: Int? { source.batchesPerEpoch.map { min($0, limit) } ?? nil }

  var observationCount: Int? { source.observationCount }

  func makeBatches(epoch: Int) throws -> BatchStream<Batch> {
    try makeBatches(epoch: epoch, startingAt: 0)
  }

  func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Batch> {
    var batches: BatchStream<Batch>
    if isFixed, let inOrder = try source.batchesInOrder() {
      batches = inOrder
      for _ in 0..<first { if try batches.next() == nil { break } }
    } else {
      batches = try source.makeBatches(epoch: isFixed ? 0 : epoch, startingAt: first)
    }
    var left = max(limit - first, 0)
    return BatchStream {
      guard left > 0 else { return nil }
      left -= 1
      return try batches.next()
    }
  }

  func checkSettings(for role: DataRole) throws { try source.checkSettings(for: role) }

  func observationsInOrder() throws -> BatchStream<Batch>? { try source.observationsInOrder() }

  func batchesInOrder() throws -> BatchStream<Batch>? { try source.batchesInOrder() }

  func state() -> State { source.state() }

  mutating func restore(from state: State) throws { try source.restore(from: state) }
}

extension LimitedBatches: SeparableSource {
  var separated: any BatchSource<Batch> { LimitedBatches(source.separate, limit, isFixed: isFixed) }
}

extension BatchSource {
  /// The batches within a limit; nil if there are none.
  ///
  /// - Throws: ``TrainerError/invalidSetting(name:problem:)``.
  func limited(
    to limit: BatchLimit, _ name: String, isFixed: Bool = false
  ) throws(TrainerError) -> (any BatchSource<Batch>)? {
    if limit == .all && !isFixed { return self }
    let count = try limit.count(of: batchesPerEpoch, name)
    if count == 0 { return nil }
    return LimitedBatches(self, count ?? .max, isFixed: isFixed)
  }
}
