import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

// Kernels are measured against the C library, or against series written out here, in double
// precision; and in double precision against values that mpmath gave.

/// The distance that a result may have from the exact one.
enum Tolerance: Sendable {
  /// In units of the last place of the exact value.
  case ulps(Double)
  /// In units of the exact value's magnitude.
  case relative(Double)
  /// In units of the exact value's magnitude, or of 1 where it is smaller.
  case scaled(Double)
}

extension Tolerance {
  /// The error of a result as a multiple of what is allowed; infinity stands for 2^128 or 2^1024.
  func excess<Real: BinaryFloatingPoint>(_ result: Real, exact: Double) -> Double {
    let found = Double(result)
    if found == exact || found.isNaN && exact.isNaN { return 0 }
    if found.isNaN || exact.isNaN { return .infinity }
    let largest = Double(Real.greatestFiniteMagnitude)
    let unit = Double(Real(min(abs(exact), largest)).ulp)
    // In halves, since no double comes after the greatest one.
    let limit = largest / 2 + Double(Real.greatestFiniteMagnitude.ulp) / 2
    let halves = [found, exact].map { max(-limit, min(limit, $0 / 2)) }
    let distance = 2 * abs(halves[0] - halves[1])
    switch self {
    case .ulps(let bound): return distance / unit / bound
    case .relative(let bound): return distance / max(abs(exact), unit) / bound
    case .scaled(let bound): return distance / max(abs(exact), 1) / bound
    }
  }
}

/// A float32 function of one argument, what it is exactly, and how far it may lie from that.
struct SingleFunction: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let tolerance: Tolerance
  let domain: ClosedRange<Float>
  let compute: @Sendable (Tensor) -> Tensor
  let exact: @Sendable (Double) -> Double

  init(
    _ name: String, _ tolerance: Tolerance,
    in domain: ClosedRange<Float> = -.infinity ... .infinity,
    _ compute: @escaping @Sendable (Tensor) -> Tensor,
    _ exact: @escaping @Sendable (Double) -> Double
  ) {
    testDescription = name
    self.tolerance = tolerance
    self.domain = domain
    self.compute = compute
    self.exact = exact
  }

  static let all = [
    SingleFunction("exp", .ulps(2), { $0.exp() }, { Foundation.exp($0) }),
    SingleFunction("expm1", .ulps(2), { $0.expm1() }, { Foundation.expm1($0) }),
    SingleFunction("log", .ulps(2), { $0.log() }, { Foundation.log($0) }),
    SingleFunction("log1p", .ulps(2), { $0.log1p() }, { Foundation.log1p($0) }),
    SingleFunction("log2", .ulps(1.2), { $0.log2() }, { Foundation.log2($0) }),
    SingleFunction("log10", .ulps(1), { $0.log10() }, { Foundation.log10($0) }),
    SingleFunction("sin", .ulps(0.9), { $0.sin() }, { Foundation.sin($0) }),
    SingleFunction("cos", .ulps(0.9), { $0.cos() }, { Foundation.cos($0) }),
    SingleFunction("tan", .ulps(2.5), { $0.tan() }, { Foundation.tan($0) }),
    SingleFunction("asin", .ulps(0.51), { $0.asin() }, { Foundation.asin($0) }),
    SingleFunction("acos", .ulps(0.51), { $0.acos() }, { Foundation.acos($0) }),
    SingleFunction("atan", .ulps(0.51), { $0.atan() }, { Foundation.atan($0) }),
    SingleFunction("sinh", .ulps(0.51), { $0.sinh() }, { Foundation.sinh($0) }),
    SingleFunction("cosh", .ulps(0.51), { $0.cosh() }, { Foundation.cosh($0) }),
    SingleFunction("asinh", .ulps(0.51), { $0.asinh() }, { Foundation.asinh($0) }),
    SingleFunction("acosh", .ulps(0.51), { $0.acosh() }, { Foundation.acosh($0) }),
    SingleFunction("atanh", .ulps(0.51), { $0.atanh() }, { Foundation.atanh($0) }),
    SingleFunction("log1mExp", .ulps(0.6), { $0.log1mExp() }, Exact.log1mExp),
    SingleFunction("erf", .ulps(1.5), { $0.erf() }, { Foundation.erf($0) }),
    SingleFunction("erfc", .ulps(5.2), { $0.erfc() }, { Foundation.erfc($0) }),
    SingleFunction("tanh", .ulps(2), { $0.tanh() }, { Foundation.tanh($0) }),
    SingleFunction("sigmoid", .ulps(2), { $0.sigmoid() }, Exact.sigmoid),
    SingleFunction("softplus", .ulps(2), { $0.softplus() }, Exact.softplus),
    SingleFunction("logSigmoid", .ulps(2), { $0.logSigmoid() }, { -Exact.softplus(-$0) }),
    SingleFunction("sqrt", .ulps(0.5), { $0.sqrt() }, { $0.squareRoot() }),
    SingleFunction("rsqrt", .ulps(1.5), { $0.rsqrt() }, { 1 / $0.squareRoot() }),
    SingleFunction("reciprocal", .ulps(0.5), { $0.reciprocal() }, { 1 / $0 }),
    SingleFunction("square", .ulps(0.5), { $0.square() }, { $0 * $0 }),
    SingleFunction("floor", .ulps(0.5), { $0.floor() }, { $0.rounded(.down) }),
    SingleFunction("ceil", .ulps(0.5), { $0.ceil() }, { $0.rounded(.up) }),
    SingleFunction("round", .ulps(0.5), { $0.round() }, { $0.rounded(.toNearestOrEven) }),
    SingleFunction("trunc", .ulps(0.5), { $0.trunc() }, { $0.rounded(.towardZero) }),
    SingleFunction(
      "logGamma above 0", .scaled(1e-6), in: 0 ... .infinity, { $0.logGamma() }, Exact.logGamma),
    SingleFunction(
      "logGamma below 0", .scaled(2e-6), in: -.infinity...0, { $0.logGamma() }, Exact.logGamma),
    SingleFunction(
      "digamma above 0", .scaled(1e-6), in: 0 ... .infinity, { $0.digamma() }, Exact.digamma),
    SingleFunction(
      "digamma below 0", .scaled(2e-6), in: -.infinity...0, { $0.digamma() }, Exact.digamma),
    SingleFunction(
      "trigamma", .relative(1e-6), { $0.polygamma(order: 1) }, Exact.trigamma),
  ]
}

