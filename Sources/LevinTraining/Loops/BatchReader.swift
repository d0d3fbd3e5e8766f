/// The batches of an epoch, with a look whether another one comes.
final class BatchReader<Batch> {
  @exclusivity(unchecked) private var stream: BatchStream<Batch>
  private let total: Int?
  @exclusivity(unchecked) private var read: Int
  // A batch that was asked for to see whether there is one.
  @exclusivity(unchecked) private var ahead: LoadedBatch<Batch>?

  /// Opens the batches of an epoch behind those that were consumed.
  init(_ source: any BatchSource<Batch>, epoch: Int, from consumed: Int) throws {
    stream = try source.makeBatches(epoch: epoch, startingAt: consumed)
    total = source.batchesPerEpoch
    read = consumed
  }

  func next() throws -> LoadedBatch<Batch>? {
    defer { read += 1 }
    if let batch = ahead {
      ahead = nil
      return batch
    }
    return try stream.next()
  }

  /// Whether the batch that came last is the last of the epoch.
  var isAtEnd: Bool {
    get throws {
      if let total { return read >= total }
      if ahead == nil { ahead = try stream.next() }
      return ahead == nil
    }
  }
}
