import LevinDistributions
import LevinTensor
import Testing

@Suite struct MomentTests {
  static let cases = DistributionFixture.shared.cases

  @Test(arguments: cases)
  func meansAndVariancesAgreeWithPyTorch(_ example: DistributionFixture.Case) {
    let mine = example.make()
    #expect(mine.mean.shape == example.mean.shape)
    #expect(agree(mine.mean.scalars, example.mean.doubles, within: 1e-13))
    #expect(agree(mine.variance.scalars, example.variance.doubles, within: 1e-13))
  }

  @Test(arguments: cases.filter { $0.mean.doubles.allSatisfy { !$0.isNaN } })
  func drawsHaveTheMomentsOfTheDistribution(_ example: DistributionFixture.Case) {
    let count = 20_000
    let mine = example.make(.float32)
    var generator = PCG64(seed: 11)
    let draws = mine.sample([count], using: &generator)
    #expect(draws.shape == [count] + mine.batchShape + mine.eventShape)
    #expect(draws.dtype == .float32)
    #expect(!draws.requiresGradient)
    let mean = draws.mean(axis: 0)
    let variance = (draws - mean).square().mean(axis: 0)
    let numbers = zip(
      zip(mean.scalars, variance.scalars), zip(example.mean.doubles, example.variance.doubles))
    for (drawn, exact) in numbers {
      // Five standard errors of the mean; the variance's own depends on the fourth moment.
      #expect(abs(drawn.0 - exact.0) < 5 * (exact.1 / Double(count)).squareRoot())
      #expect(abs(drawn.1 - exact.1) < 0.1 * exact.1)
    }
    #expect(mine.support.check(draws).all().item(as: Bool.self))
  }

  @Test func categoriesComeAsOftenAsTheirProbabilities() {
    let categorical = Categorical(probs: [[1, 3, 0, 4], [2, 0, 0, 6]])
    var generator = PCG64(seed: 5)
    let draws = categorical.sample([20_000], using: &generator)
    #expect(draws.dtype == .int64)
    #expect(draws.shape == [20_000, 2])
    let shares = (0..<4).flatMap { (draws .== $0).cast(to: .float64).mean(axis: 0).scalars }
    #expect(agree(shares, [0.125, 0.25, 0.375, 0, 0, 0, 0.5, 0.75], within: 0.015))
    #expect(shares[4] == 0 && shares[5] == 0 && shares[3] == 0)
  }
}
