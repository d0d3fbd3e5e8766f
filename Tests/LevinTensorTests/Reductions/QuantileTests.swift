import LevinTestKit
import Testing

@testable import LevinTensor

/// Quantiles, medians, and positions among sorted boundaries.
@Suite struct QuantileTests {
  @Test(arguments: OrderFixture.cases("quantile"))
  func quantilesAndDerivativesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let interpolation = QuantileInterpolation.allCases.first { "\($0)" == known.interpolation }
    let orders = known.orders ?? []
    let failures = known.mismatches { x in
      known.several == true
        ? [
          x.quantile(
            Tensor(orders, dtype: x.dtype), axis: known.axis,
            keepingDimensions: known.keeping ?? false, interpolation: interpolation ?? .linear)
        ]
        : [
          x.quantile(
            orders[0], axis: known.axis, keepingDimensions: known.keeping ?? false,
            interpolation: interpolation ?? .linear)
        ]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("median"))
  func mediansAndDerivativesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let failures = known.mismatches { [$0.median(axis: known.axis)] }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("searchSorted"))
  func positionsAmongBoundariesAreThoseOfPyTorch(_ known: OrderFixture.Case) throws {
    let boundaries = try #require(known.boundaries).tensor
    let failures = known.mismatches { [boundaries.searchSorted($0, right: known.right ?? false)] }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test func theMedianOfAnEvenNumberIsAnElement() {
    let x = Tensor([4.0, 1, 3, 2])
    #expect(x.median().item() == 2 && x.quantile(0.5).item() == 2.5)
    #expect(x.reshaped(to: [2, 2]).median(axis: 1, keepingDimensions: true).shape == [2, 1])
    #expect(Tensor([4, 1, 3]).median().item() == 3 && Tensor([4, 1, 3]).median().dtype == .int64)
  }

  @Test func quantilesAmongInfinitiesAreNotUndefined() {
    let x = Tensor([Double.infinity, .infinity, 1, 2, -.infinity, -.infinity])
    let orders = Tensor([0.0, 0.1, 0.4, 0.6, 0.9, 1])
    let found = x.quantile(orders).scalars
    #expect(found == [-.infinity, -.infinity, 1, 2, .infinity, .infinity])
    #expect(x.quantile(0.1).item() == -.infinity && x.quantile(0.9).item() == .infinity)
  }

  @Test func ordersHaveAGradient() {
    let x = Tensor([1.0, 4, 2, 8])
    let q = Tensor([0.2, 0.5, 0.9]).requiringGradient()
    let found = gradients(of: x.quantile(q).sum(), at: [q])[0]?.scalars ?? []
    // Three times the distance of the neighbours.
    #expect(zip(found, [3, 6, 12]).allSatisfy { abs($0 - $1) < 1e-12 } && found.count == 3)
  }

  @Test func quantilesOfALongLineAreThoseOfItsElements() {
    let count = 100_001
    let x = Tensor((0..<count).map { Float($0 * 7919 % count) })
    let found = x.quantile([0.1, 0.25, 0.5, 0.999]).scalars
    #expect(zip(found, [10_000, 25_000, 50_000, 99_900]).allSatisfy { abs($0 - $1) < 0.02 })
    #expect(x.quantile(0.25).item() == 25_000 && x.median().item() == 50_000)
  }

  @Test func quantilesThatAreElementsKeepLargeIntegers() {
    let base = 1 << 53
    let x = Tensor([base + 5, base + 1, base + 3, base + 7])
    func integer(_ x: Tensor) -> Int { x.item(as: Int.self) }
    #expect(integer(x.quantile(0.5, interpolation: .lower)) == base + 3)
    #expect(integer(x.quantile(0.5, interpolation: .higher)) == base + 5)
    #expect(integer(x.quantile(0.3, interpolation: .nearest)) == base + 3)
    #expect(x.quantile(0.5, interpolation: .lower).dtype == .int64)
    #expect(integer(x.median()) == base + 3)
    let orders: Tensor = [0, 1 / 2, 1]
    for (interpolation, middle) in [(QuantileInterpolation.lower, 3), (.higher, 5)] {
      #expect(
        x.quantile(orders, interpolation: interpolation).scalars(as: Int.self)
          == [base + 1, base + middle, base + 7])
    }
    let table = x.reshaped(to: [2, 2])
    #expect(
      table.quantile(1, axis: 0, interpolation: .nearest).scalars(as: Int.self)
        == [base + 5, base + 7])
    let small = Tensor([16_777_217, 16_777_219, 1] as [Int32])
    #expect(small.quantile(0.5, interpolation: .lower).scalars(as: Int32.self) == [16_777_217])
    #expect(small.quantile(0.5, interpolation: .lower).dtype == .int32)
  }

  @Test func interpolatedQuantilesOfIntegersAreRoundedOnce() {
    let x = Tensor([16_777_217, 16_777_219])
    #expect(x.quantile(0.5).item() == 16_777_218 && x.quantile(0.5).dtype == .float32)
    #expect(x.quantile(0.5, interpolation: .midpoint).item() == 16_777_218)
    #expect(x.quantile([0.5]).dtype == .float32 && x.quantile([0.5]).item() == 16_777_218)
  }

  @Test func intervalsIncludeTheirUpperBoundary() {
    let x = Tensor([0.5, 1, 1.5, 2, 3])
    #expect(x.bucketized(by: [1, 2]).scalars == [0, 0, 1, 1, 2])
    #expect(x.bucketized(by: [1, 2], right: true).scalars == [0, 1, 1, 2, 2])
    #expect(Tensor([1, 2, 3]).bucketized(by: [1.5, 2.5]).scalars == [0, 1, 2])
  }
}
