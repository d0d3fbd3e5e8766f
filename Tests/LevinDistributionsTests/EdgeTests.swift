import LevinDistributions
import LevinTensor
import Testing

@Suite struct EdgeTests {
  private let never = -Double.infinity

  private func gradient(_ value: Double, _ make: (Tensor) -> any Distribution, at: Double) -> Double
  {
    let leaf = Tensor([at]).requiringGradient()
    let result = gradients(of: make(leaf).logProb(Tensor([value])).sum(), at: [leaf])
    return result[0]?.item() ?? .nan
  }

  @Test func aRateOfZeroPutsAllMassOnZero() {
    let point = Poisson(rate: 0)
    #expect(point.logProb([0, 1, 2]).scalars == [0.0, never, never])
    #expect(withSeed(0) { point.sample([20]) }.scalars.allSatisfy { $0 == 0 })
    #expect(gradient(0, { Poisson(rate: $0) }, at: 0) == -1)
  }

  @Test func aBranchWithoutMassAddsNothingToAMixturesGradient() {
    let rate = Tensor([5.0]).requiringGradient()
    let weight = Tensor([0.3]).requiringGradient()
    let mixture = MixtureSameFamily(
      Categorical(probs: concatenate([weight, 1 - weight])),
      Poisson(rate: concatenate([[0], rate])))
    let result = gradients(of: mixture.logProb(Tensor([4.0])).sum(), at: [rate, weight])
    #expect(agree(result[0]?.scalars ?? [], [4.0 / 5 - 1], within: 1e-14))
    #expect(agree(result[1]?.scalars ?? [], [-1 / 0.7], within: 1e-14))
  }

  @Test func noBranchWithMassGivesMinusInfinityAndNoGradient() {
    let weight = Tensor([0.3]).requiringGradient()
    let mixture = MixtureSameFamily(
      Categorical(probs: concatenate([weight, 1 - weight])), Poisson(rate: [0, 0]))
    let logProb = mixture.logProb([2])
    #expect(logProb.scalars == [never])
    #expect(gradients(of: logProb.sum(), at: [weight])[0]?.item() == 0)
  }

  // p(0) = gate + (1 - gate) exp(-rate), so d log p(0) / d gate = (1 - exp(-rate)) / p(0).
  @Test(arguments: [0, 1e-40, 0.25, 1])
  func theGateHasExactGradientsUpToItsEnds(_ gate: Double) {
    let rate = 3.0
    let zero = 0.04978706836786394
    let probability = gate + (1 - gate) * zero
    let make = { (gate: Tensor) in ZeroInflatedPoisson(gate: gate, rate: Tensor([rate])) }
    #expect(agree([gradient(0, make, at: gate)], [(1 - zero) / probability], within: 1e-13))
  }

  @Test(arguments: [(0.0, 0.0), (1.0, 0.0), (0.0, 1000.0), (1.0, 1000.0), (0.5, 0.0)])
  func zeroInflationHasFiniteGradientsAtZero(_ gate: Double, _ rate: Double) {
    let leaves = [Tensor([gate]), Tensor([rate])].map { $0.requiringGradient() }
    let model = ZeroInflatedPoisson(gate: leaves[0], rate: leaves[1])
    let logProb = model.logProb([0])
    let result = gradients(of: logProb.sum(), at: leaves)
    #expect(logProb.item().isFinite)
    #expect(result.allSatisfy { $0?.item().isFinite == true })
  }

  @Test func anOpenGateLeavesThePoissonDistribution() {
    let counts = Tensor([0.0, 1, 7, 200])
    let rate = Tensor([120.0])
    let inflated = ZeroInflatedPoisson(gate: Tensor([0.0]), rate: rate)
    let mine = inflated.logProb(counts).scalars
    #expect(agree(mine, Poisson(rate: rate).logProb(counts).scalars, within: 1e-14))
    #expect(ZeroInflatedPoisson(gate: 0, rate: 120).logProb([0]).item() == -120)
  }

