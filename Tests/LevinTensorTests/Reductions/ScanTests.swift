import LevinTestKit
import Testing

@testable import LevinTensor

/// Running totals along an axis.
@Suite struct ScanTests {
  private static func apply(_ name: String, _ known: OrderFixture.Case, _ x: Tensor) -> Tensor {
    let (axis, reversed) = (known.axis ?? 0, known.reversed ?? false)
    let exclusive = known.exclusive ?? false
    return switch name {
    case "cumulativeSum": x.cumulativeSum(axis: axis, reversed: reversed, exclusive: exclusive)
    case "cumulativeProduct":
      x.cumulativeProduct(axis: axis, reversed: reversed, exclusive: exclusive)
    default: x.logCumulativeSumExp(axis: axis, reversed: reversed)
    }
  }

  @Test(
    arguments: OrderFixture.cases("cumulativeSum", "cumulativeProduct", "logCumulativeSumExp"))
  func valuesAndDerivativesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let failures = known.mismatches { [Self.apply(known.operation, known, $0)] }
    #expect(failures.isEmpty, "\(failures)")
  }

  static let names = ["cumulativeSum", "cumulativeProduct", "logCumulativeSumExp"]

  @Test(arguments: [0, 1, -1], [false, true])
  func thirdDerivativesOfProductsAgreeWithDifferences(_ axis: Int, _ reversed: Bool) {
    let points = [[0.7, 0, 1.3, -0.4, 0, 0.9]]
    for exclusive in [false, true] {
      let slopes = CentralDifferences(at: points, shapes: [[2, 3]]) { x in
        // The gradient at one point of a line through it is a function with zeros of its own.
        let y = x[0].cumulativeProduct(axis: axis, reversed: reversed, exclusive: exclusive)
        return gradients(of: y.square().sum(), at: [x[0]])[0] ?? y
      }
      #expect(slopes.first().error < 1e-8 && slopes.second().error < 1e-8)
    }
  }

  @Test(arguments: [false, true]) func derivativesOfLogSumsAgreeWithDifferences(reversed: Bool) {
    let slopes = CentralDifferences(at: [[0.3, -2, 4, 1.5, 1.4, 6, 0]]) { x in
      x[0].logCumulativeSumExp(axis: 0, reversed: reversed)
    }
    #expect(slopes.first().error < 1e-9 && slopes.second().error < 1e-9)
  }

  @Test func recurrencesHaveDerivatives() {
    let points = [[0.5, -1.2, 0, 0.8, 1.1, 0.3], [1, 0.4, -0.7, 0, 2, 1.5]]
    for (axis, reversed) in [(0, false), (1, false), (1, true)] {
      let slopes = CentralDifferences(at: points, shapes: [[2, 3], [2, 3]]) { x in
        Tensor(Node.recurrence(x[0].node, x[1].node, axis: axis, reversed: reversed))
      }
      #expect(slopes.first().error < 1e-9 && slopes.second().error < 1e-9)
    }
  }

  @Test func impossibleTermsGetNoGradientAndMakeNoNaN() {
    let numbers: [Double] = [-.infinity, -.infinity, 1, -.infinity, 1]
    let x = Tensor(numbers).requiringGradient()
    let first = gradients(of: x.logCumulativeSumExp(axis: 0)[2...].sum(), at: [x])[0]
    let second = first.flatMap {
      gradients(of: ($0 * Tensor(numbers.indices.map { Double($0) })).sum(), at: [x])[0]
    }
    func isClose(_ found: Tensor?, _ expected: [Double]) -> Bool {
      zip(found?.scalars ?? [.nan], expected).allSatisfy { abs($0 - $1) < 1e-15 }
    }
    #expect(isClose(first, [0, 0, 2.5, 0, 0.5]) && isClose(second, [0, 0, -0.5, 0, 0.5]))
    let nowhere = Tensor([Float](repeating: -.infinity, count: 3)).requiringGradient()
    let none = gradients(of: nowhere.logCumulativeSumExp(axis: 0).sum(), at: [nowhere])[0]
    #expect(none?.scalars == [0, 0, 0])
  }

  @Test func logSumsOfSteepSlopesKeepTheirDigits() {
    // Each term e^(i) outweighs all before it together; sums are e^i (1 - e^-(i+1)) / (1 - 1/e).
    let x = Tensor((0..<2000).map { Double($0) })
    let found = x.logCumulativeSumExp(axis: 0).scalars
    let ratio = 0.45867514538708189
    #expect(found.indices.dropFirst(50).allSatisfy { abs(found[$0] - Double($0) - ratio) < 1e-12 })
  }

  @Test func gradientsOfLongLogSumsInSinglePrecisionKeepTheirDigits() {
    var random = PCG64(seed: 8)
    let wide = random.normal(shape: [20_000], dtype: .float64) * 3
    evaluateOrStop(wide)
    func gradient(_ x: Tensor) -> [Double] {
      gradients(of: x.logCumulativeSumExp(axis: 0).sum(), at: [x])[0]?.scalars ?? []
    }
    let exact = wide.cast(to: .float32).cast(to: .float64).requiringGradient()
    let found = gradient(wide.cast(to: .float32).requiringGradient())
    let off = zip(found, gradient(exact)).filter { abs($0 - $1) > 1e-6 * abs($1) }
    #expect(off.isEmpty && found.count == 20_000, "\(off.prefix(3))")
  }

  @Test func sumsOfManySinglePrecisionNumbersKeepTheirDigits() {
    let x = Tensor([Float](repeating: 0.1, count: 1_000_001))
    let last = x.cumulativeSum(axis: 0)[1_000_000].item()
    #expect(abs(last / (Double(Float(0.1)) * 1_000_001) - 1) < 1e-7)
  }

  @Test func integersAddUpExactly() {
    let large = Tensor([1 << 60, 1, 1])
    #expect(
      large.cumulativeSum(axis: 0).scalars(as: Int.self) == [1 << 60, 1 << 60 + 1, 1 << 60 + 2])
    #expect(Tensor([true, true, false]).cumulativeSum(axis: 0).scalars(as: Int.self) == [1, 2, 2])
  }

  @Test(arguments: names) func theInnerAxesDoNotMatter(_ name: String) {
    // Lines side by side are scanned in groups; each must come out as it does alone.
    var random = PCG64(seed: 2)
    for inner in [1, 2, 7, 8, 9, 19] {
      let x = random.normal(shape: [3, 5, inner])
      evaluateOrStop(x)
      func scan(_ x: Tensor, _ axis: Int) -> Tensor {
        switch name {
        case "cumulativeSum": x.cumulativeSum(axis: axis)
        case "cumulativeProduct": x.cumulativeProduct(axis: axis, reversed: true)
        default: x.logCumulativeSumExp(axis: axis)
        }
      }
      let together = scan(x, 1)
      let alone = (0..<inner).map { scan(x[.all, .all, $0], 1) }
      #expect(together.scalars == stack(alone, axis: 2).scalars)
    }
  }

  @Test func scansJoinWhatGoesBeforeAndAfter() {
    let x = Tensor((1...1000).map { Double($0) }).requiringGradient()
    let loss = ((x * 2).cumulativeSum(axis: 0) / 2).square().mean()
    let totals = (1...1000).map { Double($0 * ($0 + 1) / 2) }
    let expected = totals.reduce(0) { $0 + $1 * $1 } / 1000
    #expect(abs(loss.item() / expected - 1) < 1e-14)
    let last = gradients(of: loss, at: [x])[0]?[999].item() ?? 0
    #expect(abs(last - 2 * totals[999] / 1000) < 1e-9)
  }
}