/// Functions in double precision, good to many more digits than single precision has.
private enum Exact {
  static func sigmoid(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return (x < 0 ? e : 1) / (1 + e)
  }

  static func softplus(_ x: Double) -> Double { max(x, 0) + log1p(exp(-abs(x))) }

  static func log1mExp(_ x: Double) -> Double {
    abs(x) < 0.7 ? log(-expm1(-abs(x))) : log1p(-exp(-abs(x)))
  }

  static func logGamma(_ x: Double) -> Double { x.isInfinite ? .infinity : lgamma(x).0 }

  static func logAddExp(_ a: Double, _ b: Double) -> Double {
    max(a, b) + log1p(exp(-abs(a - b)))
  }

  /// By reflection, by the recurrence up to 10, and there by the asymptotic series.
  static func digamma(_ x: Double) -> Double {
    if x == 0 { return -1 / x }
    if x < 0 {
      let fraction = x - x.rounded()
      return fraction == 0 ? .nan : digamma(1 - x) - .pi / tan(.pi * fraction)
    }
    var (x, sum) = (x, 0.0)
    while x < 10 {
      sum -= 1 / x
      x += 1
    }
    let square = 1 / (x * x)
    let series = square * (1 / 12.0 - square * (1 / 120.0 - square * (1 / 252.0 - square / 240)))
    return sum + log(x) - 0.5 / x - series
  }

