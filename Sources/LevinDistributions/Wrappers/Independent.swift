public import LevinTensor

/// A distribution whose rightmost batch axes are axes of one event instead.
///
/// The log-probability of an event is the sum over these axes.
public struct Independent<Base: Distribution>: Distribution {
  /// The distribution of each element of the axes taken.
  public let base: Base
  /// The number of the base's batch axes that are event axes: PyTorch's `reinterpreted_batch_ndims`.
  public let reinterpretedRank: Int

  /// Creates a distribution whose events take in `reinterpretedRank` of the base's batch axes.
  public init(base: Base, reinterpretedRank: Int) {
    require(
      reinterpretedRank >= 0 && reinterpretedRank <= base.batchShape.count,
      "Independent: \(reinterpretedRank) axes cannot be taken from batch shape \(base.batchShape)")
    (self.base, self.reinterpretedRank) = (base, reinterpretedRank)
  }

  /// Creates a distribution whose events take in `reinterpretedRank` of the base's batch axes.
  public init(_ base: Base, _ reinterpretedRank: Int) {
    self.init(base: base, reinterpretedRank: reinterpretedRank)
  }

  /// The base's batch shape without the axes taken.
  public var batchShape: [Int] { base.batchShape.dropLast(reinterpretedRank) }

  /// The axes taken from the batch shape, then those of the base's event.
  public var eventShape: [Int] { base.batchShape.suffix(reinterpretedRank) + base.eventShape }

  /// The base's support for each element of the axes taken.
  public var support: Constraint { .independent(base.support, reinterpretedRank) }

  /// The base's mean.
  public var mean: Tensor { base.mean }

  /// The base's variance.
  public var variance: Tensor { base.variance }

  /// The base's log-probability, added up over the axes taken.
  public func logProb(_ value: Tensor) -> Tensor {
    base.logProb(value).summed(overLast: reinterpretedRank)
  }

  /// The base's draws.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    base.sample(shape, using: &generator)
  }
}

extension Independent: ReparameterizedDistribution where Base: ReparameterizedDistribution {
  /// The base's draws with gradients.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    base.reparameterizedSample(shape, using: &generator)
  }
}

extension Distribution {
  /// The distribution with its rightmost `count` batch axes as event axes; itself for 0.
  public func toEvent(_ count: Int) -> any Distribution {
    count == 0 ? self : Independent(self, count)
  }
}
