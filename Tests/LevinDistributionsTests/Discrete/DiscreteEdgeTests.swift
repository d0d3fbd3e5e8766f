import LevinDistributions
import LevinTensor
import Testing

/// Probabilities at the edges of parameters and supports.
@Suite struct DiscreteEdgeTests {
  private let never = -Double.infinity

  @Test func aRateOfZeroPutsAllMassOnZero() {
    let point = Poisson(rate: 0)
    #expect(point.logProb([0, 1, 2]).scalars == [0.0, never, never])
    #expect(withSeed(0) { point.sample([20]) }.scalars.allSatisfy { $0 == 0 })
    #expect(logProbSlope(0, { Poisson(rate: $0) }, at: 0) == -1)
  }

  @Test func whatIsNoCategoryHasNoProbability() {
    let categorical = Categorical(probs: [0.25, 0.75])
    let result = categorical.logProb([-1, 2, 0.5, Double.nan]).scalars
    #expect(result == [Double](repeating: -.infinity, count: 4))
  }

  @Test func aLogitOfMinusInfinityIsNeverChosen() {
    let logits = Tensor([0, -Double.infinity]).requiringGradient()
    let categorical = Categorical(logits: logits)
    #expect(categorical.logProb([0, 1]).scalars == [0.0, never])
    #expect(withSeed(0) { categorical.sample([50]) }.scalars.allSatisfy { $0 == 0 })
    let result = gradients(of: categorical.logProb([0]).sum(), at: [logits])
    #expect(result[0]?.scalars == [0, 0])
  }

  @Test func impossibleOutcomesHaveMinusInfinityAndCertainOnesZero() {
    let ends = Bernoulli(probs: Tensor([0.0, 1]))
    #expect(ends.logProb(0).scalars == [0, never])
    #expect(ends.logProb(1).scalars == [never, 0])
    let infinite = Bernoulli(logits: Tensor([-Double.infinity, .infinity]))
    #expect(infinite.logProb(0).scalars == [0, never])
    #expect(infinite.logProb(1).scalars == [never, 0])
    #expect(logProbSlope(0, { Bernoulli(probs: $0) }, at: 0) == -1)
    #expect(logProbSlope(1, { Bernoulli(probs: $0) }, at: 1) == 1)
  }

  @Test func smallProbabilitiesAreNotClamped() {
    #expect(logProbSlope(1, { Bernoulli(probs: $0) }, at: 1e-4) == 1e4)
    #expect(Bernoulli(probs: Tensor([1e-300])).logProb(1).item() == -690.7755278982137)
    #expect(Bernoulli(logits: -110).logProb(1).item() == -110)
    #expect(abs(logProbSlope(0, { Bernoulli(logits: $0) }, at: 9.210240366975849) + 0.9999) < 1e-12)
  }

  @Test(arguments: [1e38, 1e308])
  func hugeLogitsAreCertain(_ huge: Double) {
    for (logit, value) in [(huge, 1.0), (-huge, 0)] {
      #expect(Bernoulli(logits: Tensor([logit])).logProb(Tensor([value])).item() == 0)
      #expect(logProbSlope(value, { Bernoulli(logits: $0) }, at: logit) == 0)
    }
    #expect(Bernoulli(logits: Tensor([1e38] as [Float])).logProb([1]).item() == 0)
    #expect(Bernoulli(logits: Tensor([1e38] as [Float])).logProb([0]).item() < -9e37)
  }

  @Test func aWeightOfZeroIsImpossibleAndOthersAreNotClamped() {
    let categorical = Categorical(probs: [0, 1])
    #expect(categorical.logProb([0, 1]).scalars == [never, 0])
    #expect(categorical.probs.scalars == [0, 1])
    #expect(withSeed(0) { categorical.sample([50]) }.scalars.allSatisfy { $0 == 1 })
    let small = Categorical(probs: Tensor([1e-30, 1.0])).logProb([0, 1])
    #expect(agree(small.scalars, [-69.07755278982137, 0], within: 1e-6))
    #expect(Categorical(probs: [[0, 2, 2], [5, 0, 0]]).logProb([0, 0]).scalars == [never, 0])
  }

  // log p(k) = log w[k] - log Σ w.
  @Test func weightsOfZeroHaveTheDerivativeOfTheirSum() {
    let weights = Tensor([0.0, 1, 3]).requiringGradient()
    let logProb = Categorical(probs: weights).logProb([1])
    #expect(gradients(of: logProb.sum(), at: [weights])[0]?.scalars == [-0.25, 0.75, -0.25])
  }
}