  /// As ``digamma(_:)``.
  static func trigamma(_ x: Double) -> Double {
    if x < 0 {
      let sine = sin(.pi * (x - x.rounded())) / .pi
      return 1 / (sine * sine) - trigamma(1 - x)
    }
    var (x, sum) = (x, 0.0)
    while x < 10 {
      sum += 1 / (x * x)
      x += 1
    }
    let square = 1 / (x * x)
    let series = 1 / 6.0 - square * (1 / 30.0 - square * (1 / 42.0 - square / 30))
    return sum + (1 + 0.5 / x + square * series) / x
  }
}

@Suite struct SinglePrecisionAccuracyTests {
  /// Bit patterns spread evenly over all 2^32, and all around points where functions vanish or
  /// where kernels change from one formula to another.
  static let arguments: [Float] = {
    var patterns = (0..<(UInt32(1) << 17)).map { $0 &* 32_769 }
    for centre: Float in [
      0.4142, 0.5, 0.625, 0.7071, 0.9375, 1, 1.4142, 1.461632, 1.570796, 2, 2.5, 3.141593, 10, 88.5,
      104,
    ] {
      for offset in -100..<100 {
        let pattern = UInt32(Int(centre.bitPattern) + offset)
        patterns += [pattern, pattern | 1 << 31]
      }
    }
    return patterns.map(Float.init(bitPattern:)) + [.infinity, -.infinity]
  }()

  @Test(arguments: SingleFunction.all) func functionsAreAccurateOverAllNumbers(
    _ function: SingleFunction
  ) {
    let arguments = Self.arguments.filter { function.domain.contains($0) || $0.isNaN }
    let results = function.compute(Tensor(arguments)).scalars(as: Float.self)
    var worst = (excess: 0.0, at: Float(0), result: Float(0))
    for (x, result) in zip(arguments, results) {
      let excess = function.tolerance.excess(result, exact: function.exact(Double(x)))
      if !(excess <= worst.excess) { worst = (excess, x, result) }
    }
    #expect(
      results.count == arguments.count && worst.excess <= 1,
      "\(worst.result) at \(worst.at) is off by \(worst.excess) times \(function.tolerance)")
  }

  /// Pairs of numbers of moderate size; the first operand of either sign if `signed`.
  private static func pairs(signed: Bool) -> [(Float, Float)] {
    var random = PCG64(seed: 11)
    func magnitude() -> Float { Float(exp(random.uniform(in: -15..<8))) }
    return (0..<20_000).map { _ in
      (signed && random.uniform() < 0.5 ? -magnitude() : magnitude(), magnitude())
    }
  }

  private func worst(
    signed: Bool, _ tolerance: Tolerance, _ compute: (Tensor, Tensor) -> Tensor,
    _ exact: (Double, Double) -> Double
  ) -> Double {
    let pairs = Self.pairs(signed: signed)
    let results = compute(Tensor(pairs.map(\.0)), Tensor(pairs.map(\.1))).scalars(as: Float.self)
    return zip(pairs, results).map { pair, result in
      tolerance.excess(result, exact: exact(Double(pair.0), Double(pair.1)))
    }.max() ?? .infinity
  }

  @Test func powersAreAllButCorrectlyRounded() {
    let off = worst(signed: false, .ulps(0.6), { $0.power($1) }, { Foundation.pow($0, $1) })
    #expect(off <= 1)
  }

  @Test func anglesAreAllButCorrectlyRounded() {
    let above = worst(signed: true, .ulps(0.51), { atan2($0, $1) }, { Foundation.atan2($0, $1) })
    let beside = worst(signed: true, .ulps(0.51), { atan2($1, $0) }, { Foundation.atan2($1, $0) })
    #expect(max(above, beside) <= 1)
  }

  /// For quotients small and large, of every pair of signs.
  @Test(arguments: [1 as Float, -1, 1e12, 1e-12]) func remaindersAreThoseOfC(_ scale: Float) {
    func modulo(_ a: Double, _ b: Double) -> Double {
      let rest = fmod(a, b)
      return rest * b < 0 ? rest + b : rest
    }
    let off = worst(signed: true, .ulps(0.5), { ($0 * scale) % $1 }) {
      modulo(Double(Float($0) * scale), $1)
    }
    let quotients = worst(signed: true, .ulps(0.5), { ($0 * scale).floorDivided(by: $1) }) {
      let a = Double(Float($0) * scale)
      return ((a - modulo(a, $1)) / $1).rounded()
    }
    #expect(max(off, quotients) <= 1)
  }

  @Test func sumsOfExponentialsAreAccurate() {
    let off = worst(signed: true, .scaled(2e-7), { $0.logAddExp($1) }, Exact.logAddExp)
    #expect(off <= 1)
  }

  @Test func productsWithLogarithmsAreAccurate() {
    let plain = worst(signed: true, .ulps(3), xlogy) { $0 * Foundation.log($1) }
    let shifted = worst(signed: true, .ulps(4), xlog1py) { $0 * Foundation.log1p($1) }
    #expect(max(plain, shifted) <= 1)
  }

  @Test func logGammaVanishesExactlyAtOneAndTwo() {
    #expect(Tensor([1, 2] as [Float]).logGamma().scalars(as: Float.self) == [0, 0])
    #expect(Tensor([1, 2, -0.5] as [Double]).logGamma().scalars.prefix(2) == [0, 0])
  }
}

