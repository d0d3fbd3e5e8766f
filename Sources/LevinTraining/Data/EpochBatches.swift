internal import LevinTensor

/// The batches of one epoch, made as they are asked for.
public struct EpochBatches<Batch>: RandomAccessCollection, Sendable {
  private let dataset: any Dataset<Batch>
  private let batchSize: Int
  private let order: EpochOrder
  // Nil for data without draws.
  private let draws: SeedSequence?

  /// The index of the first batch, 0.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public let endIndex: Int

  init(_ loader: DataLoader<Batch>, epoch: Int) throws {
    require(
      (0...Int(UInt32.max)).contains(epoch),
      "batches: epoch \(epoch); epochs count from 0 to \(UInt32.max)")
    dataset = loader.dataset
    batchSize = loader.batchSize
    order = try loader.order(epoch: epoch)
    endIndex = loader.batchCount
    draws = loader.dataset.drawsRandomNumbers ? loader.seedSequence.child(of: epoch) : nil
  }

  /// One batch, a view on the data or a copy of shuffled observations.
  ///
  /// A data set that throws ends the process.
  public subscript(position: Int) -> Batch {
    do { return try content(position) } catch { stop("batch \(position): \(error)") }
  }

  /// One batch with its number of observations.
  func loaded(_ position: Int) throws -> LoadedBatch<Batch> {
    LoadedBatch(try content(position), observationCount: observationCount(position))
  }

  private func content(_ position: Int) throws -> Batch {
    require(
      (0..<endIndex).contains(position),
      "batches: there is no batch \(position); the \(dataset.count) observations make \(endIndex) "
        + "of at most \(batchSize)")
    guard let draws else { return try gather(position) }
    return try withDefaultGenerator(PCG64(draws.child(position))) { try gather(position) }
  }

  private func gather(_ position: Int) throws -> Batch {
    switch order {
    case .data: try dataset.batch(in: range(position, of: dataset.count))
    case .indices(let indices):
      try dataset.batch(at: Array(indices[range(position, of: indices.count)]))
    case .batches(let batches): try dataset.batch(at: batches[position])
    }
  }

  private func observationCount(_ position: Int) -> Int {
    switch order {
    case .data: range(position, of: dataset.count).count
    case .indices(let indices): range(position, of: indices.count).count
    case .batches(let batches): batches[position].count
    }
  }

  private func range(_ position: Int, of count: Int) -> Range<Int> {
    let start = position * batchSize
    return start..<start + Swift.min(batchSize, count - start)
  }
}

/// The order of the observations of an epoch.
enum EpochOrder: Sendable {
  /// That of the data set.
  case data
  /// That of indices, which are cut into batches.
  case indices([Int])
  /// The indices of each batch.
  case batches([[Int]])
}

extension DataLoader {
  /// The order of an epoch.
  func order(epoch: Int) throws -> EpochOrder {
    if let sampling { return try memory.order(of: sampling, epoch: epoch) }
    guard case .seeded(let seed) = shuffle else { return .data }
    var random = PCG64(seed: seed, epoch: epoch)
    return .indices(random.permutation(dataset.count))
  }

  /// The source of the seeds of draws: that of the shuffling, or of the generator in force.
  var seedSequence: SeedSequence {
    if case .seeded(let seed) = shuffle { return SeedSequence(seed: seed) }
    return DefaultGenerator.streamInForce.seedSequence
  }
}

extension SeedSequence {
  // No child that is handed out has one of them in its key.
  private static let mark: UInt32 = 0x6461_7461
  private static let roleMark: UInt32 = 0x726f_6c65

  /// The sequence of all draws that a loop's source makes in an epoch.
  ///
  /// - Parameters:
  ///   - role: The purpose of the data.
  ///   - loader: The index of the source among those of the loop.
  ///   - epoch: The epoch.
  func child(of role: DataRole, loader: Int, epoch: Int) -> SeedSequence {
    let key = [role.number, loader, epoch].map { UInt32(truncatingIfNeeded: $0) }
    return SeedSequence(entropy: entropy, spawnKey: spawnKey + [Self.roleMark] + key)
  }

  /// The sequence of the draws of an epoch.
  func child(of epoch: Int) -> SeedSequence {
    SeedSequence(
      entropy: entropy,
      spawnKey: spawnKey + [Self.mark, UInt32(truncatingIfNeeded: epoch)])
  }

  /// The sequence of the draws of a batch.
  func child(_ batch: Int) -> SeedSequence {
    let words = [UInt32(truncatingIfNeeded: batch), UInt32(truncatingIfNeeded: batch >> 32)]
    return SeedSequence(entropy: entropy, spawnKey: spawnKey + words)
  }
}

extension DataRole {
  fileprivate var number: Int {
    switch self {
    case .training: 0
    case .validation: 1
    case .test: 2
    case .prediction: 3
    }
  }
}
