import LevinDistributions
import LevinTensor
import Testing

@Suite struct ReparameterizationTests {
  /// Distributions with their parameters, as functions of them.
  static let examples: [(name: String, parameters: [[Double]])] = [
    ("normal", [[0.5, -2], [1.5, 0.1]]), ("logNormal", [[0.5, -2], [0.5, 0.1]]),
    ("gamma", [[0.3, 5], [2, 0.5]]), ("beta", [[0.3, 5], [2, 0.5]]), ("dirichlet", [[0.5, 1, 2]]),
    ("logitNormal", [[0.5, -2], [1.5, 0.1]]),
  ]

  private func leaves(_ parameters: [[Double]]) -> [Tensor] {
    parameters.map { Tensor($0).requiringGradient() }
  }

  @Test(arguments: examples)
  func drawsWithGradientsAreTheDrawsWithout(_ example: (name: String, parameters: [[Double]]))
    throws
  {
    let made = distribution(example.name, leaves(example.parameters))
    let mine = try #require(made as? any ReparameterizedDistribution)
    let moving = withSeed(4) { mine.reparameterizedSample([3, 2]) }
    let fixed = withSeed(4) { mine.sample([3, 2]) }
    #expect(moving.shape == fixed.shape)
    #expect(moving.requiresGradient && !fixed.requiresGradient)
    #expect(agree(moving.scalars, fixed.scalars, within: 1e-14))
    #expect(moving.dtype == .float64)
  }

  @Test(arguments: DistributionFixture.shared.slopes)
  func drawsMoveWithParametersAsPyTorchsDo(_ example: DistributionFixture.Slopes) throws {
    let leaves = example.parameters.map { $0.tensor().requiringGradient() }
    let numbers = example.draws.tensor()
    let moving =
      switch distribution(example.name, leaves) {
      case let gamma as Gamma: gamma.moving(numbers)
      case let beta as Beta: beta.moving(numbers)
      case let dirichlet as Dirichlet: dirichlet.moving(numbers)
      default: numbers
      }
    #expect(moving.scalars == numbers.scalars)
    let mine = gradients(of: alternatingSum(moving), at: leaves)
    for (own, theirs) in zip(mine, example.gradients) {
      // Theirs are series and rational approximations, good to some 1e-4.
      #expect(agree(own?.scalars ?? [], theirs.doubles, within: 5e-4))
    }
  }

  // F(x; a) stays the same along the path: x moves by -(dF/da) / (dF/dx), here by differences.
  @Test(arguments: [0.01, 0.3, 1, 4, 100, 1e4])
  func gammaDrawsKeepTheirDistributionFunction(_ concentration: Double) {
    let a = Tensor([concentration]).requiringGradient()
    let x = withSeed(2) { Gamma(a, 1).reparameterizedSample([50]) }
    let slopes = x.scalars.indices.map { index in
      gradients(of: x.flattened()[index], at: [a])[0]?.item() ?? .nan
    }
    let step = 1e-4 * concentration
    for (number, slope) in zip(x.scalars, slopes) {
      let p = regularizedGammaP(a.detached(), Tensor([number]))
      // Quantiles near p = 1 lose digits, so the smaller tail is kept.
      let q = regularizedGammaQ(a.detached(), Tensor([number]))
      func moved(_ step: Double) -> Double {
        let shape = Tensor([concentration + step])
        return p.item() < 0.5
          ? inverseRegularizedGammaP(shape, p).item() : inverseRegularizedGammaQ(shape, q).item()
      }
      let near = moved(step) - moved(-step)
      let far = moved(2 * step) - moved(-2 * step)
      let difference = (8 * near - far) / (12 * step)
      #expect(agree([slope], [difference], within: 1e-6))
    }
  }

