import Testing

@testable import LevinTensor

@Suite struct PCG64TensorTests {
  private typealias Row = (
    name: String, tensor: @Sendable (inout PCG64) -> Tensor,
    number: @Sendable (inout PCG64) -> Double
  )

  private static let draws: [Row] = [
    ("uniform", { $0.uniform(shape: [3, 2], dtype: .float64) }, { $0.uniform() }),
    (
      "uniform in a range", { $0.uniform(in: -1..<3, shape: [3, 2], dtype: .float64) },
      { $0.uniform(in: -1..<3) }
    ),
    (
      "standardNormal", { $0.standardNormal(shape: [3, 2], dtype: .float64) },
      { $0.standardNormal() }
    ),
    (
      "normal", { $0.normal(loc: 2, scale: 3, shape: [3, 2], dtype: .float64) },
      { $0.normal(loc: 2, scale: 3) }
    ),
    (
      "standardExponential", { $0.standardExponential(shape: [3, 2], dtype: .float64) },
      { $0.standardExponential() }
    ),
    (
      "gamma", { $0.gamma(2.5, scale: 2, shape: [3, 2], dtype: .float64) },
      { $0.gamma(2.5, scale: 2) }
    ),
    ("beta", { $0.beta(2, 3, shape: [3, 2], dtype: .float64) }, { $0.beta(2, 3) }),
    ("poisson", { $0.poisson(5, shape: [3, 2]) }, { Double($0.poisson(5)) }),
    (
      "binomial", { $0.binomial(trials: 9, probability: 0.3, shape: [3, 2]) },
      { Double($0.binomial(trials: 9, probability: 0.3)) }
    ),
    ("integers", { $0.integers(in: -5..<9, shape: [3, 2]) }, { Double($0.integers(in: -5..<9)) }),
  ]

  @Test func aTensorHoldsTheDrawsThatComeOneByOne() {
    let wrong = Self.draws.filter { _, tensor, number in
      var first = PCG64(seed: 4)
      var second = first
      let drawn = tensor(&first)
      let expected = (0..<6).map { _ in number(&second) }
      return drawn.scalars != expected || drawn.shape != [3, 2] || first != second
    }
    #expect(wrong.isEmpty, "\(wrong.map(\.0))")
  }

  @Test func realDrawsAreSinglePrecisionAndIntegersAreWhole() {
    var random = PCG64(seed: 0)
    #expect(random.poisson(3, shape: [2]).dtype == .float32)
    #expect(random.standardNormal(shape: [2]).dtype == .float32)
    #expect(random.integers(in: 0..<3, shape: [2]).dtype == .int64)
    #expect(random.standardNormal(shape: [0, 4]).scalars.isEmpty)
  }

  @Test func thePyTorchStreamFillsShapes() {
    var first = MersenneTwister(seed: 1)
    var second = MersenneTwister(seed: 1)
    #expect(first.randn(shape: [2, 2]).scalars(as: Float.self) == second.randn(4))
    #expect(first.rand(shape: [5]).scalars(as: Float.self) == second.rand(5))
  }
}
