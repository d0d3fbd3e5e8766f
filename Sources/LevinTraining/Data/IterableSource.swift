public import LevinTensor

/// Batches of any sequence, or of a closure that makes them: data that come one after the other and have no indices.
///
///     IterableSource([first, second])                              // tensors as batches
///     IterableSource(elements: lines, batchSize: 32) { lines in    // elements, put together to batches
///       Tensor(lines.map(\.count))
///     }
///     IterableSource<Tensor> { epoch in                            // anything, which may throw
///       let reader = try Reader(path)
///       return BatchStream { try reader.next().map { LoadedBatch($0, observationCount: $0.count) } }
///     }
///
/// Each epoch goes through the sequence anew, so one that can be gone through only once is made in a closure. A fit that
/// goes on in the middle of an epoch makes the batches before, too, and drops them.
public struct IterableSource<Batch>: BatchSource, Sendable {
  /// The number of batches in an epoch; nil when nobody knows.
  public let batchesPerEpoch: Int?
  /// The number of observations in an epoch; nil when nobody knows.
  public let observationCount: Int?
  private let batchSize: Int?
  private let stream: @Sendable (Int) throws -> BatchStream<Batch>

  /// Batches that a closure makes.
  ///
  /// - Parameters:
  ///   - batchesPerEpoch: The number of batches in an epoch, if it is known.
  ///   - observationCount: The number of observations in an epoch, if it is known.
  ///   - batches: The batches of an epoch, counted from 0. What it throws comes out of `fit` unchanged.
  public init(
    batchesPerEpoch: Int? = nil, observationCount: Int? = nil,
    batches: @escaping @Sendable (_ epoch: Int) throws -> BatchStream<Batch>
  ) {
    self.init(batchesPerEpoch, observationCount, batchSize: nil, batches)
  }

  private init(
    _ batchesPerEpoch: Int?, _ observationCount: Int?, batchSize: Int?,
    _ stream: @escaping @Sendable (Int) throws -> BatchStream<Batch>
  ) {
    self.batchesPerEpoch = batchesPerEpoch
    self.observationCount = observationCount
    self.batchSize = batchSize
    self.stream = stream
  }

  /// The batches of a sequence.
  ///
  /// - Parameters:
  ///   - batches: The batches.
  ///   - observationCount: The number of observations in a batch.
  public init<Batches: Sequence<Batch> & Sendable>(
    _ batches: Batches, observationCount: @escaping @Sendable (Batch) -> Int
  ) {
    self.init { _ in BatchStream(batches, observationCount: observationCount) }
  }

  /// The elements of a sequence, put together to batches.
  ///
  /// - Parameters:
  ///   - elements: The observations.
  ///   - batchSize: The number of observations in a batch; the last of an epoch may have fewer.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - collate: A batch, made of some observations in their order.
  public init<Elements: Sequence & Sendable>(
    elements: Elements, batchSize: Int, dropLast: Bool = false,
    collate: @escaping @Sendable ([Elements.Element]) throws -> Batch
  ) where Elements.Iterator: SendableMetatype {
    self.init(
      batchSize: batchSize, dropLast: dropLast, elements: { _ in elements }, collate: collate)
  }

  /// The elements of sequences that a closure makes, put together to batches.
  ///
  /// - Parameters:
  ///   - batchSize: The number of observations in a batch; the last of an epoch may have fewer.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - elements: The observations of an epoch, counted from 0. What it throws comes out of `fit` unchanged.
  ///   - collate: A batch, made of some observations in their order.
  public init<Elements: Sequence & SendableMetatype>(
    batchSize: Int, dropLast: Bool = false,
    elements: @escaping @Sendable (_ epoch: Int) throws -> Elements,
    collate: @escaping @Sendable ([Elements.Element]) throws -> Batch
  ) where Elements.Iterator: SendableMetatype {
    self.init(nil, nil, batchSize: batchSize) { epoch in
      var rest = try elements(epoch).makeIterator()
      return BatchStream {
        var taken: [Elements.Element] = []
        while taken.count < batchSize, let element = rest.next() { taken.append(element) }
        if taken.isEmpty || dropLast && taken.count < batchSize { return nil }
        return LoadedBatch(try collate(taken), observationCount: taken.count)
      }
    }
  }

  /// The batches of an epoch.
  ///
  /// - Throws: What the closures throw.
  public func makeBatches(epoch: Int) throws -> BatchStream<Batch> { try stream(epoch) }

  /// Makes sure that the batch size is positive.
  ///
  /// - Throws: ``TrainerError`` when it is not.
  public func checkSettings(for role: DataRole) throws {
    if let batchSize, batchSize <= 0 { throw TrainerError.invalidBatchSize(batchSize, role) }
  }
}

extension IterableSource where Batch == Tensor {
  /// The tensors of a sequence as batches; the first axis of each goes over the observations.
  public init(_ batches: some Sequence<Tensor> & Sendable) { self.init(batches) { $0.count } }
}

extension IterableSource where Batch == (Tensor, Tensor) {
  /// The pairs of a sequence as batches; the first axis of each tensor goes over the observations.
  public init(_ batches: some Sequence<(Tensor, Tensor)> & Sendable) {
    self.init(batches) { $0.0.count }
  }
}
