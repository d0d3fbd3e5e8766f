import LevinDistributions
import LevinTensor
import Testing

@Suite struct WrapperTests {
  private func gradient(_ result: Tensor, at leaf: Tensor) -> [Double] {
    gradients(of: result.sum(), at: [leaf])[0]?.scalars ?? []
  }

  @Test func eventsTakeInBatchAxes() {
    let normal = Normal(Tensor.zeros([2, 3, 4]), Tensor([1, 2, 3, 4]))
    let event = normal.toEvent(2)
    #expect(event.batchShape == [2] && event.eventShape == [3, 4])
    #expect(event.support.eventRank == 2)
    let values = withSeed(1) { event.sample([5]) }
    #expect(values.shape == [5, 2, 3, 4])
    #expect(event.logProb(values).shape == [5, 2])
    let sums = normal.logProb(values).sum(axes: [-1, -2])
    #expect(event.logProb(values).scalars == sums.scalars)
    #expect(event.mean.shape == [2, 3, 4] && event.variance.shape == [2, 3, 4])
    #expect(normal.toEvent(0) is Normal)
    #expect(event.toEvent(1).eventShape == [2, 3, 4])
  }

  @Test func anExpandedDistributionKeepsItsDensityAndMoments() {
    let gamma = Gamma([[1], [2], [3]], 2)
    let wide = gamma.expanded(to: [4, 3, 2])
    #expect(gamma.batchShape == [3, 1] && wide.batchShape == [4, 3, 2])
    #expect(wide.logProb(1.5).shape == [4, 3, 2])
    let narrow = gamma.logProb(1.5).expanded(to: [4, 3, 2])
    #expect(wide.logProb(1.5).scalars == narrow.scalars)
    #expect(wide.logProb(Tensor.ones([5, 1, 1, 2])).shape == [5, 4, 3, 2])
    #expect(wide.mean.scalars == gamma.mean.expanded(to: [4, 3, 2]).scalars)
    #expect(wide.variance.shape == [4, 3, 2])
    #expect(gamma.expanded(to: [3, 1]) is Gamma)
  }

  @Test func expandingTwiceIsExpandingOnce() {
    let normal = Normal([[0], [10], [20]], 1)
    let twice = normal.expanded(to: [3, 2]).expanded(to: [5, 3, 2])
    #expect(twice is Expanded<Normal>)
    #expect(twice.batchShape == [5, 3, 2])
    #expect(normal.expanded(to: [3, 2]).expanded(to: [3, 2]).batchShape == [3, 2])
  }

  @Test func drawsOfAnExpandedDistributionDifferAndStayInTheirRows() {
    let dirichlet = Dirichlet([[[1000, 1, 1]], [[1, 1000, 1]], [[1, 1, 1000]]])
    let wide = dirichlet.expanded(to: [2, 3, 4])
    let draws = withSeed(3) { wide.sample([6]) }
    #expect(draws.shape == [6, 2, 3, 4, 3])
    // The weight of 1000 stays with its row.
    let largest = (draws .> 0.9).cast(to: .float32).mean(axes: [0, 1, 3])
    #expect(largest.scalars == [1, 0, 0, 0, 1, 0, 0, 0, 1])
    #expect(Set(draws.scalars).count > 400)
    let moving = withSeed(3) {
      (wide as? any ReparameterizedDistribution)?.reparameterizedSample([6])
    }
    #expect(moving?.scalars == draws.scalars)
  }

  @Test(arguments: [[1, 3], [3, 1], [2, 3], [3]])
  func expandedDrawsHaveTheMomentsOfEachElement(_ own: [Int]) {
    let loc = Tensor.arange(own.reduce(1, *), dtype: .float32).reshaped(to: own) * 10
    let shape = own.count == 1 ? [4, 3] : [own[0] == 1 ? 2 : own[0], own[1] == 1 ? 2 : own[1]]
    let draws = withSeed(9) { Normal(loc, 0.1).expanded(to: shape).sample([300]) }
    #expect(draws.shape == [300] + shape)
    #expect((draws.mean(axis: 0) - loc).abs().max().item() < 0.05)
    #expect(((draws - loc).square().mean(axis: 0) / 0.01 - 1).abs().max().item() < 0.5)
  }

