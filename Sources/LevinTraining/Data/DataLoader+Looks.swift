internal import LevinTensor

// The data in their order, for a look before a fit.
extension DataLoader {
  /// Batches of consecutive observations; a last one that an epoch leaves out is filled up with some before it.
  public func batchesInOrder() -> BatchStream<Batch>? {
    let reader = OrderedReader(self)
    let (size, count) = (batchSize, dataset.count)
    var (next, number) = (0, 0)
    return BatchStream { [dropLast] in
      guard next < count else { return nil }
      let end = next + min(size, count - next)
      let first = dropLast ? max(end - size, 0) : next
      defer { (next, number) = (end, number + 1) }
      return try reader.batch(first..<end, number: number)
    }
  }

  /// All observations in the order of the data set.
  ///
  /// Where the batches of the fit are small these are larger, since each costs an evaluation: as many observations as
  /// take 16 MB, but at most 65,536, and never fewer than a batch of the fit has.
  public func observationsInOrder() throws -> BatchStream<Batch>? {
    let reader = OrderedReader(self)
    let count = dataset.count
    if let bytes = (dataset as? any MeasuredDataset)?.bytesPerObservation {
      return rest(reader, from: 0, to: count, bytes: bytes)
    }
    // The first batch tells the size of an observation.
    let size = min(batchSize, count)
    var first: LoadedBatch<Batch>? = try reader.batch(0..<size, number: 0)
    let tensors = first.map { LevinTraining.tensors(in: $0.content).map(\.tensor) } ?? []
    let bytes = tensors.reduce(0) { $0 + $1.elementCount * $1.dtype.byteCount }
    var others = rest(
      reader, from: size, to: count, bytes: tensors.isEmpty ? .max : bytes / max(size, 1))
    return BatchStream {
      guard let batch = first else { return try others.next() }
      first = nil
      return batch
    }
  }

  private func rest(
    _ reader: OrderedReader<Batch>, from start: Int, to count: Int, bytes: Int
  ) -> BatchStream<Batch> {
    let size = max(1, min(max(batchSize, min(1 << 16, (1 << 24) / max(bytes, 1))), count))
    // Each worker has one batch ahead: they are large.
    let loader = DataLoader(dataset, batchSize: size, workers: workers, prefetchFactor: 1)
    let numbers = 0..<batchCountOf(count - start, size, false)
    return loader.stream(of: numbers, epoch: 0) { number in
      let first = start + number * size
      return try reader.batch(first..<min(first + size, count), number: first)
    }
  }
}

/// Consecutive observations of a data set, whose draws follow from the number of the batch.
private struct OrderedReader<Batch>: Sendable {
  private let dataset: any Dataset<Batch>
  // Nil for data without draws.
  private let draws: SeedSequence?

  init(_ loader: DataLoader<Batch>) {
    dataset = loader.dataset
    draws = dataset.drawsRandomNumbers ? loader.seedSequence.child(of: 0) : nil
  }

  func batch(_ range: Range<Int>, number: Int) throws -> LoadedBatch<Batch> {
    let content =
      if let draws {
        try withDefaultGenerator(PCG64(draws.child(number))) { try dataset.batch(in: range) }
      } else {
        try dataset.batch(in: range)
      }
    var batch = LoadedBatch(content, observationCount: range.count)
    batch.firstIndex = range.lowerBound
    return batch
  }
}

/// A data set that knows the size of its observations before it has read any.
protocol MeasuredDataset {
  /// The bytes that an observation takes in a batch.
  var bytesPerObservation: Int { get }
}

extension TensorDataset: MeasuredDataset {
  var bytesPerObservation: Int {
    tensors.reduce(0) { $0 + $1.elementCount * $1.dtype.byteCount } / max(count, 1)
  }
}

extension FileDataset: MeasuredDataset {
  var bytesPerObservation: Int {
    files.reduce(0) { $0 + $1.shape.dropFirst().reduce($1.dtype.byteCount, *) }
  }
}
