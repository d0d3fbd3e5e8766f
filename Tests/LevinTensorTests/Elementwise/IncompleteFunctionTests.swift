import LevinTestKit
import Testing

@testable import LevinTensor

/// Values of incomplete functions by mpmath.
struct IncompleteFunctions: Decodable, Sendable {
  struct Row: Decodable, Sendable {
    let shapes: [Double]
    let x: Double
    let lower: Double
    let upper: Double
    let slopes: [Double]
    let density: Double
  }

  let gamma: [Row]
  let beta: [Row]

  static let all = try! Fixture.load("incomplete_functions", as: IncompleteFunctions.self)
}

@Suite struct IncompleteFunctionTests {
  private typealias Row = IncompleteFunctions.Row

  private static func gamma(_ operation: BinaryOperation) -> (Tensor, Tensor) -> Tensor {
    { Tensor(Node.binary(operation, $0.node, $1.node)) }
  }

  private static func beta(
    _ operation: TernaryOperation
  ) -> (Tensor, Tensor, Tensor) -> Tensor {
    { Tensor(Node.ternary(operation, $0.node, $1.node, $2.node)) }
  }

  private static func shapes(_ rows: [Row], _ index: Int) -> Tensor {
    Tensor(rows.map { $0.shapes[index] })
  }

  private func misses(
    _ rows: [Row], _ found: Tensor, relative: Double, _ exact: (Row) -> Double
  ) -> [String] {
    zip(rows, found.scalars).filter { row, value in
      !(abs(value - exact(row)) <= relative * abs(exact(row)))
    }.map { "\($1) at \($0.shapes), \($0.x) where mpmath has \(exact($0))" }
  }

  @Test func gammaFunctionsEqualMPMaths() {
    let rows = IncompleteFunctions.all.gamma
    let (a, x) = (Self.shapes(rows, 0), Tensor(rows.map(\.x)))
    var off = misses(rows, regularizedGammaP(a, x), relative: 1e-12, \.lower)
    off += misses(rows, regularizedGammaQ(a, x), relative: 1e-12, \.upper)
    off += misses(rows, Self.gamma(.gammaDensity)(a, x), relative: 1e-12, \.density)
    off += misses(rows, Self.gamma(.gammaShapeSlope)(a, x), relative: 1e-11) { $0.slopes[0] }
    #expect(rows.count > 50 && off.isEmpty, "\(off.joined(separator: "\n"))")
  }

  @Test func betaFunctionsEqualMPMaths() {
    let rows = IncompleteFunctions.all.beta
    let (a, b, x) = (Self.shapes(rows, 0), Self.shapes(rows, 1), Tensor(rows.map(\.x)))
    var off = misses(rows, regularizedBeta(a, b, x), relative: 1e-12, \.lower)
    off += misses(rows, Self.beta(.betaDensity)(a, b, x), relative: 1e-12, \.density)
    // A shape close to 0 brings the derivative by the other one close to 0 too.
    off += misses(rows, Self.beta(.betaFirstSlope)(a, b, x), relative: 1e-8) { $0.slopes[0] }
    off += misses(rows, Self.beta(.betaSecondSlope)(a, b, x), relative: 1e-8) { $0.slopes[1] }
    #expect(rows.count > 40 && off.isEmpty, "\(off.joined(separator: "\n"))")
  }

  // As far as the probability, rounded to a double, tells where x is.
  private func inverseMisses(_ rows: [Row], _ found: Tensor, upper: Bool = false) -> [String] {
    zip(rows, found.scalars).filter { row, value in
      let probability = upper ? row.upper : row.lower
      let bound = 1e-12 * row.x + 4 * 0x1p-53 * probability / row.density
      return probability < 1 && !(abs(value - row.x) <= bound)
    }.map { "\($1) at \($0.shapes), \(upper ? $0.upper : $0.lower) where x is \($0.x)" }
  }

