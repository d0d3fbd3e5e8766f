import LevinTestKit
import Testing

@testable import LevinTensor

/// Gradients where a derivative is infinite, undefined or absent.
@Suite struct GradientRuleTests {
  private static func leaf(_ numbers: [Double], shape: [Int]? = nil) -> Tensor {
    Tensor(numbers, shape: shape).requiringGradient()
  }

  private static func gradient(_ loss: Tensor, at x: Tensor) -> [Double]? {
    gradients(of: loss.sum(), at: [x])[0]?.scalars
  }

  /// The gradient, and the gradient of a weighted sum of it.
  private static func twice(
    _ numbers: [Double], _ function: (Tensor) -> Tensor
  ) -> (first: [Double], second: [Double]) {
    let x = leaf(numbers)
    guard let first = gradients(of: function(x).sum(), at: [x])[0] else { return ([], []) }
    let weights = Tensor(numbers.indices.map { 1 + 0.5 * Double($0) })
    let second = gradients(of: (first * weights).sum(), at: [x])[0]
    return (first.scalars, second?.scalars ?? numbers.map { _ in 0 })
  }

  // MARK: Masked branches

  /// A function that is singular at 0, masked there in one of the ways people mask.
  struct Masked: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var apply: @Sendable (Tensor) -> Tensor
  }

  static let singular: [Masked] = [
    Masked(testDescription: "log") { $0.log() },
    Masked(testDescription: "log2") { $0.log2() },
    Masked(testDescription: "log10") { $0.log10() },
    Masked(testDescription: "sqrt") { $0.sqrt() },
    Masked(testDescription: "rsqrt") { $0.rsqrt() },
    Masked(testDescription: "reciprocal") { $0.reciprocal() },
    Masked(testDescription: "1 / x") { 1 / $0 },
    Masked(testDescription: "1 / x squared") { 1 / ($0 * $0) },
    Masked(testDescription: "power of -1.5") { $0.power(-1.5) },
    Masked(testDescription: "power of 0.3") { $0.power(0.3) },
    Masked(testDescription: "logGamma") { $0.logGamma() },
    Masked(testDescription: "digamma") { $0.digamma() },
    Masked(testDescription: "acosh") { ($0 + 1).acosh() },
    Masked(testDescription: "atanh") { (1 - $0 * 0.1).atanh() },
    Masked(testDescription: "asin") { (1 - $0 * 0.1).asin() },
    Masked(testDescription: "acos") { (1 - $0 * 0.1).acos() },
    Masked(testDescription: "erfInverse") { (1 - $0 * 0.1).erfInverse() },
    Masked(testDescription: "log1mExp") { $0.log1mExp() },
    Masked(testDescription: "x log x") { $0 * $0.log() },
    Masked(testDescription: "log1p of -1 + x") { ($0 - 1).log1p() },
    Masked(testDescription: "exp of 1 / x") { (1 / $0).exp() },
  ]

  @Test(arguments: singular) func whereMaskedSingularityLeavesGradientsFinite(_ function: Masked) {
    let (first, second) = Self.twice([0, 0.7, 0]) { x in
      `where`(x .> 0, function.apply(x), 2 * x)
    }
    let (alone, aloneSecond) = Self.twice([5, 0.7, 5], function.apply)
    #expect(first[0] == 2 && first[2] == 2 && second[0] == 0 && second[2] == 0)
    #expect(abs(first[1] - alone[1]) < 1e-12 && abs(second[1] - aloneSecond[1]) < 1e-12)
  }

  @Test(arguments: singular) func aBranchNeverTakenGivesNoNaN(_ function: Masked) {
    let (first, second) = Self.twice([0, -1, 0]) { x in
      `where`(x .> 0, function.apply(x), 0)
    }
    #expect(first == [0, 0, 0] && second == [0, 0, 0])
  }

  @Test func maskedWavesOfInfinityLeaveGradientsFinite() {
    for wave: (Tensor) -> Tensor in [{ $0.sin() }, { $0.cos() }, { $0.tan() }] {
      let (first, second) = Self.twice([.infinity, 0.7]) { x in
        `where`(x.isFinite, wave(x), 0)
      }
      let (alone, aloneSecond) = Self.twice([0, 0.7], wave)
      #expect(first == [0, alone[1]] && second == [0, aloneSecond[1]])
    }
  }

  @Test(arguments: [DType.float32, .float64])
  func logNormalCDFHasGradientsFarOutInBothTails(_ dtype: DType) {
    let x = Tensor([-1e5, -300, -10, 12, 300, 1e5]).cast(to: dtype).requiringGradient()
    let first = gradients(of: x.logNormalCDF().sum(), at: [x])[0]
    let second = first.flatMap { gradients(of: $0.sum(), at: [x])[0] }
    // mpmath 1.3.0
    let slopes = [100000.00001, 300.0033332592634, 10.098093233962512, 2.14638373566306e-32, 0, 0]
    let curvatures = [
      -0.9999999999, -0.999988889629561, -0.990554622174344, -2.5756604827956724e-31, 0, 0,
    ]
    let bound = dtype == .float32 ? 3e-5 : 1e-9
    func isOff(_ found: [Double], _ expected: [Double]) -> Bool {
      zip(found, expected).contains { !(abs($0 - $1) <= bound * abs($1)) }
    }
    #expect(!isOff(first?.scalars ?? [.nan], slopes))
    #expect(!isOff(second?.scalars ?? [.nan], curvatures))
  }

  @Test func anglesOfTheOriginHaveNoGradient() {
    let x = Self.leaf([0, 0])
    let y = Self.leaf([0, 3])
    let found = gradients(of: atan2(y, x).sum(), at: [x, y]).map { $0?.scalars }
    #expect(found == [[0, -1 / 3.0], [0, 0]])
  }

  @Test func xlogyHasNoGradientWhereTheFactorIsZero() {
    let x = Self.leaf([0, 0, 2])
    let y = Self.leaf([0, 1, 4])
    let found = gradients(of: xlogy(x, y).sum(), at: [x, y]).map { $0?.scalars }
    #expect(found == [[0, 0, 1.3862943611198906], [0, 0, 0.5]])
  }

  @Test func xlog1pyHasNoGradientWhereTheFactorIsZero() {
    let x = Self.leaf([0, 0, 2])
    let y = Self.leaf([-1, 0, 3])
    let found = gradients(of: xlog1py(x, y).sum(), at: [x, y]).map { $0?.scalars }
    #expect(found == [[0, 0, 1.3862943611198906], [0, 0, 0.5]])
  }

  @Test func secondDerivativesOfXlogyAtZeroAreFinite() {
    let (first, second) = Self.twice([0, 0.5]) { xlogy(Tensor([0.0, 2.0]), $0) }
    #expect(first == [0, 4] && second[0] == 0 && abs(second[1] + 12) < 1e-12)
  }

  // MARK: Mixtures

  @Test func impossibleBranchesOfLogSumExpGetNoWeight() {
    let (first, second) = Self.twice([-.infinity, 1, 1]) { $0.logSumExp() }
    #expect(first == [0, 0.5, 0.5] && second.allSatisfy(\.isFinite) && second[0] == 0)
  }

  @Test func noBranchGetsWeightWhenAllAreImpossible() {
    let (first, second) = Self.twice([-.infinity, -.infinity]) { $0.logSumExp() }
    #expect(first == [0, 0] && second == [0, 0])
  }

  @Test func impossibleRowsLeaveTheOthersAlone() {
    let x = Self.leaf([-.infinity, -.infinity, 0, 0], shape: [2, 2])
    #expect(Self.gradient(x.logSumExp(axis: 1), at: x) == [0, 0, 0.5, 0.5])
  }

  @Test(arguments: [0, 1]) func logAddExpGivesNoWeightToAnImpossibleBranch(_ side: Int) {
    let x = Self.leaf([-.infinity, -.infinity, 1])
    let y = Self.leaf([-.infinity, 2, 1])
    let sum = side == 0 ? x.logAddExp(y) : y.logAddExp(x)
    let found = gradients(of: sum.sum(), at: [x, y]).flatMap { $0?.scalars ?? [] }
    #expect(zip(found, [0, 0, 0.5, 0, 1, 0.5]).allSatisfy { abs($0 - $1) < 1e-15 })
  }

  @Test func aProbabilityOfZeroInsideAMixtureMakesNoNaN() {
    let (first, second) = Self.twice([0, 1]) { p in
      concatenate([p[0..<1].log(), p[1..<2]]).logSumExp()
    }
    #expect(first == [0, 1] && second.allSatisfy { !$0.isNaN })
  }

  @Test func infiniteValuesThatAMaskRemovesMakeNoNaN() {
    let x = Self.leaf([0, 4])
    let mask = Tensor([0.0, 1.0])
    let product = Tensor(Node.binary(.absorbingMultiply, mask.node, x.log().node))
    #expect(Self.gradient(product, at: x) == [0, 0.25])
  }

  // MARK: Ties and corners

  @Test func equalOperandsOfMaximumShareTheGradient() {
    let x = Self.leaf([1, 2, 3])
    let y = Self.leaf([1, 5, 0])
    let larger = gradients(of: x.maximum(y).sum(), at: [x, y]).map { $0?.scalars }
    let smaller = gradients(of: x.minimum(y).sum(), at: [x, y]).map { $0?.scalars }
    #expect(larger == [[0.5, 0, 1], [0.5, 1, 0]] && smaller == [[0.5, 1, 0], [0.5, 0, 1]])
  }

  @Test func equalLargestElementsShareTheGradient() {
    let x = Self.leaf([3, 1, 3, 2, 2, 2], shape: [2, 3])
    let third = 1.0 / 3
    #expect(Self.gradient(x.max(axis: 1), at: x) == [0.5, 0, 0.5, third, third, third])
    #expect(Self.gradient(x.min(), at: x) == [0, 1, 0, 0, 0, 0])
  }

  @Test func longAxesShareTheGradientOfTiesToo() {
    let x = Self.leaf((0..<1000).map { Double($0 % 250) })
    let found = Self.gradient(x.exp().log().max(), at: x) ?? []
    let expected = (0..<1000).map { $0 % 250 == 249 ? 0.25 : 0 }
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test func reluIsFlatAtZero() {
    let x = Self.leaf([-1, 0, 2])
    #expect(Self.gradient(x.relu(), at: x) == [0, 0, 1])
  }

  @Test(arguments: [(0.0, 0.0), (1, 1), (2, 0), (3, 0)])
  func powersAtZeroHaveTheirGradient(_ exponent: Double, _ expected: Double) {
    let x = Self.leaf([0])
    let two = Self.twice([0]) { $0.power(Tensor(exponent)) }
    let curvature = exponent == 2 ? 2.0 : 0
    #expect(Self.gradient(x.power(Tensor(exponent)), at: x) == [expected])
    #expect(two.second == [curvature])
  }

  @Test func exponentsOfZeroHaveNoGradient() {
    let b = Self.leaf([0, 1, 2.5])
    #expect(Self.gradient(Tensor([0.0, 0, 0]).power(b), at: b) == [0, 0, 0])
  }

  @Test(arguments: [1, 2, 3]) func negativeBasesWithIntegerExponentsHaveGradients(_ exponent: Int) {
    let x = Self.leaf([-1.5, -2])
    let expected = [-1.5, -2].map { base in
      Double(exponent) * (1..<exponent).reduce(1.0) { product, _ in product * base }
    }
    let found = Self.gradient(x.power(Tensor(Double(exponent))), at: x) ?? []
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
