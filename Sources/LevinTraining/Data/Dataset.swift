import LevinTensor

/// Observations by index: what a ``DataLoader`` takes its batches from.
///
/// ``TensorDataset`` is one, ``MapDataset`` makes one of a closure. One of your own reads what it is asked for:
///
///     struct Recordings: Dataset {
///       let paths: [String]
///
///       var count: Int { paths.count }
///
///       func batch(at indices: [Int]) throws -> Tensor {
///         try stack(indices.map { try Tensor(contentsOfNPY: paths[$0]) })
///       }
///     }
///
/// Loaders with workers ask for several batches at once, from several threads. Draws from the default generator, such
/// as noise that is added to the data, follow from the seed, the epoch and the index of the batch, whatever thread
/// makes it.
public protocol Dataset<Batch>: Sendable {
  /// The type of a batch: a tensor, a tuple of tensors, or a structure of your own.
  associatedtype Batch

  /// The number of observations.
  var count: Int { get }

  /// The observations at some indices, in the order of the indices, which may repeat.
  ///
  /// - Parameter indices: Numbers from 0 up to, not including, ``count``.
  /// - Throws: Whatever keeps the data set from giving them; it comes out of `fit` unchanged.
  func batch(at indices: [Int]) throws -> Batch

  /// Consecutive observations.
  ///
  /// - Throws: As ``batch(at:)``.
  func batch(in range: Range<Int>) throws -> Batch

  /// Whether batches depend on draws from the default generator.
  var drawsRandomNumbers: Bool { get }

  /// A short text that differs for other data, as far as a quick look tells; it is kept in checkpoints, and a fit does
  /// not go on with other data.
  func fingerprint() throws -> String
}

extension Dataset {
  /// The observations one by one.
  public func batch(in range: Range<Int>) throws -> Batch { try batch(at: Array(range)) }

  /// True, for all that is known.
  public var drawsRandomNumbers: Bool { true }

  /// The number of observations.
  public func fingerprint() throws -> String { "\(count) observations" }

  /// Each batch changed by a function, such as a scaling or the addition of noise.
  ///
  ///     let noisy = TensorDataset(images).mapBatches { $0 + 0.1 * Tensor.normal($0.shape) }
  ///
  /// - Parameter transform: Makes a batch of a batch, with the same observations. Draws from the default generator
  ///   are the same in each run.
  public func mapBatches<Other>(
    _ transform: @escaping @Sendable (Batch) throws -> Other
  ) -> MappedDataset<Self, Other> {
    MappedDataset(base: self, transform: transform)
  }
}

/// A data set whose batches are another's, changed by a function: what ``Dataset/mapBatches(_:)`` gives.
public struct MappedDataset<Base: Dataset, Batch>: Dataset {
  /// The data set that the batches come from.
  public let base: Base
  let transform: @Sendable (Base.Batch) throws -> Batch

  /// The number of observations.
  public var count: Int { base.count }

  /// The changed batch of the observations at some indices.
  ///
  /// - Throws: What the data set or the function throws.
  public func batch(at indices: [Int]) throws -> Batch { try transform(base.batch(at: indices)) }

  /// The changed batch of consecutive observations.
  ///
  /// - Throws: What the data set or the function throws.
  public func batch(in range: Range<Int>) throws -> Batch { try transform(base.batch(in: range)) }

  /// The fingerprint of the data that the batches come from.
  public func fingerprint() throws -> String { try base.fingerprint() }
}
