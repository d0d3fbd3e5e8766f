@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Incomplete functions from their power series, for arguments of moderate size.
enum ReferenceIncomplete {
  static func gammaDensity(_ a: Double, _ x: Double) -> Double {
    exp((a - 1) * log(x) - x - ReferenceMathematics.logGamma(a))
  }

  /// P(a, x) and its derivative with respect to a.
  static func gamma(_ a: Double, _ x: Double) -> (value: Double, slope: Double) {
    if x == 0 { return (0, 0) }
    var (term, relative) = (1.0, 0.0)
    var (sum, slope) = (1.0, 0.0)
    for n in 1..<5000 {
      term *= x / (a + Double(n))
      relative -= 1 / (a + Double(n))
      (sum, slope) = (sum + term, slope + term * relative)
      if term < 1e-19 * sum { break }
    }
    let factor = x / a * gammaDensity(a, x)
    let logarithmic = log(x) - ReferenceMathematics.polygamma(0, a + 1)
    return (factor * sum, factor * (sum * logarithmic + slope))
  }

  /// Q(a, x): beyond the mean by Legendre's continued fraction, where 1 - P would cancel.
  static func upperGamma(_ a: Double, _ x: Double) -> Double {
    if x < a + 1 { return 1 - gamma(a, x).value }
    var below = x + 1 - a
    var (numerator, denominator) = (1e300, 1 / below)
    var fraction = denominator
    for index in 1..<5000 {
      let n = Double(index)
      below += 2
      let above = n * (a - n)
      denominator = 1 / (below + above * denominator)
      numerator = below + above / numerator
      fraction *= numerator * denominator
      if abs(numerator * denominator - 1) < 1e-16 { break }
    }
    return x * gammaDensity(a, x) * fraction
  }

  static func betaDensity(_ a: Double, _ b: Double, _ x: Double) -> Double {
    exp((a - 1) * log(x) + (b - 1) * log1p(-x) - logBeta(a, b))
  }

  private static func logBeta(_ a: Double, _ b: Double) -> Double {
    ReferenceMathematics.logGamma(a) + ReferenceMathematics.logGamma(b)
      - ReferenceMathematics.logGamma(a + b)
  }

  /// I_x(a, b) and its derivatives with respect to a and b.
  static func beta(_ a: Double, _ b: Double, _ x: Double) -> (
    value: Double, first: Double, second: Double
  ) {
    if x == 0 { return (0, 0, 0) }
    var (term, byFirst, bySecond) = (1.0, 0.0, 0.0)
    var (sum, first, second) = (1.0, 0.0, 0.0)
    for index in 0..<2000 {
      let n = Double(index)
      term *= (a + b + n) / (a + 1 + n) * x
      byFirst += 1 / (a + b + n) - 1 / (a + 1 + n)
      bySecond += 1 / (a + b + n)
      (sum, first, second) = (sum + term, first + term * byFirst, second + term * bySecond)
      if term < 1e-19 * sum { break }
    }
    let factor = x * (1 - x) / a * betaDensity(a, b, x)
    let both = ReferenceMathematics.polygamma(0, a + b)
    let ofFirst = log(x) + both - ReferenceMathematics.polygamma(0, a + 1)
    let ofSecond = log1p(-x) + both - ReferenceMathematics.polygamma(0, b)
    return (factor * sum, factor * (sum * ofFirst + first), factor * (sum * ofSecond + second))
  }

  /// The argument at which a function that rises from `range` on has a value, by halving.
  static func solve(
    _ value: Double, in range: ClosedRange<Double>, _ function: (Double) -> Double
  ) -> Double {
    var (low, high) = (range.lowerBound, range.upperBound)
    for _ in 0..<60 {
      let middle = (low + high) / 2
      if function(middle) < value { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  static func ofTwo(_ operation: BinaryOperation) -> ((Double, Double) -> Double)? {
    switch operation {
    case .gammaP: { $1 < $0 + 1 ? gamma($0, $1).value : 1 - upperGamma($0, $1) }
    case .gammaQ: upperGamma
    case .gammaDensity: gammaDensity
    case .gammaShapeSlope: { gamma($0, $1).slope }
    case .gammaPInverse: { a, p in solve(p, in: 0...100) { gamma(a, $0).value } }
    case .gammaQInverse: { a, q in solve(1 - q, in: 0...100) { gamma(a, $0).value } }
    default: nil
    }
  }

  private static func gammaExponent(_ a: Double, _ y: Double, _ logY: Double) -> Double {
    a > 32 ? a * log(y / a) - (y - a) : (a == 0 ? 0 : a * logY) - y
  }

  static func ofThree(_ operation: TernaryOperation) -> ((Double, Double, Double) -> Double)? {
    switch operation {
    case .betaI: { beta($0, $1, $2).value }
    case .betaDensity: betaDensity
    case .betaFirstSlope: { beta($0, $1, $2).first }
    case .betaSecondSlope: { beta($0, $1, $2).second }
    case .betaIInverse: { a, b, p in solve(p, in: 0...1) { beta(a, b, $0).value } }
    case .gammaExponent: gammaExponent
    case .gammaExponentSlope: { $0 > 32 ? log($1 / $0) : $0 == 0 && $1 <= 0 ? 0 : $2 }
    case .zeroWeightSlope: { $0 != 0 || $2 == -.infinity ? 0 : exp($1 - $2) }
    case .select: nil
    }
  }
}
