import LevinDistributions
import LevinTensor
import Testing

/// Densities at the edges of their supports.
@Suite struct ContinuousEdgeTests {
  private let never = -Double.infinity

  @Test func theUniformDistributionIsABeta() {
    let leaf = Tensor([1.0]).requiringGradient()
    let logProb = Beta(leaf, 1).logProb(Tensor([0, 0.25, 1.0]))
    #expect(logProb.scalars == [0, 0, 0])
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
      #expect(logProbSlope(impossible, { Gamma($0, 2) }, at: 1.5) == 0)
      #expect(logProbSlope(impossible, { Gamma(2, $0) }, at: 1.5) == 0)
    }
  }

  @Test(arguments: [0, -1, Double.infinity])
  func logNormalDensitiesAreZeroOutside(_ value: Double) {
    let logNormal = LogNormal(Tensor([0.0]), 1)
    #expect(logNormal.logProb(Tensor([value])).scalars == [never])
    #expect(logProbSlope(value, { LogNormal($0, 1) }, at: 0.5) == 0)
    #expect(logProbSlope(value, { LogNormal(0, $0) }, at: 0.5) == 0)
  }
}