  @Test func aShutGateLeavesOnlyZero() {
    let shut = ZeroInflatedPoisson(gate: 1, rate: 5)
    #expect(shut.logProb([0, 1, 4]).scalars == [0.0, never, never])
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

  @Test func theUniformDistributionIsABeta() {
    let leaf = Tensor([1.0]).requiringGradient()
    let logProb = Beta(leaf, 1).logProb(Tensor([0, 0.25, 1.0]))
    #expect(logProb.scalars == [0, 0, 0])
  }

  @Test func impossibleOutcomesHaveMinusInfinityAndCertainOnesZero() {
    let ends = Bernoulli(probs: Tensor([0.0, 1]))
    #expect(ends.logProb(0).scalars == [0, never])
    #expect(ends.logProb(1).scalars == [never, 0])
    let infinite = Bernoulli(logits: Tensor([-Double.infinity, .infinity]))
    #expect(infinite.logProb(0).scalars == [0, never])
    #expect(infinite.logProb(1).scalars == [never, 0])
    #expect(gradient(0, { Bernoulli(probs: $0) }, at: 0) == -1)
    #expect(gradient(1, { Bernoulli(probs: $0) }, at: 1) == 1)
  }

  @Test func smallProbabilitiesAreNotClamped() {
    #expect(gradient(1, { Bernoulli(probs: $0) }, at: 1e-4) == 1e4)
    #expect(Bernoulli(probs: Tensor([1e-300])).logProb(1).item() == -690.7755278982137)
    #expect(Bernoulli(logits: -110).logProb(1).item() == -110)
    #expect(abs(gradient(0, { Bernoulli(logits: $0) }, at: 9.210240366975849) + 0.9999) < 1e-12)
  }

  @Test(arguments: [1e38, 1e308])
  func hugeLogitsAreCertain(_ huge: Double) {
    for (logit, value) in [(huge, 1.0), (-huge, 0)] {
      #expect(Bernoulli(logits: Tensor([logit])).logProb(Tensor([value])).item() == 0)
      #expect(gradient(value, { Bernoulli(logits: $0) }, at: logit) == 0)
    }
    #expect(Bernoulli(logits: Tensor([1e38] as [Float])).logProb([1]).item() == 0)
    #expect(Bernoulli(logits: Tensor([1e38] as [Float])).logProb([0]).item() < -9e37)
  }

  @Test func gammaDensitiesEndAtZero() {
    let gamma = Gamma(Tensor([1.0, 2, 0.5]), 2)
    #expect(gamma.logProb(0).scalars == [0.6931471805599453, never, .infinity])
    #expect(gamma.logProb(-1).scalars == [never, never, never])
    #expect(gamma.logProb(.infinity).scalars == [never, never, never])
    let value = Tensor([0.0]).requiringGradient()
    let slope = gradients(of: Gamma(Tensor([1.0]), 2).logProb(value).sum(), at: [value])[0]
    #expect(slope?.item() == -2)
    for impossible in [-1, Double.infinity] {
      #expect(gradient(impossible, { Gamma($0, 2) }, at: 1.5) == 0)
      #expect(gradient(impossible, { Gamma(2, $0) }, at: 1.5) == 0)
    }
  }

  @Test(arguments: [0, -1, Double.infinity])
  func logNormalDensitiesAreZeroOutside(_ value: Double) {
    let logNormal = LogNormal(Tensor([0.0]), 1)
    #expect(logNormal.logProb(Tensor([value])).scalars == [never])
    #expect(gradient(value, { LogNormal($0, 1) }, at: 0.5) == 0)
    #expect(gradient(value, { LogNormal(0, $0) }, at: 0.5) == 0)
  }

  @Test func aFlatDirichletHasNoSlopeAtACorner() {
    let value = Tensor([0.0, 1]).requiringGradient()
    let flat = Dirichlet(Tensor([1.0, 1])).logProb(value)
    #expect(flat.item() == 0)
    #expect(gradients(of: flat, at: [value])[0]?.scalars == [0, 0])
  }
}
