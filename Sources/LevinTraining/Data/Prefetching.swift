public import LevinTensor

/// A source whose batches are made ahead of time on another thread, while the fit computes.
///
///     try trainer.fit(model, train: Prefetching(source, batches: 4))
///
/// Batches come in the same order, and an error where its batch would have come. The default generator of the other
/// thread is a child of the one in force, which depends on the epoch; so draws are the same in each run, and other than
/// without prefetching. A ``DataLoader`` has workers of its own, which leave draws as they are.
///
/// An epoch that is ended early stops the other thread after the batch that it is making; the next epoch waits for
/// that, since sources may share what they read from.
public struct Prefetching<Source: BatchSource & Sendable>: BatchSource, Sendable {
  /// The source.
  public private(set) var source: Source
  /// The number of batches that are made and not used yet, at most.
  public let batches: Int
  private let last = Locked(LastQueue<Source.Batch>())

  /// Makes the batches of a source ahead of time.
  ///
  /// - Parameters:
  ///   - source: The source.
  ///   - batches: The number of batches that are made and not used yet, at most; 0 to make each when it is asked for.
  public init(_ source: Source, batches: Int = 2) {
    self.source = source
    self.batches = batches
  }

  /// The number of batches in an epoch of the source.
  public var batchesPerEpoch: Int? { source.batchesPerEpoch }

  /// The number of observations of the source.
  public var observationCount: Int? { source.observationCount }

  /// The batches of an epoch.
  ///
  /// - Throws: What the source throws.
  public func makeBatches(epoch: Int) throws -> BatchStream<Source.Batch> {
    try makeBatches(epoch: epoch, startingAt: 0)
  }

  /// The batches of an epoch from one of them on.
  ///
  /// - Throws: What the source throws.
  public func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Source.Batch> {
    if let old = last.withLock({ $0.queue }) {
      old.cancel()
      old.waitForWorkers()
    }
    let stream = try source.makeBatches(epoch: epoch, startingAt: first)
    guard batches > 0 else { return stream }
    let owned = OwnedStream(stream)
    let background = BackgroundBatches(workers: 1, ahead: batches, epoch: epoch) { _ in
      try owned.next()
    }
    last.withLock { $0.queue = background.queue }
    return background.stream
  }

  /// Makes sure that the settings make sense.
  ///
  /// - Throws: What the source throws, and ``DataError`` for a negative number of batches.
  public func checkSettings(for role: DataRole) throws {
    if batches < 0 {
      throw DataError.invalidPrefetch(
        "\(batches) batches ahead of time; give 0 or a positive number", role)
    }
    try source.checkSettings(for: role)
  }

  /// The observations of the source in order.
  ///
  /// - Throws: What the source throws.
  public func observationsInOrder() throws -> BatchStream<Source.Batch>? {
    try source.observationsInOrder()
  }

  /// The observations of the source in batches of its sizes.
  ///
  /// - Throws: What the source throws.
  public func batchesInOrder() throws -> BatchStream<Source.Batch>? { try source.batchesInOrder() }

  /// The state of the source, which does not depend on how many batches have been made.
  public func state() -> State { source.state() }

  /// Takes over the state of another's source.
  ///
  /// - Throws: What the source throws.
  public mutating func restore(from state: State) throws { try source.restore(from: state) }
}

private struct LastQueue<Batch>: Sendable {
  weak var queue: BatchQueue<Batch>?
}

/// A stream that the one worker of a queue alone takes batches from.
private final class OwnedStream<Batch>: @unchecked Sendable {
  private var stream: BatchStream<Batch>

  init(_ stream: BatchStream<Batch>) { self.stream = stream }

  func next() throws -> LoadedBatch<Batch>? { try stream.next() }
}