  @Test func inversesLeadBackToTheArgument() {
    let gamma = IncompleteFunctions.all.gamma, beta = IncompleteFunctions.all.beta
    let a = Self.shapes(gamma, 0)
    var off = inverseMisses(gamma, inverseRegularizedGammaP(a, Tensor(gamma.map(\.lower))))
    off += inverseMisses(
      gamma, inverseRegularizedGammaQ(a, Tensor(gamma.map(\.upper))), upper: true)
    off += inverseMisses(
      beta,
      inverseRegularizedBeta(
        Self.shapes(beta, 0), Self.shapes(beta, 1), Tensor(beta.map(\.lower))))
    #expect(off.isEmpty, "\(off.joined(separator: "\n"))")
  }

  @Test func singlePrecisionIsDoublePrecisionRounded() {
    let a = Tensor([0.5, 3, 40, 700] as [Float]).reshaped(to: [4, 1])
    let x = Tensor([0.1, 0.7] as [Float])
    let functions: [(Tensor, Tensor) -> Tensor] = [
      { regularizedGammaP($0, $1 * 64) }, { regularizedGammaQ($0, $1 * 64) },
      { inverseRegularizedGammaP($0, $1) }, { inverseRegularizedGammaQ($0, $1) },
      { regularizedBeta($0, 2, $1) }, { inverseRegularizedBeta(0.5, $0, $1) },
    ]
    for function in functions {
      let wide = function(a.cast(to: .float64), x.cast(to: .float64))
      let single = function(a, x)
      #expect(single.dtype == .float32 && single.shape == [4, 2])
      let close = zip(single.scalars, wide.scalars).allSatisfy { abs($0 - $1) <= 1e-6 * $1 + 1e-44 }
      #expect(close)
    }
  }

  // MARK: Edges

  private static let infinity = Double.infinity

  @Test func gammaFunctionsHaveTheirLimits() {
    let rows: [(a: Double, x: Double, p: Double)] = [
      (2, 0, 0), (2, Self.infinity, 1), (0, 1, 1), (Self.infinity, 5, 0), (1, -1, .nan),
      (-1, 1, .nan), (0, 0, .nan), (.nan, 1, .nan), (1, .nan, .nan), (5, 1e300, 1), (1e-300, 1, 1),
    ]
    let (a, x) = (Tensor(rows.map(\.a)), Tensor(rows.map(\.x)))
    let (p, q) = (regularizedGammaP(a, x).scalars, regularizedGammaQ(a, x).scalars)
    let off = rows.indices.filter { index in
      let expected = rows[index].p
      return expected.isNaN
        ? !(p[index].isNaN && q[index].isNaN)
        : abs(p[index] - expected) > 1e-15 || abs(q[index] - (1 - expected)) > 1e-299
    }
    #expect(off.isEmpty, "\(off.map { rows[$0] })")
  }

  @Test func betaFunctionsHaveTheirLimits() {
    let rows: [(a: Double, b: Double, x: Double, p: Double)] = [
      (2, 3, 0, 0), (2, 3, 1, 1), (0, 1, 0.5, 1), (1, 0, 0.5, 0), (Self.infinity, 2, 0.5, 0),
      (2, Self.infinity, 0.5, 1), (1, 1, -0.1, .nan), (1, 1, 1.1, .nan), (-1, 1, 0.5, .nan),
      (0, 0, 0.5, .nan), (1, .nan, 0.5, .nan), (1, 1, 0.3, 0.3), (4, 4, 0.5, 0.5),
    ]
    let found = regularizedBeta(
      Tensor(rows.map(\.a)), Tensor(rows.map(\.b)), Tensor(rows.map(\.x))
    ).scalars
    let off = rows.indices.filter { index in
      let (value, expected) = (found[index], rows[index].p)
      return !(value.isNaN && expected.isNaN || abs(value - expected) <= 1e-15)
    }
    #expect(off.isEmpty, "\(off.map { rows[$0] })")
  }

  @Test func inversesEndWhereProbabilitiesDo() {
    let p = Tensor([0, 1, -0.1, 1.1, .nan] as [Double])
    func text(_ x: Tensor) -> [String] { x.scalars.map { $0.isNaN ? "nan" : "\($0)" } }
    #expect(text(inverseRegularizedGammaP(3, p)) == ["0.0", "inf", "nan", "nan", "nan"])
    #expect(text(inverseRegularizedGammaQ(3, p)) == ["inf", "0.0", "nan", "nan", "nan"])
    #expect(text(inverseRegularizedBeta(3, 2, p)) == ["0.0", "1.0", "nan", "nan", "nan"])
    // Below the smallest number that is not 0.
    #expect(inverseRegularizedGammaP(1e-6, Tensor([0.25])).scalars == [0])
    #expect(inverseRegularizedBeta(1e-6, 1, Tensor([0.25])).scalars == [0])
  }

