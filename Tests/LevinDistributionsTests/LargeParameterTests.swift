import LevinDistributions
import LevinTensor
import Testing

/// Densities that are far smaller than the terms of their formulas.
@Suite struct LargeParameterTests {
  static let large = DistributionFixture.shared.large
  static let huge = DistributionFixture.shared.huge

  private func logProb(_ example: DistributionFixture.Large, _ dtype: DType) -> [Double] {
    let model = distribution(example.name, example.parameters.map { $0.tensor(dtype) })
    return model.logProb(example.value.tensor(dtype)).scalars
  }

  private func gradient(_ example: DistributionFixture.Large, _ dtype: DType) -> [Double] {
    let leaves = example.parameters.map { $0.tensor(dtype).requiringGradient() }
    let result = distribution(example.name, leaves).logProb(example.value.tensor(dtype))
    return gradients(of: alternatingSum(result), at: leaves).flatMap { $0?.scalars ?? [] }
  }

  @Test(arguments: large)
  func singlePrecisionKeepsItsDigits(_ example: DistributionFixture.Large) {
    #expect(agree(logProb(example, .float32), example.logProb.doubles, within: 1e-5))
  }

  @Test(arguments: large + huge)
  func doublePrecisionKeepsItsDigits(_ example: DistributionFixture.Large) {
    #expect(agree(logProb(example, .float64), example.logProb.doubles, within: 1e-9))
  }

  @Test(arguments: large)
  func gradientsKeepTheirDigits(_ example: DistributionFixture.Large) {
    // That of a rate is the difference of the mean and the value, which are as large as 6250 here.
    #expect(agree(gradient(example, .float32), example.gradient.doubles, within: 2e-4))
    #expect(agree(gradient(example, .float64), example.gradient.doubles, within: 1e-9))
  }

  // So many parameters are normalised in single precision.
  @Test func amongManyParametersTooSinglePrecisionKeepsItsDigits() {
    let many = Tensor.full([300], 1e6)
    func expect(_ result: Tensor, _ exact: Double) {
      #expect(agree(result.scalars, [Double](repeating: exact, count: 300), within: 1e-5))
    }
    expect(Poisson(rate: many).logProb(1e6), -7.826693895520143)
    expect(Gamma(many, 1).logProb(1e6), -7.826693895520143)
    expect(Beta(many, many).logProb(0.5), 7.028537391617382)
  }

  @Test func theExponentIsOneFunctionAcrossItsForms() {
    let rates = Tensor(stride(from: 31.0, through: 35, by: 0.25).map { $0 })
    func second(_ count: Double) -> [Double] {
      let table = Gamma(Tensor([count, count + 1, count + 2]).expandingDimensions(at: 1), 1)
        .logProb(rates)
      return (table[0] - 2 * table[1] + table[2]).scalars
    }
    // log Γ(a) has the second difference log(a / (a + 1)), and no jump at 33.
    for count in [30.5, 31.5, 32.5, 33.5] {
      let exact = -(count + 1).logarithmOf(over: count)
      #expect(second(count).allSatisfy { abs($0 - exact) < 1e-12 })
    }
  }
}

extension Double {
  fileprivate func logarithmOf(over other: Double) -> Double {
    log1p(Tensor([self / other - 1])).item()
  }
}
