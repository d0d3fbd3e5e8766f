import LevinTensor

/// The order in which a loader goes through its data.
public enum Shuffle: Sendable, Hashable {
  /// The order of the data set, in every epoch.
  case none
  /// A new order in each epoch, which follows from the seed and the number of the epoch alone.
  ///
  /// The order of epoch i is NumPy's `default_rng(SeedSequence(seed).spawn(i + 1)[i]).permutation(n)`.
  case seeded(Int)
}

/// A data set cut into batches.
///
/// Without shuffling a batch is a view on the data, and costs no copy. Settings are checked when a fit
/// begins.
public struct DataLoader<Batch>: Sendable {
  /// The data.
  public let dataset: TensorDataset<Batch>
  /// The observations in a batch; the last of an epoch may have fewer.
  public let batchSize: Int
  /// The order of the data.
  public let shuffle: Shuffle
  /// Whether an incomplete last batch is left out.
  public let dropLast: Bool

  /// Cuts a data set into batches.
  public init(
    _ dataset: TensorDataset<Batch>, batchSize: Int, shuffle: Shuffle = .none,
    dropLast: Bool = false
  ) {
    self.dataset = dataset
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.dropLast = dropLast
  }

  /// The number of batches in an epoch.
  public var batchCount: Int {
    guard batchSize > 0 else { return 0 }
    let (whole, rest) = dataset.count.quotientAndRemainder(dividingBy: batchSize)
    return rest == 0 || dropLast ? whole : whole + 1
  }

  /// The batches of an epoch, counted from 0.
  public func batches(epoch: Int = 0) -> EpochBatches<Batch> {
    require(
      (0...Int(UInt32.max)).contains(epoch),
      "batches: epoch \(epoch); epochs count from 0 to \(UInt32.max)")
    return EpochBatches(self, epoch: epoch)
  }
}

/// The batches of one epoch, made as they are asked for.
public struct EpochBatches<Batch>: RandomAccessCollection, Sendable {
  private let loader: DataLoader<Batch>
  // Nil stands for the order of the data set.
  private let order: [Int]?

  /// The index of the first batch, 0.
  public var startIndex: Int { 0 }
  /// The number of batches.
  public let endIndex: Int

  init(_ loader: DataLoader<Batch>, epoch: Int) {
    self.loader = loader
    endIndex = loader.batchCount
    if case .seeded(let seed) = loader.shuffle {
      order = Self.order(count: loader.dataset.count, seed: seed, epoch: epoch)
    } else {
      order = nil
    }
  }

  /// One batch, a view on the data or a copy of shuffled observations.
  public subscript(position: Int) -> Batch {
    require(
      (0..<endIndex).contains(position),
      "batches: there is no batch \(position); the \(loader.dataset.count) observations make \(endIndex) "
        + "of at most \(loader.batchSize)")
    let range = observations(position)
    guard let order else { return loader.dataset[range] }
    return loader.dataset[order[range]]
  }

  private static func order(count: Int, seed: Int, epoch: Int) -> [Int] {
    let root = SeedSequence(seed: seed)
    let child = SeedSequence(entropy: root.entropy, spawnKey: [UInt32(epoch)])
    var random = PCG64(child)
    return random.permutation(count)
  }

  /// The positions in the epoch's order that a batch takes.
  func observations(_ position: Int) -> Range<Int> {
    let start = position * loader.batchSize
    return start..<start + Swift.min(loader.batchSize, loader.dataset.count - start)
  }
}
