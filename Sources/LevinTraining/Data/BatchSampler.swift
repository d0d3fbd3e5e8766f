public import LevinTensor

/// The indices of each batch of an epoch, for a ``DataLoader`` whose batches are not stretches of one order: batches
/// of observations of like length, or with the same number of each class.
///
/// ``BatchSampler`` cuts the indices of any ``Sampler``. State is as for a sampler.
public protocol BatchSampling: Stateful, Sendable {
  /// The number of batches in an epoch.
  var batchCount: Int { get }

  /// The indices of each batch of an epoch, counted from 0.
  ///
  /// - Throws: Whatever keeps them from being given; it comes out of `fit` unchanged.
  func batches(epoch: Int) throws -> [[Int]]

  /// The reason why the settings make no sense for a data set; nil when they do.
  func settingsProblem(for count: Int) -> String?
}

extension BatchSampling {
  /// Nil: there is nothing wrong.
  public func settingsProblem(for count: Int) -> String? { nil }

  /// Nothing: the batches follow from the epoch alone.
  public func state() -> State { State() }

  /// Takes over nothing.
  ///
  /// - Throws: `StateError` for a state that has something in it.
  public mutating func restore(from state: State) throws { try state.expectOnly([]) }
}

/// The indices of a sampler, cut into batches: PyTorch's `BatchSampler`.
public struct BatchSampler<Base: Sampler>: BatchSampling {
  /// The sampler.
  public private(set) var sampler: Base
  /// The number of indices in a batch; the last of an epoch may have fewer.
  public let batchSize: Int
  /// Whether an incomplete last batch is left out.
  public let dropLast: Bool

  /// Cuts the indices of a sampler into batches.
  public init(_ sampler: Base, batchSize: Int, dropLast: Bool = false) {
    self.sampler = sampler
    self.batchSize = batchSize
    self.dropLast = dropLast
  }

  /// The number of batches in an epoch.
  public var batchCount: Int { batchCountOf(sampler.count, batchSize, dropLast) }

  /// The indices of each batch of an epoch.
  ///
  /// - Throws: What the sampler throws.
  public func batches(epoch: Int) throws -> [[Int]] {
    let indices = try sampler.indices(epoch: epoch)
    return (0..<batchCountOf(indices.count, batchSize, dropLast)).map { batch in
      Array(indices[(batch * batchSize)...].prefix(batchSize))
    }
  }

  /// The settings that make no sense.
  public func settingsProblem(for count: Int) -> String? {
    if batchSize <= 0 { return "the batch size is \(batchSize); give a positive number" }
    return sampler.settingsProblem(for: count)
  }

  /// The state of the sampler.
  public func state() -> State { sampler.state() }

  /// Takes over the state of another's sampler.
  ///
  /// - Throws: What the sampler throws.
  public mutating func restore(from state: State) throws { try sampler.restore(from: state) }
}

/// The number of batches of some observations.
func batchCountOf(_ count: Int, _ batchSize: Int, _ dropLast: Bool) -> Int {
  guard batchSize > 0 else { return 0 }
  let (complete, rest) = count.quotientAndRemainder(dividingBy: batchSize)
  return rest == 0 || dropLast ? complete : complete + 1
}
