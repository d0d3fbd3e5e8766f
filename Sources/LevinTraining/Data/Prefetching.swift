public import LevinTensor

/// A source whose batches are made ahead of time on another thread, while the fit computes.
///
///     try trainer.fit(model, train: Prefetching(source, batches: 4))
///
/// Batches come in the same order, and an error where its batch would have come. The default generator of the other
/// thread is a child of the one in force, which depends on the epoch; so draws are the same in each run, and other than
/// without prefetching. A ``DataLoader`` has workers of its own, which leave draws as they are.
///
/// Several epochs may be read at a time, as by training and validation: each has a thread of its own, and they take turns
/// at the source, since it may share what it reads from. An epoch that is ended early stops its thread after the batch
/// that it is making; the next epoch waits for that.
public struct Prefetching<Source: BatchSource & Sendable>: BatchSource, Sendable {
  /// The source.
  public private(set) var source: Source
  /// The number of batches that are made and not used yet, at most.
  public let batches: Int
  private let turns = SourceTurns()

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
  /// The other thread makes the batches before, too, where the source cannot leave them out, and drops them.
  ///
  /// - Throws: What the source throws where no batches are made ahead of time; otherwise it comes in place of the first
  ///   batch.
  public func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Source.Batch> {
    guard batches > 0 else { return try source.makeBatches(epoch: epoch, startingAt: first) }
    let owned = OwnedStream { [source] in try source.makeBatches(epoch: epoch, startingAt: first) }
    return BackgroundBatches(workers: 1, ahead: batches, epoch: epoch, turns: turns) { _ in
      try owned.next()
    }.stream
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

extension Prefetching: SeparableSource {
  var separated: any BatchSource<Source.Batch> {
    var copy = self
    if let own = source.separate as? Source { copy.source = own }
    return copy
  }
}

/// A stream that the one worker of a queue alone opens and takes batches from.
private final class OwnedStream<Batch>: @unchecked Sendable {
  private let open: () throws -> BatchStream<Batch>
  private var stream: BatchStream<Batch>?

  init(_ open: @escaping () throws -> BatchStream<Batch>) { self.open = open }

  func next() throws -> LoadedBatch<Batch>? {
    if stream == nil { stream = try open() }
    return try stream?.next()
  }
}