/// Values of functions of doubles by mpmath.
struct SpecialFunctions: Decodable, Sendable {
  struct Row: Decodable, Sendable {
    let function: String?
    let order: Int?
    let x: Double
    let y: Double?
    let value: Double
  }

  let oneOperand: [Row]
  let twoOperands: [Row]
  let polygamma: [Row]

  static let all = try! Fixture.load("special_functions", as: SpecialFunctions.self)
}

@Suite struct DoublePrecisionAccuracyTests {
  typealias Unary = @Sendable (Tensor) -> Tensor
  typealias Binary = @Sendable (Tensor, Tensor) -> Tensor

  private static let unary: [String: Unary] = [
    "exp": { $0.exp() }, "expm1": { $0.expm1() }, "log": { $0.log() }, "log1p": { $0.log1p() },
    "tanh": { $0.tanh() }, "sigmoid": { $0.sigmoid() }, "softplus": { $0.softplus() },
    "logSigmoid": { $0.logSigmoid() }, "logGamma": { $0.logGamma() }, "log2": { $0.log2() },
    "log10": { $0.log10() }, "rsqrt": { $0.rsqrt() }, "sin": { $0.sin() }, "cos": { $0.cos() },
    "tan": { $0.tan() }, "erf": { $0.erf() }, "erfc": { $0.erfc() }, "asin": { $0.asin() },
    "acos": { $0.acos() }, "atan": { $0.atan() }, "sinh": { $0.sinh() }, "cosh": { $0.cosh() },
    "asinh": { $0.asinh() }, "acosh": { $0.acosh() }, "atanh": { $0.atanh() },
    "erfInverse": { $0.erfInverse() }, "log1mExp": { $0.log1mExp() },
    "logNormalCDF": { $0.logNormalCDF() }, "silu": { $0.silu() },
    "stirlingRest": { $0.stirlingRest() },
    "stirlingRestSlope": { Tensor(Node.unary(.stirlingRestSlope, $0.node)) },
    "normalHazard": { Tensor(Node.unary(.normalHazard, $0.node)) },
    // In its lower tail, a rounding of x / sqrt(2) is enlarged.
    "gelu": { $0.gelu() }, "gelu by tanh": { $0.gelu(approximation: .tanh) },
  ]
  private static let binary: [String: Binary] = [
    "logAddExp": { $0.logAddExp($1) }, "xlogy": { xlogy($0, $1) }, "xlog1py": { xlog1py($0, $1) },
    "power": { $0.power($1) }, "atan2": { atan2($0, $1) }, "remainder": { $0 % $1 },
    "floorDivide": { $0.floorDivided(by: $1) },
  ]

