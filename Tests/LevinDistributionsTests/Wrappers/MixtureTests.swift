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

  // Beside weight 1 on the second component the first has the derivative p1 / p2 - 1.
  @Test(arguments: [DType.float32, .float64])
  func aWeightOfZeroHasItsDerivative(_ dtype: DType) {
    let weights = Tensor([0.0, 1], dtype: dtype).requiringGradient()
    func slopes(_ probs: Tensor) -> [Double] {
      let mixture = MixtureSameFamily(
        Categorical(probs: probs), Normal(Tensor([0.0, 3], dtype: dtype), 1))
      let logProb = mixture.logProb(Tensor([0.0], dtype: dtype))
      #expect(agree(logProb.scalars, [-5.418938533204673], within: 1e-6))
      return gradients(of: logProb.sum(), at: [weights])[0]?.scalars ?? []
    }
    let tolerance = dtype == .float32 ? 1e-6 : 1e-13
    #expect(agree(slopes(weights), [89.01713130052181, 0], within: tolerance))
    #expect(agree(slopes(weights * 2), [89.01713130052181, 0], within: tolerance))
    let parts = concatenate([weights[0..<1], 1 - weights[0..<1]])
    #expect(agree(slopes(parts), [90.01713130052181 - 1, 0], within: tolerance))
  }

  @Test func derivativesAtZeroAddUpOverObservations() {
    let weights = Tensor([0, 0.25, 0.75]).requiringGradient()
    let (locs, data) = (Tensor([1.0, 0, 3]), Tensor((0..<40).map { Double($0 % 7) - 2 }))
    func total(_ first: Double) -> Double {
      let probs = Tensor([first, 0.25, 0.75])
      return MixtureSameFamily(Categorical(probs: probs), Normal(locs, 1))
        .logProb(data).sum().item()
    }
    let loss = MixtureSameFamily(Categorical(probs: weights), Normal(locs, 1)).logProb(data).sum()
    let mine = gradients(of: loss, at: [weights])[0]?.scalars ?? []
    let step = 1e-6
    // One-sided, as there is nothing below 0; by two steps to the second order.
    let exact = (4 * total(step) - total(2 * step) - 3 * total(0)) / (2 * step)
    #expect(abs(mine[0] - exact) < 1e-4 * abs(exact))
  }

  @Test func aWeightOfZeroAddsNothing() {
    let mixture = MixtureSameFamily(Categorical(probs: [0, 1]), Normal([0, 100], 1))
    #expect(agree([mixture.logProb(0).item()], [-5000.918938533205], within: 1e-6))
    let huge = Tensor([0.0, 1]).requiringGradient()
    let far = MixtureSameFamily(Categorical(probs: huge), Normal(Tensor([0.0, 100]), 1))
    let slope = gradients(of: far.logProb(0), at: [huge])[0]?.scalars ?? []
    #expect(slope[0] == .greatestFiniteMagnitude && slope[1] == 0)
    #expect(withSeed(0) { mixture.sample([200]) }.min().item() > 50)
    #expect(mixture.mean.item() == 100 && mixture.variance.item() == 1)
  }

  @Test func secondDerivativesHoldAtZeroToo() {
    let locs = Tensor([0.0, 3]).requiringGradient()
    let weights = Tensor([0.0, 1]).requiringGradient()
    let logProb = MixtureSameFamily(Categorical(probs: weights), Normal(locs, 1)).logProb(0)
    guard let first = gradients(of: logProb, at: [weights])[0] else { return }
    // d/dl of exp(((0 - l2)² - (0 - l1)²) / 2) at 0 and 3.
    let mixed = gradients(of: first[0], at: [locs])[0]?.scalars ?? []
    #expect(agree(mixed, [0, 3 * 90.01713130052181], within: 1e-12))
  }

  @Test func weightsMayHaveABatchThatComponentsLack() {
    let weights: Tensor = [[0.2, 0.8], [0.5, 0.5], [1, 0]]
    let (low, high) = (Normal(0, 1), Normal(4, 1))
    let mixture = MixtureSameFamily(Categorical(probs: weights), Normal([0, 4], 1))
    #expect(mixture.batchShape == [3] && mixture.eventShape == [])
    #expect(agree(mixture.mean.scalars, [3.2, 2, 0], within: 1e-6))
    #expect(agree(mixture.variance.scalars, [3.56, 5, 1], within: 1e-5))
    let (a, b) = (low.logProb(1).exp().item(), high.logProb(1).exp().item())
    let exact = [0.2 * a + 0.8 * b, 0.5 * a + 0.5 * b, a]
    let logProb = mixture.logProb(1)
    #expect(logProb.shape == [3])
    #expect(agree(logProb.exp().scalars, exact, within: 1e-6))
    #expect(mixture.logProb(Tensor.zeros([5, 1])).shape == [5, 3])
    let drawn = withSeed(0) { mixture.sample([4000]) }
    #expect(drawn.shape == [4000, 3])
    #expect(agree(drawn.mean(axis: 0).scalars, [3.2, 2, 0], within: 0.15))
  }

  @Test func componentsMayHaveABatchThatWeightsLack() {
    let mixture = MixtureSameFamily(
      Categorical(probs: [0.25, 0.75]), Normal([[0, 4], [10, 20], [1, 1]], 1))
    #expect(mixture.batchShape == [3])
    #expect(agree(mixture.mean.scalars, [3, 17.5, 1], within: 1e-6))
    #expect(mixture.logProb([1, 2, 3]).shape == [3])
    #expect(withSeed(0) { mixture.sample([7]) }.shape == [7, 3])
  }

  @Test func bothMayHaveBatchesThatBroadcast() {
    let weights = Tensor([0.5, 0.5, 0.1, 0.9], shape: [2, 1, 2])
    let vectors = MixtureSameFamily(
      Categorical(probs: weights), Normal(Tensor.zeros([3, 2, 5]), 1).toEvent(1))
    #expect(vectors.batchShape == [2, 3] && vectors.eventShape == [5])
    #expect(vectors.mean.shape == [2, 3, 5] && vectors.variance.shape == [2, 3, 5])
    #expect(vectors.logProb(Tensor.zeros([5])).shape == [2, 3])
    #expect(withSeed(0) { vectors.sample([4]) }.shape == [4, 2, 3, 5])
    #expect(vectors.support.check(Tensor.zeros([2, 3, 5])).shape == [2, 3])
  }

  // Those of the same density in PyTorch in double precision, where the weights are normalised.
  @Test func secondDerivativesAtAWeightOfZeroAreRight() throws {
    let weights = Tensor([0, 0.4, 0.6]).requiringGradient()
    let loc = Tensor([0.0, 1, 3]).requiringGradient()
    let density = MixtureSameFamily(Categorical(probs: weights), Normal(loc, 1))
    let loss = density.logProb(Tensor([0.5, 2.5])).sum()
    let first = gradients(of: loss, at: [weights, loc])
    let ofWeights = try #require(first[0])
    let ofLocs = try #require(first[1])
    let expected = [
      [-3.416, -3.444, 1.641], [-3.444, -3.654, 1.072], [1.641, 1.072, 0.195],
    ]
    for row in 0..<3 {
      let slopes = try #require(gradients(of: ofWeights[row], at: [weights])[0]).scalars
      for column in 0..<3 { #expect(abs(slopes[column] - expected[row][column]) < 1e-3) }
      let crossed = try #require(gradients(of: ofWeights[row], at: [loc])[0]).scalars
      for column in 0..<3 {
        let back = try #require(gradients(of: ofLocs[column], at: [weights])[0]).scalars[row]
        #expect(abs(crossed[column] - back) < 1e-10)
      }
    }
  }

}
