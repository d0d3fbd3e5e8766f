#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Functions of one or two numbers as a textbook has them, in double precision.
enum ReferenceMathematics {
  static func sigmoid(_ x: Double) -> Double {
    x >= 0 ? 1 / (1 + exp(-x)) : exp(x) / (1 + exp(x))
  }

  static func softplus(_ x: Double) -> Double {
    x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x)))
  }

  static func logSigmoid(_ x: Double) -> Double {
    x.isNaN ? x : min(x, 0) - log1p(exp(-abs(x)))
  }

  static func sign(_ x: Double) -> Double { x > 0 ? 1 : x < 0 ? -1 : x }

  static func maximum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : max(a, b)
  }

  static func minimum(_ a: Double, _ b: Double) -> Double {
    a.isNaN || b.isNaN ? .nan : min(a, b)
  }

  static func remainder(_ a: Double, _ b: Double) -> Double {
    let rest = fmod(a, b)
    return rest < 0 && b > 0 || rest > 0 && b < 0 ? rest + b : rest
  }

  static func floorQuotient(_ a: Double, _ b: Double) -> Double {
    b == 0 ? a / b : ((a - fmod(a, b)) / b).rounded() - (remainder(a, b) == fmod(a, b) ? 0 : 1)
  }

  static func log1mExp(_ x: Double) -> Double {
    abs(x) < 0.7 ? log(-expm1(-abs(x))) : log1p(-exp(-abs(x)))
  }

  static func logNormalCDF(_ x: Double) -> Double {
    if x > 0 { return log1p(-erfc(x / 2.0.squareRoot()) / 2) }
    return x < -30
      ? -x * x / 2 - log(normalHazard(x) * (2 * .pi).squareRoot())
      : log(erfc(-x / 2.0.squareRoot()) / 2)
  }

  /// Below -30 by the asymptotic series of the distribution function.
  static func normalHazard(_ x: Double) -> Double {
    let s = 1 / (x * x)
    if x < -30 { return -x / (1 - s * (1 - s * (3 - s * (15 - s * (105 - s * 945))))) }
    return x == .infinity
      ? 0 : exp(-x * x / 2) / erfc(-x / 2.0.squareRoot()) * (2 / .pi).squareRoot()
  }

  /// The zero of erf(y) - x by Newton's steps, which converge from 0 on as the function is concave.
  static func erfInverse(_ x: Double) -> Double {
    let size = abs(x)
    if !(size < 1) { return size == 1 ? x * .infinity : .nan }
    var y = 0.0
    for _ in 0..<200 {
      let miss = size < 0.5 ? size - erf(y) : erfc(y) - (1 - size)
      y += miss * exp(y * y) * Double.pi.squareRoot() / 2
    }
    return copysign(y, x)
  }

  static func logAddExp(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    if a == b { return a + log(2) }
    return max(a, b) + log1p(exp(-abs(a - b)))
  }

  static func xlogy(_ x: Double, _ y: Double) -> Double {
    x == 0 && !y.isNaN ? 0 : x * log(y)
  }

  static func xlog1py(_ x: Double, _ y: Double) -> Double {
    x == 0 && !y.isNaN ? 0 : x * log1p(y)
  }

  static func logSumExp(_ group: [Double]) -> Double {
    let largest = group.reduce(-Double.infinity, maximum)
    guard largest.isFinite else { return largest }
    return largest + log(sum(group.map { exp($0 - largest) }))
  }

  /// A sum by Neumaier's compensated addition.
  static func sum(_ group: [Double]) -> Double {
    var total = 0.0
    var rest = 0.0
    for x in group {
      let next = total + x
      rest += abs(total) >= abs(x) ? (total - next) + x : (x - next) + total
      total = next
    }
    return rest.isFinite ? total + rest : total
  }

  static func logGamma(_ x: Double) -> Double {
    var sign: Int32 = 0
    return lgamma_r(x, &sign)
  }

  /// From 1e6 on by the first terms of the series.
  static func stirlingRest(_ a: Double) -> Double {
    if a > 1e6 { return log(2 * .pi) / 2 + log(a - 1) / 2 + 1 / (12 * (a - 1)) }
    return logGamma(a) - (a > 33 ? (a - 1) * log(a - 1) - (a - 1) : 0)
  }

  static func stirlingRestSlope(_ a: Double) -> Double {
    if a > 1e6 { return 0.5 / (a - 1) - 1 / (a - 1) / (12 * (a - 1)) }
    return polygamma(0, a) - (a > 33 ? log(a - 1) : 0)
  }

  /// The derivative of order `order` of digamma.
  ///
  /// The recurrence leads to arguments above 24, where the asymptotic series has full precision.
  /// Below 0 it goes the other way and knows no poles but 0 and the negative integers.
  static func polygamma(_ order: Int, _ x: Double) -> Double {
    if x.isNaN { return x }
    if x <= 0, x == x.rounded() { return atPole(order, x) }
    var y = x
    var total = 0.0
    // psi_n(y) = psi_n(y + 1) - (-1)^n n! / y^(n + 1)
    let sign = order % 2 == 0 ? -1.0 : 1.0
    let factor = sign * factorial(order)
    while y < 24 {
      total += factor / pow(y, Double(order + 1))
      y += 1
    }
    return total + asymptotic(order, y)
  }

  private static func atPole(_ order: Int, _ x: Double) -> Double {
    if order % 2 == 1 { return x == -.infinity ? .nan : .infinity }
    return x == 0 ? copysign(.infinity, -x) : .nan
  }

  private static let bernoulli: [Double] = [
    0.16666666666666666, -0.03333333333333333, 0.023809523809523808, -0.03333333333333333,
    0.07575757575757576, -0.2531135531135531, 1.1666666666666667, -7.092156862745098,
  ]

  private static func asymptotic(_ order: Int, _ x: Double) -> Double {
    if x == .infinity { return order == 0 ? .infinity : order % 2 == 0 ? -0.0 : 0 }
    if order == 0 {
      var value: Double = log(x) - 1 / (2 * x)
      for (k, b) in bernoulli.enumerated() {
        value -= b / (Double(2 * k + 2) * pow(x, Double(2 * k + 2)))
      }
      return value
    }
    var value = factorial(order - 1) / pow(x, Double(order))
    value += factorial(order) / (2 * pow(x, Double(order + 1)))
    for (k, b) in bernoulli.enumerated() {
      let two = 2 * k + 2
      // (2k + n - 1)! / (2k)!
      var ratio = 1.0
      for step in 1..<max(order, 1) { ratio *= Double(two + step) }
      value += b * ratio / pow(x, Double(two + order))
    }
    return order % 2 == 0 ? -value : value
  }

  private static func factorial(_ n: Int) -> Double {
    n < 2 ? 1 : (2...n).reduce(1.0) { $0 * Double($1) }
  }
}
