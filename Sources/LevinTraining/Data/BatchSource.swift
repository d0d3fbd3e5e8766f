public import LevinTensor

/// Data of a fit: the batches of an epoch, made as they are asked for.
///
/// ``DataLoader`` is one. One of your own reads files, or makes data up:
///
///     struct Waves: BatchSource {
///       var batchesPerEpoch: Int? { 100 }
///
///       func makeBatches(epoch: Int) -> BatchStream<Tensor> {
///         var random = PCG64(seed: epoch)
///         return BatchStream((0..<100).lazy.map { _ in random.standardNormal(shape: [32, 8]) })
///       }
///     }
///
/// A batch is a tensor, a tuple of tensors, or a structure of your own. An epoch has at least one batch, and a batch at
/// least one observation.
///
/// A fit that goes on where another was stopped restores the state into a source made with the same settings, and asks
/// for the batches that were not used yet. So batches follow from the epoch and from the state, which is that at the
/// beginning of the epoch that runs or ran last, however many batches have been asked for since.
public protocol BatchSource<Batch>: Stateful {
  /// The type of a batch.
  associatedtype Batch

  /// The number of batches in an epoch; nil when nobody knows before they have come.
  var batchesPerEpoch: Int? { get }

  /// The number of observations in all data, of which a batch is a part; nil when nobody knows.
  var observationCount: Int? { get }

  /// The batches of an epoch, counted from 0; those of a validation are the ones of epoch 0.
  ///
  /// - Throws: Whatever keeps the source from giving them; it comes out of `fit` unchanged.
  func makeBatches(epoch: Int) throws -> BatchStream<Batch>

  /// The batches of an epoch from one of them on, for a fit that goes on where another was stopped.
  ///
  /// - Parameters:
  ///   - epoch: The number of the epoch, as it was when the fit was stopped; the state was restored before.
  ///   - first: The number of batches that were used then.
  /// - Throws: As ``makeBatches(epoch:)``, and ``DataError`` when the epoch has fewer batches.
  func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Batch>

  /// Makes sure that the settings make sense, before anything else happens in a fit.
  ///
  /// - Throws: ``TrainerError`` or an error of the source's own.
  func checkSettings(for role: DataRole) throws

  /// Every observation once, in the order of the data, for a look before the first step; nil for data that can be
  /// read only once, or are different in each epoch. Their batches are looked at as they come.
  func observationsInOrder() throws -> BatchStream<Batch>?

  /// Every observation at least once, in batches of the sizes that an epoch has, for a look before the first step by
  /// modules whose code depends on the size of a batch; nil as for ``observationsInOrder()``.
  func batchesInOrder() throws -> BatchStream<Batch>?
}

extension BatchSource {
  /// Unknown.
  public var batchesPerEpoch: Int? { nil }

  /// Unknown.
  public var observationCount: Int? { nil }

  /// Makes the batches before, too, and drops them.
  public func makeBatches(epoch: Int, startingAt first: Int) throws -> BatchStream<Batch> {
    var batches = try makeBatches(epoch: epoch)
    for index in 0..<first where try batches.next() == nil {
      throw DataError.tooFewBatches(epoch: epoch, expected: first, found: index)
    }
    return batches
  }

  /// Finds nothing wrong.
  public func checkSettings(for role: DataRole) throws {}

  /// None: the data are looked at as they come.
  public func observationsInOrder() throws -> BatchStream<Batch>? { nil }

  /// None: the batches are looked at as they come.
  public func batchesInOrder() throws -> BatchStream<Batch>? { nil }

  /// Nothing: the batches follow from the epoch alone.
  public func state() -> State { State() }

  /// Takes over nothing.
  ///
  /// - Throws: `StateError` for a state that has something in it.
  public mutating func restore(from state: State) throws { try state.expectOnly([]) }
}

/// A batch together with the number of its observations, by which its means are weighted.
public struct LoadedBatch<Batch> {
  /// The batch.
  public let content: Batch
  /// The number of observations in it.
  public let observationCount: Int
  /// The index of the first of them among all data, where it does not follow from the batches before.
  var firstIndex: Int?

  /// Puts a batch and its number of observations together.
  public init(_ content: Batch, observationCount: Int) {
    self.content = content
    self.observationCount = observationCount
  }
}

/// Batches one after the other.
public struct BatchStream<Batch> {
  private let advance: () throws -> LoadedBatch<Batch>?

  /// Batches that a function gives, until it gives nil.
  public init(next: @escaping () throws -> LoadedBatch<Batch>?) { advance = next }

  /// Batches of a sequence.
  ///
  /// - Parameters:
  ///   - batches: The batches, made as they are asked for if the sequence is lazy.
  ///   - observationCount: The number of observations in a batch.
  @inlinable public init(
    _ batches: some Sequence<Batch>, observationCount: @escaping (Batch) -> Int
  ) {
    // Not known here, the sequence would be asked how to go on for each batch: a microsecond.
    var rest = batches.makeIterator()
    self.init {
      rest.next().map { LoadedBatch($0, observationCount: observationCount($0)) }
    }
  }

  /// The next batch; nil when there are no more.
  public mutating func next() throws -> LoadedBatch<Batch>? { try advance() }
}

extension BatchStream where Batch == Tensor {
  /// Batches of a sequence; the first axis of each goes over the observations.
  @inlinable public init(_ batches: some Sequence<Tensor>) {
    self.init(batches) { $0.count }
  }
}

extension BatchStream where Batch == (Tensor, Tensor) {
  /// Batches of a sequence; the first axis of each tensor goes over the observations.
  @inlinable public init(_ batches: some Sequence<(Tensor, Tensor)>) {
    self.init(batches) { $0.0.count }
  }
}

extension BatchStream where Batch == (Tensor, Tensor, Tensor) {
  /// Batches of a sequence; the first axis of each tensor goes over the observations.
  @inlinable public init(_ batches: some Sequence<(Tensor, Tensor, Tensor)>) {
    self.init(batches) { $0.0.count }
  }
}
