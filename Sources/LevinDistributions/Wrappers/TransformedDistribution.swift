public import LevinTensor

/// The distribution of transformed draws of another one.
///
/// log p(y) = log p(x) - log |det dy/dx|, where the transforms take x to y. Where a transform takes more axes
/// together than an event of the base has, batch axes of the base become event axes.
public struct TransformedDistribution<Base: Distribution>: Distribution {
  /// The distribution of the numbers that are transformed.
  public let base: Base
  /// The transforms, the first one first.
  public let transforms: [any Transform]
  /// The batch axes of the base that stay such, broadcast with the transforms' parameters.
  public let batchShape: [Int]
  /// The shape of one transformed event.
  public let eventShape: [Int]
  private let composed: ComposedTransform
  /// The base, expanded to the batch axes that the transforms give.
  let drawn: Expanded<Base>

  /// Creates the distribution of `base`'s draws, transformed one after the other.
  public init(base: Base, transforms: [any Transform]) {
    composed = ComposedTransform(transforms)
    (self.base, self.transforms) = (base, composed.parts)
    let rank = base.eventShape.count
    let shape = base.batchShape + base.eventShape
    require(
      shape.count >= composed.inputEventRank,
      "TransformedDistribution: the transforms take \(composed.inputEventRank) axes together, but draws "
        + "have batch shape \(base.batchShape) and event shape \(base.eventShape)")
    let output = composed.forwardShape(shape)
    let input = composed.inverseShape(output)
    require(
      Array(input.suffix(rank)) == base.eventShape,
      "TransformedDistribution: the transforms make events of shape \(input.suffix(rank)) out of "
        + "those of shape \(base.eventShape)")
    drawn = Expanded(base, input.dropLast(rank))
    let eventRank = composed.outputEventRank + max(rank - composed.inputEventRank, 0)
    batchShape = output.dropLast(eventRank)
    eventShape = output.suffix(eventRank)
  }

  /// Creates the distribution of `base`'s draws, transformed one after the other.
  public init(_ base: Base, _ transforms: [any Transform]) {
    self.init(base: base, transforms: transforms)
  }

  // The batch axes of the base that are part of a transformed event.
  var reinterpretedRank: Int { max(composed.inputEventRank - base.eventShape.count, 0) }

  /// The image of the base's support.
  public var support: Constraint {
    let inner = Constraint.independent(base.support, reinterpretedRank)
    let onto = inner.hasBijection ? ComposedTransform([biject(to: inner)] + transforms) : nil
    let (composed, extra) = (composed, max(base.eventShape.count - composed.inputEventRank, 0))
    return Constraint(
      "what its transforms give for \(inner.description)",
      eventRank: composed.outputEventRank + extra, isDiscrete: inner.isDiscrete, transform: onto
    ) { inner.check(composed.inverse($0)) }
  }

  /// NaN unless all transforms are affine: the mean of a function is not the function of the mean.
  public var mean: Tensor {
    isAffine ? composed(drawn.mean) : .full(batchShape + eventShape, .nan, dtype: dtype)
  }

  /// NaN unless all transforms are affine.
  public var variance: Tensor {
    guard isAffine else { return .full(batchShape + eventShape, .nan, dtype: dtype) }
    return transforms.reduce(drawn.variance) { variance, transform in
      (transform as? AffineTransform).map { variance * $0.scale.square() } ?? variance
    }
  }

  private var isAffine: Bool {
    transforms.allSatisfy { $0 is AffineTransform || $0 is IdentityTransform }
  }

  private var dtype: DType { base.mean.real.dtype }

  /// The log-density; -inf at numbers that the transforms do not give.
  public func logProb(_ value: Tensor) -> Tensor {
    checkEvent(of: value)
    let value = value.real
    let input = composed.inverse(value)
    let extra = max(base.eventShape.count - composed.inputEventRank, 0)
    let logStretch = composed.logAbsDetJacobian(input, value).summed(overLast: extra)
    let logProb = drawn.logProb(input).summed(overLast: reinterpretedRank) - logStretch
    let rank = value.rank
    let isNaN = value.isNaN.any(axes: Array((rank - eventShape.count)..<rank))
    let isOutside = .!(support.check(value) .| isNaN)
    return `where`(isOutside, -Tensor.infinity(logProb.dtype), logProb)
  }

  /// The base's draws, transformed.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let numbers = composed(drawn.sample(shape, using: &generator)).detached()
    try? evaluate(numbers)
    return numbers
  }
}

extension TransformedDistribution: ReparameterizedDistribution
where Base: ReparameterizedDistribution {
  /// The base's draws with gradients, transformed.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    composed(drawn.reparameterizedSample(shape, using: &generator))
  }
}