  // MARK: Gradients

  static let withShapes: [SmoothFunction] = [
    .init("gammaP", [shapes, points]) { regularizedGammaP($0[0], $0[1]) },
    .init("gammaQ", [shapes, points]) { regularizedGammaQ($0[0], $0[1]) },
    .init("gammaPInverse", [shapes, probabilities]) { inverseRegularizedGammaP($0[0], $0[1]) },
    .init("gammaQInverse", [shapes, probabilities]) { inverseRegularizedGammaQ($0[0], $0[1]) },
    .init("beta", [first, second, probabilities]) { regularizedBeta($0[0], $0[1], $0[2]) },
    .init("betaInverse", [first, second, probabilities]) {
      inverseRegularizedBeta($0[0], $0[1], $0[2])
    },
  ]
  private static let shapes = [0.4, 1.3, 3.5, 8, 45, 120]
  private static let first = [0.4, 1.3, 3.5, 6, 2.2, 7]
  private static let second = [2.5, 0.7, 3.1, 4, 1.6, 5]
  private static let points = [0.6, 2.2, 1.1, 9.5, 43, 135]
  private static let probabilities = [0.2, 0.7, 0.45, 0.3, 0.85, 0.6]

  private static func fixed(_ numbers: [Double]) -> Tensor { Tensor(numbers) }

  static let twiceDifferentiable: [SmoothFunction] = [
    .init("gammaP of x", [points]) { regularizedGammaP(fixed(shapes), $0[0]) },
    .init("gammaQ of x", [points]) { regularizedGammaQ(fixed(shapes), $0[0]) },
    .init("gamma density", [shapes, points]) { gamma(.gammaDensity)($0[0], $0[1]) },
    .init("gamma slope of x", [points]) { gamma(.gammaShapeSlope)(fixed(shapes), $0[0]) },
    .init("gammaPInverse of p", [probabilities]) {
      inverseRegularizedGammaP(fixed(shapes), $0[0])
    },
    .init("gammaQInverse of q", [probabilities]) {
      inverseRegularizedGammaQ(fixed(shapes), $0[0])
    },
    .init("beta of x", [probabilities]) { regularizedBeta(fixed(first), fixed(second), $0[0]) },
    .init("beta density", [first, second, probabilities]) {
      beta(.betaDensity)($0[0], $0[1], $0[2])
    },
    .init("beta slopes of x", [probabilities]) {
      beta(.betaFirstSlope)(fixed(first), fixed(second), $0[0])
        * beta(.betaSecondSlope)(fixed(first), fixed(second), $0[0])
    },
    .init("betaInverse of p", [probabilities]) {
      inverseRegularizedBeta(fixed(first), fixed(second), $0[0])
    },
  ]

  @Test(arguments: withShapes + twiceDifferentiable)
  func gradientsEqualCentralDifferences(_ function: SmoothFunction) {
    let slopes = CentralDifferences(at: function.points, of: function.apply).first()
    #expect(slopes.error < 1e-8, "\(slopes)")
  }

  @Test(arguments: twiceDifferentiable)
  func secondGradientsEqualCentralDifferences(_ function: SmoothFunction) {
    let slopes = CentralDifferences(at: function.points, of: function.apply).second()
    #expect(slopes.error < 1e-7, "\(slopes)")
  }

  @Test func gradientsAreFiniteAtTheEnds() {
    let a = Tensor([2.0, 3]).requiringGradient()
    let x = Tensor([0.0, 0]).requiringGradient()
    let loss = (regularizedGammaP(a, x) + regularizedBeta(a, 2, x)).sum()
    let found = gradients(of: loss, at: [a, x]).map { $0?.scalars }
    #expect(found == [[0, 0], [0, 0]])
  }
}
