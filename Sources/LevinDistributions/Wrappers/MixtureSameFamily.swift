public import LevinTensor

/// A mixture of K distributions of one family, of which each draw takes one at random.
///
/// p(x) = Σₖ w[k] p(x | component k). The components are one distribution whose last batch axis goes over
/// them:
///
///     MixtureSameFamily(Categorical(probs: [0.3, 0.7]), Normal([-1, 1], 0.5))
///
/// A component without mass at a value, whose log-probability there is -inf, adds neither to the
/// mixture's nor to its gradient. A component of weight 0 adds nothing to the mixture's log-probability, and the
/// derivative with respect to that weight is that of a mixture which has a little of it.
///
/// The weights may have batch axes of their own: they broadcast with those of the components.
public struct MixtureSameFamily: Distribution {
  /// The distribution of the component that a draw takes; its K categories are the components.
  public let mixtureDistribution: Categorical
  /// The components, along the last batch axis.
  public let componentDistribution: any Distribution
  /// The batch shape of the weights and that of the components without its last axis, broadcast.
  public let batchShape: [Int]

  /// Creates a mixture.
  ///
  /// - Parameters:
  ///   - mixtureDistribution: The weights of the K components; its batch shape broadcasts with that of the
  ///     components without their last axis.
  ///   - componentDistribution: A distribution whose last batch axis has size K.
  public init(mixtureDistribution: Categorical, componentDistribution: some Distribution) {
    self.mixtureDistribution = mixtureDistribution
    self.componentDistribution = componentDistribution
    let (count, shape) = (mixtureDistribution.categoryCount, componentDistribution.batchShape)
    require(
      shape.last == count,
      "MixtureSameFamily: the mixture has \(count) categories and the components have batch shape "
        + "\(shape), whose last axis must be as long")
    batchShape = Shape.broadcast(
      mixtureDistribution.batchShape, shape.dropLast(), for: "MixtureSameFamily")
  }

  /// Creates a mixture of the weights and components; see
  /// ``init(mixtureDistribution:componentDistribution:)``.
  public init(_ mixtureDistribution: Categorical, _ componentDistribution: some Distribution) {
    self.init(
      mixtureDistribution: mixtureDistribution, componentDistribution: componentDistribution)
  }

  private var mixture: Categorical { mixtureDistribution }
  private var components: any Distribution { componentDistribution }

  /// The event shape of the components.
  public var eventShape: [Int] { components.eventShape }

  /// The values that some component can have: the support of the components, where it is the same for all.
  public var support: Constraint {
    components.support.union(overAxis: componentAxis, eventShape: eventShape)
  }

  // The axis of the components, counted from the back of batch shape + event shape.
  private var componentAxis: Int { -1 - eventShape.count }

  private var weights: Tensor {
    mixture.probs.reshaped(to: mixture.probs.shape + eventShape.map { _ in 1 })
  }

  /// Σₖ w[k] mean[k].
  public var mean: Tensor { (weights * components.mean).sum(axis: componentAxis) }

  /// Σₖ w[k] (variance[k] + (mean[k] - mean)²).
  public var variance: Tensor {
    let spread = components.mean - mean.expandingDimensions(at: componentAxis)
    return (weights * (components.variance + spread.square())).sum(axis: componentAxis)
  }

  /// The log-probability, added up over the components without leaving the log scale.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let inEach = components.logProb(value.expandingDimensions(at: componentAxis))
    let logProb = logWeightedSumExp(inEach, logWeights: mixture.logits, weights: mixture.givenProbs)
    let shape = Shape.broadcast(logProb.shape, batchShape, for: "MixtureSameFamily.logProb")
    return logProb.expanded(to: shape)
  }

  /// A component for each draw, then a draw of every component, of which the chosen one is kept.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let wide = batchShape + [mixture.categoryCount]
    let weights = mixture.probs.expanded(to: wide)
    let chosen = Categorical(probs: weights).sample(shape, using: &generator)
    let inEach = components.expanded(to: wide).sample(shape, using: &generator)
    let ones = eventShape.map { _ in 1 }
    let indices = Tensor.arange(mixture.categoryCount).reshaped(to: [-1] + ones)
    let isChosen = chosen.reshaped(to: chosen.shape + [1] + ones) .== indices
    let kept = `where`(isChosen, inEach, 0).sum(axis: componentAxis)
    try? evaluate(kept)
    return kept
  }
}