  @Test(arguments: [(0.02, 0.03), (0.5, 3.0), (4, 4), (100, 2), (2000, 3000)])
  func betaDrawsKeepTheirDistributionFunction(_ a: Double, _ b: Double) {
    let leaves = [Tensor([a]).requiringGradient(), Tensor([b]).requiringGradient()]
    let x = withSeed(2) { Beta(leaves[0], leaves[1]).reparameterizedSample([20]) }
    for index in 0..<20 {
      let slopes = gradients(of: x.flattened()[index], at: leaves).map { $0?.item() ?? .nan }
      let number = x.scalars[index]
      // Beyond, 1 - x has no digits left.
      guard number < 1 - 1e-6 else { continue }
      let p = regularizedBeta(Tensor([a]), Tensor([b]), Tensor([number]))
      func moved(_ stepA: Double, _ stepB: Double) -> Double {
        inverseRegularizedBeta(Tensor([a + stepA]), Tensor([b + stepB]), p).item()
      }
      let (stepA, stepB) = (1e-5 * a, 1e-5 * b)
      let alongA = (moved(stepA, 0) - moved(-stepA, 0)) / (2 * stepA)
      let alongB = (moved(0, stepB) - moved(0, -stepB)) / (2 * stepB)
      #expect(agree(slopes, [alongA, alongB], within: 1e-5))
    }
  }

  // The gradient of a mean is the mean of the gradients.
  @Test func gradientsOfDrawsAverageToThoseOfTheMean() {
    let count = 20_000
    let concentration = Tensor([0.7, 1, 3.0]).requiringGradient()
    let (a, b) = (Tensor([0.8]).requiringGradient(), Tensor([2.5]).requiringGradient())
    let weights = Tensor([1.0, -2, 0.5])
    let dirichlet = Dirichlet(concentration)
    let drawn = withSeed(5) { dirichlet.reparameterizedSample([count]) }
    let mean = gradients(of: (drawn.mean(axis: 0) * weights).sum(), at: [concentration])
    let exact = gradients(of: (dirichlet.mean * weights).sum(), at: [concentration])
    #expect(agree(mean[0]?.scalars ?? [], exact[0]?.scalars ?? [], within: 0.01))
    let squares = withSeed(6) { Gamma(a, b).reparameterizedSample([count]) }.square().mean()
    let slopes = gradients(of: squares, at: [a, b]).map { $0?.item() ?? .nan }
    // E x² = a (a + 1) / b²
    #expect(agree(slopes, [2.6 / 6.25, -2 * 0.8 * 1.8 / 15.625], within: 0.02))
  }

  @Test func drawsAtTheEdgeOfTheNumbersHaveFiniteGradients() {
    let tiny = Tensor([1e-3, 1e-3, 5e-4] as [Float]).requiringGradient()
    let models: [any ReparameterizedDistribution] = [
      Dirichlet(tiny), Gamma(tiny, 1), Beta(tiny, 2),
    ]
    for model in models {
      let draws = withSeed(1) { model.reparameterizedSample([200]) }
      #expect((draws .> 0).all().item(as: Bool.self))
      let slope = gradients(of: draws.sum(), at: [tiny])[0]
      #expect(slope?.isFinite.all().item(as: Bool.self) == true)
    }
  }

  @Test func numbersWithoutGradientsGiveDrawsWithout() {
    #expect(!withSeed(0) { Gamma(2, 1).reparameterizedSample([3]) }.requiresGradient)
    #expect(!withSeed(0) { Dirichlet([1, 2]).reparameterizedSample() }.requiresGradient)
    let rate = Tensor([2.0]).requiringGradient()
    let draw = withSeed(0) { Gamma(2, rate).reparameterizedSample() }
    let slope = gradients(of: draw.sum(), at: [rate])[0]
    #expect(agree(slope?.scalars ?? [], [-draw.item() / 2], within: 1e-14))
  }

  @Test func wrappersOfReparameterisedDistributionsAreSuch() {
    let normal = Normal([0, 1], 1)
    let bernoulli = Bernoulli(probs: [0.5, 0.5])
    let mask = Tensor([true, false])
    #expect(normal.toEvent(1) is any ReparameterizedDistribution)
    #expect(normal.expanded(to: [3, 2]) is any ReparameterizedDistribution)
    #expect(normal.masked(by: mask) is any ReparameterizedDistribution)
    #expect(!(bernoulli.toEvent(1) is any ReparameterizedDistribution))
    #expect(!(bernoulli.expanded(to: [3, 2]) is any ReparameterizedDistribution))
    #expect(!(bernoulli.masked(by: mask) is any ReparameterizedDistribution))
  }
}
