import LevinDistributions
import LevinTensor
import Testing

@Suite struct MixtureTests {
  private let never = -Double.infinity

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
}
