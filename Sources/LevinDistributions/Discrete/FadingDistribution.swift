package import LevinTensor

/// A distribution of integers from 0 up of which one may have the probability 0: its logarithm has no gradient then.
package protocol FadingDistribution: Distribution {
  /// The probabilities with gradients along a last axis; nil where none is 0 or they have no gradient.
  var fadingProbs: Tensor? { get }
}

extension Categorical: FadingDistribution {
  package var fadingProbs: Tensor? { !isFromLogits && given.mayHold([0]) ? givenProbs : nil }
}

extension Bernoulli: FadingDistribution {
  package var fadingProbs: Tensor? {
    !isFromLogits && probs.mayHold([0, 1]) ? stack([1 - probs, probs], axis: -1) : nil
  }
}