  @Test func whatAMaskLeavesOutHasNoValueAndNoGradient() {
    let loc = Tensor([0.5, 1, 2]).requiringGradient()
    let mask = Tensor([true, false, true])
    let model = Normal(loc, Tensor([1.0])).masked(by: mask)
    let logProb = model.logProb(Tensor([1, Double.nan, 2]))
    #expect(
      agree(logProb.scalars, [-0.125 - 0.9189385332046727, 0, -0.9189385332046727], within: 1e-14))
    #expect(agree(gradient(logProb, at: loc), [0.5, 0, 0], within: 1e-14))
  }

  @Test(arguments: [Double.nan, -3, 0, 1, 2.5, .infinity])
  func impossibleValuesUnderAMaskDoNoHarm(_ impossible: Double) {
    let leaf = Tensor([0.7]).requiringGradient()
    let simplex = concatenate([leaf, 1 - leaf])
    let models: [any Distribution] = [
      Gamma(leaf, leaf), Beta(leaf, leaf), LogNormal(leaf, leaf), Poisson(rate: leaf),
      Bernoulli(probs: leaf), Bernoulli(logits: leaf), Delta(leaf),
      Categorical(probs: stack([simplex])), Dirichlet(stack([simplex])),
      TransformedDistribution(Normal(leaf, leaf), [SigmoidTransform()]),
      ZeroInflatedPoisson(gate: leaf, rate: leaf), Normal(stack([leaf, leaf]), 1).toEvent(1),
    ]
    for model in models {
      let data = Tensor.full([1] + model.eventShape, impossible, dtype: .float64)
      let masked = model.masked(by: Tensor([false]))
      let logProb = masked.logProb(data)
      #expect(logProb.scalars.allSatisfy { $0 == 0 })
      #expect(gradient(logProb, at: leaf).allSatisfy { $0 == 0 })
      #expect(masked.support.check(data).all().item(as: Bool.self))
    }
  }

  @Test func aMaskBroadcastsWithTheBatch() {
    let normal = Normal([0, 0, 0], 1)
    let model = normal.masked(by: Tensor([true, false]).reshaped(to: [2, 1]))
    #expect(model.batchShape == [2, 3])
    #expect(model.logProb(0).shape == [2, 3])
    #expect(model.logProb(0)[1].scalars == [0, 0, 0])
    #expect(withSeed(0) { model.sample([4]) }.shape == [4, 2, 3])
    #expect(model.mean.shape == [2, 3] && model.variance.shape == [2, 3])
    let all = normal.masked(by: Tensor(true))
    #expect(all.logProb([1, 2, 3]).scalars == normal.logProb([1, 2, 3]).scalars)
    #expect(!all.support.check([1, .nan, 3]).all().item(as: Bool.self))
  }

  @Test func aDeltaHasItsDensityAtItsValueOnly() {
    let delta = Delta([1, 2, 3], logDensity: [0.5, 0, -1])
    #expect(delta.logProb([1, 5, 3]).scalars == [0.5, -.infinity, -1])
    let vector = Delta([[1, 2], [3, 4]], eventRank: 1)
    #expect(vector.batchShape == [2] && vector.eventShape == [2])
    #expect(vector.logProb([[1, 2], [3, 5]]).scalars == [0, -.infinity])
    #expect(vector.logProb([[[3, 4]]]).shape == [1, 2])
    #expect(vector.support.eventRank == 1)
    #expect(vector.variance.scalars == [0, 0, 0, 0])
  }

  @Test func aDeltaDrawsItsValueWithItsGradient() {
    let value = Tensor([1.0, 2]).requiringGradient()
    let delta = Delta(value, eventRank: 1)
    #expect(delta.sample([2]).scalars == [1, 2, 1, 2] && !delta.sample([2]).requiresGradient)
    #expect(gradient(delta.reparameterizedSample([3]), at: value) == [3, 3])
    let density = Tensor(0.5).requiringGradient()
    let logProb = Delta(value, logDensity: density, eventRank: 1).logProb(value)
    #expect(gradient(logProb, at: density) == [1])
  }

  @Test func transformsGatherBatchAxesIntoEvents() {
    let normal = Normal(Tensor.zeros([5, 3]), 1)
    let proportions = TransformedDistribution(normal, [StickBreakingTransform()])
    #expect(proportions.batchShape == [5] && proportions.eventShape == [4])
    let draws = withSeed(2) { proportions.sample([7]) }
    #expect(draws.shape == [7, 5, 4])
    #expect(proportions.logProb(draws).shape == [7, 5])
    #expect(proportions.support.check(draws).shape == [7, 5])
    #expect(proportions.support.check(draws).all().item(as: Bool.self))
    #expect(proportions.mean.shape == [5, 4])
  }

  @Test func transformsBroadcastTheBatch() {
    let shifted = TransformedDistribution(Normal(0, 1), [AffineTransform([0, 10, 20], 2)])
    #expect(shifted.batchShape == [3] && shifted.eventShape == [])
    #expect(shifted.mean.scalars == [0, 10, 20] && shifted.variance.scalars == [4, 4, 4])
    let draws = withSeed(2) { shifted.sample([500]) }
    let centred = (draws - shifted.mean) / 2
    // Each element has draws of its own.
    #expect(abs((centred[.all, 0] * centred[.all, 1]).mean().item()) < 0.2)
    let exact = Normal([0, 10, 20], 2).logProb(5)
    #expect(agree(shifted.logProb(5).scalars, exact.scalars, within: 1e-6))
  }

  @Test func aTransformedNormalIsALogNormal() {
    let loc = Tensor([0.3, -1.0])
    let transformed = TransformedDistribution(Normal(loc, 0.5), [ExpTransform()])
    let values = Tensor([0, -1, 1, 3, 2.5, 1], shape: [3, 2])
    let exact = LogNormal(loc, 0.5).logProb(values).scalars
    #expect(agree(transformed.logProb(values).scalars, exact, within: 1e-13))
    #expect(exact[0] == -.infinity && exact[1] == -.infinity)
    #expect(transformed.logProb([.nan]).isNaN.all().item(as: Bool.self))
    let bijection = biject(to: transformed.support)
    #expect(bijection(Tensor([0.0])).scalars == [1])
  }

  @Test func mistakesAboutShapesEndTheProcessWithTheirNames() async {
    await #expect(processExitsWith: .failure) { _ = Normal([0, 1], 1).toEvent(2) }
    await #expect(processExitsWith: .failure) { _ = Normal([0, 1], 1).expanded(to: [3]) }
    await #expect(processExitsWith: .failure) {
      _ = Normal([0, 1], 1).masked(by: Tensor([true, true, false]))
    }
    await #expect(processExitsWith: .failure) { _ = Delta([0, 1], eventRank: 2) }
    await #expect(processExitsWith: .failure) { _ = Delta([0, 1], logDensity: [1, 2, 3]) }
    await #expect(processExitsWith: .failure) { _ = Dirichlet(1) }
    await #expect(processExitsWith: .failure) { _ = Dirichlet([1, 1]).logProb([0.2, 0.3, 0.5]) }
    await #expect(processExitsWith: .failure) {
      _ = TransformedDistribution(Normal(0, 1), [StickBreakingTransform()])
    }
  }
}
