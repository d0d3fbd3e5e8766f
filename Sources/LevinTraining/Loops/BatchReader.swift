internal import LevinTensor

/// The batches of an epoch, with a look whether another one comes.
///
/// They are made with a default generator of their own, which follows from the seed of the fit, the purpose of the data
/// and the epoch. So a source that draws leaves the draws of the fit as they are, and a fit that goes on in the middle of
/// an epoch has the batches that it would have had.
final class BatchReader<Batch> {
  @exclusivity(unchecked) private var stream: BatchStream<Batch>
  private let generator: DefaultGenerator
  private let total: Int?
  @exclusivity(unchecked) private var read: Int
  // A batch that was asked for to see whether there is one.
  @exclusivity(unchecked) private var ahead: LoadedBatch<Batch>?

  /// Opens the batches of an epoch behind those that were consumed.
  ///
  /// - Parameters:
  ///   - source: The source.
  ///   - role: The purpose of the data.
  ///   - loader: The index of the source among those of the loop.
  ///   - epoch: The epoch.
  ///   - consumed: The number of batches that were consumed.
  init(
    _ source: any BatchSource<Batch>, for role: DataRole = .training, loader: Int = 0, epoch: Int,
    from consumed: Int = 0
  ) throws {
    let seeds = DefaultGenerator.streamInForce.seedSequence
    generator = DefaultGenerator(lazily: {
      PCG64(seeds.child(of: role, loader: loader, epoch: epoch))
    })
    stream = try withDefaultGenerator(generator) {
      try source.makeBatches(epoch: epoch, startingAt: consumed)
    }
    total = source.batchesPerEpoch
    read = consumed
  }

  func next() throws -> LoadedBatch<Batch>? {
    defer { read += 1 }
    if ahead == nil { try advance() }
    defer { ahead = nil }
    return ahead
  }

  /// Whether the batch that came last is the last of the epoch.
  var isAtEnd: Bool {
    get throws {
      if let total { return read >= total }
      if ahead == nil { try advance() }
      return ahead == nil
    }
  }

  // A closure that gave the batch would have its type looked up in each step.
  private func advance() throws {
    try withDefaultGenerator(generator) { ahead = try stream.next() }
  }
}
