public import LevinTensor

/// A distribution whose log-probability counts only where a mask is true.
///
/// Elsewhere it is 0 and has no gradient, whatever is observed there: NaN, or a value that the distribution
/// does not have.
public struct Masked<Base: Distribution>: Distribution {
  /// The distribution whose log-probability counts where the mask is true.
  public let base: Base
  /// Booleans that broadcast with the base's batch shape.
  public let mask: Tensor
  /// The shape that the mask and the base's batch shape broadcast to.
  public let batchShape: [Int]

  /// Creates a distribution that counts where a mask holds.
  public init(base: Base, mask: Tensor) {
    (self.base, self.mask) = (base, mask.cast(to: .bool))
    batchShape = Shape.broadcast(base.batchShape, mask.shape, for: "Masked")
  }

  /// Creates a distribution that counts where a mask holds.
  public init(_ base: Base, mask: Tensor) { self.init(base: base, mask: mask) }

  private var wide: Expanded<Base> { Expanded(base, batchShape) }

  // The mask beside values.
  private var valueMask: Tensor { mask.reshaped(to: mask.shape + eventShape.map { _ in 1 }) }

  /// The base's event shape.
  public var eventShape: [Int] { base.eventShape }

  /// The base's support where the mask holds; elsewhere everything is in it.
  public var support: Constraint { base.support.relaxed(exceptWhere: mask) }

  /// The base's mean.
  public var mean: Tensor { wide.mean }

  /// The base's variance.
  public var variance: Tensor { wide.variance }

  /// The base's log-probability, and 0 where the mask is false.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    // The value is exchanged first: 0 times a derivative that is not finite would be NaN.
    let safe = base.support.feasibleValue(eventShape, dtype: value.dtype)
    return `where`(mask, wide.logProb(`where`(valueMask, value, safe)), 0)
  }

  /// The base's draws, whatever the mask.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    wide.sample(shape, using: &generator)
  }
}

extension Masked: ReparameterizedDistribution where Base: ReparameterizedDistribution {
  /// The base's draws with gradients, whatever the mask.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    wide.reparameterizedSample(shape, using: &generator)
  }
}

extension Masked: EnumerableDistribution where Base: EnumerableDistribution {
  /// The base's.
  public var supportCount: Int { base.supportCount }

  /// The base's values.
  public func enumeratedSupport(expanding: Bool) -> Tensor {
    wide.enumeratedSupport(expanding: expanding)
  }
}

extension Distribution {
  /// The distribution with log-probability 0 wherever `mask` is false.
  ///
  /// - Parameter mask: Booleans that broadcast with the batch shape.
  public func masked(by mask: Tensor) -> any Distribution { Masked(self, mask: mask) }
}
