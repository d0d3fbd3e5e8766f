internal import LevinTensor

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
///     DataLoader(TensorDataset(inputs, targets), batchSize: 64, shuffle: .seeded(0))
///     DataLoader(dataset, batchSize: 64, sampler: WeightedRandomSampler(weights: weights, seed: 0))
///     DataLoader(dataset, batchSize: 64, workers: 2)
///
/// Without shuffling a batch of a ``TensorDataset`` is a view on the data, and costs no copy. Settings are checked when
/// a fit begins.
///
/// With workers, batches are made ahead of time on other threads; they come in the same order and are the same as
/// without, draws from the default generator included. Such draws follow from the seed of the shuffling, or that of the
/// default generator, and the epoch and index of the batch; in a fit the latter differs between training, validation and
/// test data, and between loaders.
///
/// A shuffled epoch keeps the indices of its observations, 8 bytes each.
public struct DataLoader<Batch>: Sendable {
  /// The data.
  public let dataset: any Dataset<Batch>
  /// The number of observations in a batch, of which the last of an epoch may have fewer; 1 where a batch sampler
  /// decides.
  public let batchSize: Int
  /// The order of the data, where no sampler decides.
  public let shuffle: Shuffle
  /// Whether an incomplete last batch is left out.
  public let dropLast: Bool
  /// The number of threads that make batches ahead of time; 0 to make each when it is asked for.
  public let workers: Int
  /// The number of batches for each worker that are made ahead of time at most.
  public let prefetchFactor: Int
  var sampling: Sampling?
  var memory = SamplerMemory()

  /// Cuts a data set into batches.
  ///
  /// - Parameters:
  ///   - dataset: The data.
  ///   - batchSize: The number of observations in a batch; the last of an epoch may have fewer.
  ///   - shuffle: The order of the data.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - workers: The number of threads that make batches ahead of time.
  ///   - prefetchFactor: The number of batches for each worker that are made ahead of time at most.
  public init(
    _ dataset: some Dataset<Batch>, batchSize: Int, shuffle: Shuffle = .none,
    dropLast: Bool = false, workers: Int = 0, prefetchFactor: Int = 2
  ) {
    self.dataset = dataset
    self.batchSize = batchSize
    self.shuffle = shuffle
    self.dropLast = dropLast
    self.workers = workers
    self.prefetchFactor = prefetchFactor
  }

  /// Cuts the indices of a sampler into batches.
  ///
  /// - Parameters:
  ///   - dataset: The data.
  ///   - batchSize: The number of observations in a batch; the last of an epoch may have fewer.
  ///   - sampler: The indices of an epoch.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - workers: The number of threads that make batches ahead of time.
  ///   - prefetchFactor: The number of batches for each worker that are made ahead of time at most.
  public init(
    _ dataset: some Dataset<Batch>, batchSize: Int, sampler: some Sampler, dropLast: Bool = false,
    workers: Int = 0, prefetchFactor: Int = 2
  ) {
    self.init(
      dataset, batchSize: batchSize, dropLast: dropLast, workers: workers,
      prefetchFactor: prefetchFactor)
    sampling = .indices(sampler)
  }

  /// Takes the batches whose indices a batch sampler gives.
  ///
  /// - Parameters:
  ///   - dataset: The data.
  ///   - batchSampler: The indices of each batch of an epoch.
  ///   - workers: The number of threads that make batches ahead of time.
  ///   - prefetchFactor: The number of batches for each worker that are made ahead of time at most.
  public init(
    _ dataset: some Dataset<Batch>, batchSampler: some BatchSampling, workers: Int = 0,
    prefetchFactor: Int = 2
  ) {
    self.init(dataset, batchSize: 1, workers: workers, prefetchFactor: prefetchFactor)
    sampling = .batches(batchSampler)
  }

  /// Cuts a collection into batches that a closure puts together: PyTorch's `DataLoader(list, collate_fn=...)`.
  ///
  /// - Parameters:
  ///   - elements: The observations, such as an array of structures.
  ///   - batchSize: The number of observations in a batch; the last of an epoch may have fewer.
  ///   - shuffle: The order of the data.
  ///   - dropLast: Whether an incomplete last batch is left out.
  ///   - workers: The number of threads that make batches ahead of time.
  ///   - prefetchFactor: The number of batches for each worker that are made ahead of time at most.
  ///   - collate: A batch, made of some observations in their order.
  public init<Elements: RandomAccessCollection & Sendable>(
    _ elements: Elements, batchSize: Int, shuffle: Shuffle = .none, dropLast: Bool = false,
    workers: Int = 0, prefetchFactor: Int = 2,
    collate: @escaping @Sendable ([Elements.Element]) throws -> Batch
  ) {
    self.init(
      MapDataset(elements, collate: collate), batchSize: batchSize, shuffle: shuffle,
      dropLast: dropLast, workers: workers, prefetchFactor: prefetchFactor)
  }

  /// The number of batches in an epoch.
  public var batchCount: Int {
    switch sampling {
    case nil: batchCountOf(dataset.count, batchSize, dropLast)
    case .indices(let sampler): batchCountOf(sampler.count, batchSize, dropLast)
    case .batches(let sampler): sampler.batchCount
    }
  }

  /// The batches of an epoch, counted from 0.
  ///
  /// They are made when they are looked at, whatever the number of workers. A data set or sampler that throws ends the
  /// process here; ``makeBatches(epoch:)`` hands its error on.
  public func batches(epoch: Int = 0) -> EpochBatches<Batch> {
    do { return try EpochBatches(self, epoch: epoch) } catch { stop("batches: \(error)") }
  }
}
