import LevinTestKit
import Testing

@testable import LevinTensor

/// Distinct elements, and how many there are of each or in each interval.
@Suite struct CountingTests {
  @Test(arguments: OrderFixture.cases("unique"))
  func distinctElementsAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let failures = known.mismatches {
      let found = $0.unique()
      return [found.values, found.inverse, found.counts]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("bincount"))
  func countsOfIntegersAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let failures = known.mismatches {
      [$0.bincount(weights: known.weights?.tensor, minimumLength: known.minimumLength ?? 0)]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("histogram"))
  func histogramsAreThoseOfNumPy(_ known: OrderFixture.Case) {
    let failures = known.mismatches { x in
      let weights = known.weights?.tensor
      let density = known.density ?? false
      let found =
        known.edges.map { x.histogram(edges: Tensor($0), weights: weights, density: density) }
        ?? x.histogram(
          bins: known.bins ?? 0, range: known.range.map { $0[0]...$0[1] }, weights: weights,
          density: density)
      return [found.counts, found.edges]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test func valuesAndTheirIndicesMakeTheTensorAgain() {
    var random = PCG64(seed: 6)
    let x = Tensor(
      (0..<5000).map { _ in Float(random.integers(in: -40..<40)) / 4 }, shape: [50, 100])
    let found = x.unique()
    #expect(found.values.gathered(at: found.inverse).scalars == x.scalars)
    #expect(found.counts.sum().item() == 5000 && found.inverse.shape == x.shape)
    #expect(found.values.scalars == Set(x.scalars).sorted())
  }

  @Test func weightsHaveGradients() {
    let weights = Tensor([0.5, 2, 1]).requiringGradient()
    let sums = Tensor([1, 0, 1]).bincount(weights: weights)
    let found = gradients(of: (sums * Tensor([10.0, 3])).sum(), at: [weights])[0]
    #expect(sums.scalars == [2, 1.5] && found?.scalars == [3, 10, 3])
    let bins = Tensor([0.1, 0.9, 7]).histogram(bins: 2, range: 0...1, weights: weights).counts
    let parts = gradients(of: (bins * Tensor([10.0, 3])).sum(), at: [weights])[0]
    #expect(bins.scalars == [0.5, 2] && parts?.scalars == [10, 3, 0])
  }

  @Test func manySmallWeightsInSinglePrecisionKeepTheirDigits() {
    let count = 1_000_000
    let x = Tensor([Int](repeating: 1, count: count))
    let sum = x.bincount(weights: Tensor.full([count], 0.1))[1].item()
    #expect(abs(sum / (Double(Float(0.1)) * Double(count)) - 1) < 1e-7)
  }

  @Test func everyElementIsInOneBin() {
    var random = PCG64(seed: 9)
    let x = random.normal(shape: [100_000])
    let found = x.histogram(bins: 37)
    #expect(found.counts.sum().item() == 100_000 && found.counts.dtype == .int64)
    #expect(found.edges[0].item() == x.min().item() && found.edges[37].item() == x.max().item())
  }
}