  private func misses(
    _ rows: [SpecialFunctions.Row], _ results: [Double], _ tolerance: Tolerance
  ) -> [String] {
    zip(rows, results).filter { tolerance.excess($1, exact: $0.value) > 1 }
      .map { "\($1) at \($0.x), \($0.y ?? 0) where mpmath has \($0.value)" }
  }

  @Test(arguments: unary.keys.sorted()) func functionsEqualMPMaths(_ name: String) throws {
    let rows = SpecialFunctions.all.oneOperand.filter { $0.function == name }
    let function = try #require(Self.unary[name])
    let off = misses(rows, function(Tensor(rows.map(\.x))).scalars, .ulps(5))
    #expect(!rows.isEmpty && off.isEmpty, "\(off)")
  }

  @Test(arguments: binary.keys.sorted()) func functionsOfTwoEqualMPMaths(_ name: String) throws {
    let rows = SpecialFunctions.all.twoOperands.filter { $0.function == name }
    let function = try #require(Self.binary[name])
    let results = function(Tensor(rows.map(\.x)), Tensor(rows.map { $0.y ?? 0 })).scalars
    let off = misses(rows, results, .ulps(4))
    #expect(!rows.isEmpty && off.isEmpty, "\(off)")
  }

  /// Rounded to single precision, the references hold the kernels of that precision too.
  @Test(arguments: ["erfInverse", "log1mExp", "logNormalCDF", "normalHazard"])
  func singlePrecisionEqualsMPMaths(_ name: String) throws {
    let function = try #require(Self.unary[name])
    let rows = SpecialFunctions.all.oneOperand.filter {
      $0.function == name && Double(Float($0.x)) == $0.x
    }
    let results = function(Tensor(rows.map { Float($0.x) })).scalars(as: Float.self)
    let off = zip(rows, results).filter { Tolerance.ulps(0.7).excess($1, exact: $0.value) > 1 }
    #expect(rows.count > 5 && off.isEmpty, "\(off)")
  }

  @Test(arguments: [0, 1, 2, 3, 4, 5, 8, 13, 20]) func polygammasEqualMPMaths(_ order: Int) {
    let rows = SpecialFunctions.all.polygamma.filter { $0.order == order }
    let above = rows.filter { $0.x > 0 }, below = rows.filter { $0.x < 0 }
    func results(_ rows: [SpecialFunctions.Row]) -> [Double] {
      Tensor(rows.map(\.x)).polygamma(order: order).scalars
    }
    let tolerance = order == 0 ? Tolerance.scaled(2e-14) : .relative(1e-13)
    var off = misses(above, results(above), tolerance)
    // Between two poles, what comes from either side may cancel; each is as large as this.
    for (row, result) in zip(below, results(below)) {
      let distance = abs(row.x - row.x.rounded())
      let size = tgamma(Double(order + 1)) / pow(distance, Double(order + 1))
      if !(abs(result - row.value) <= 1e-13 * max(size, abs(row.value))) {
        off.append("\(result) at \(row.x) where mpmath has \(row.value)")
      }
    }
    #expect(!above.isEmpty && !below.isEmpty && off.isEmpty, "\(off)")
  }

  private static let inTheCLibrary = SingleFunction.all.filter { function in
    !["digamma", "trigamma"].contains { function.testDescription.hasPrefix($0) }
  }

  @Test(arguments: inTheCLibrary) func functionsEqualTheCLibrarysOverAllNumbers(
    _ function: SingleFunction
  ) {
    let least = Double(function.domain.lowerBound), most = Double(function.domain.upperBound)
    let arguments = (0..<(UInt64(1) << 13)).map { Double(bitPattern: $0 &* 0x8_0000_0000_0401) }
      .filter { !($0 < least) && !($0 > most) }
    let results = function.compute(Tensor(arguments)).scalars
    let off = zip(arguments, results).filter {
      Tolerance.ulps(4).excess($1, exact: function.exact($0)) > 1
    }
    #expect(off.isEmpty, "\(off.prefix(5))")
  }
}
