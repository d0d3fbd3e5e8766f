import Foundation

/// Functions that the C library lacks, in double precision.
enum Exact {
  static func sigmoid(_ x: Double) -> Double {
    let e = exp(-abs(x))
    return (x < 0 ? e : 1) / (1 + e)
  }

  static func softplus(_ x: Double) -> Double { x.isNaN ? x : max(x, 0) + log1p(exp(-abs(x))) }

  static func logAddExp(_ a: Double, _ b: Double) -> Double {
    if a.isNaN || b.isNaN { return .nan }
    return max(a, b) + log1p(exp(-abs(a == b ? 0 : a - b)))
  }

  static func xlogy(_ x: Double, _ y: Double) -> Double { x == 0 && !y.isNaN ? 0 : x * log(y) }

  static func xlog1py(_ x: Double, _ y: Double) -> Double {
    x == 0 && !y.isNaN ? 0 : x * log1p(y)
  }

  static func remainder(_ a: Double, _ b: Double) -> Double {
    let rest = fmod(a, b)
    return rest < 0 && b > 0 || rest > 0 && b < 0 ? rest + b : rest
  }

  static func floorQuotient(_ a: Double, _ b: Double) -> Double {
    if b == 0 || b.isNaN { return a / b }
    let rest = fmod(a, b)
    let isBelow = rest < 0 && b > 0 || rest > 0 && b < 0
    return ((a - rest) / b).rounded() - (isBelow ? 1 : 0)
  }

  static func log1mExp(_ x: Double) -> Double {
    abs(x) < 0.7 ? log(-expm1(-abs(x))) : log1p(-exp(-abs(x)))
  }

  /// Far below 0 by the asymptotic series of the distribution function.
  static func logNormalCDF(_ x: Double) -> Double {
    let root = 2.0.squareRoot()
    if x >= 0 { return log1p(-erfc(x / root) / 2) }
    if x > -30 { return log(erfc(-x / root) / 2) }
    let s = 1 / (x * x)
    let series = log1p(-s * (1 - s * (3 - s * (15 - s * (105 - s * 945)))))
    return series - x * x / 2 - log(-x) - log(2 * Double.pi) / 2
  }

  /// Halley's steps from a rough start.
  static func erfInverse(_ x: Double) -> Double {
    let size = abs(x)
    if !(size < 1) { return size == 1 ? x * .infinity : .nan }
    let w = -log1p(-size * size)
    var y = w < 4 ? size * 0.886 : (w - log(w) / 2 - 0.5).squareRoot()
    for _ in 0..<40 {
      let miss = size < 0.5 ? erf(y) - size : (1 - size) - erfc(y)
      let step = miss * exp(y * y) * (Double.pi.squareRoot() / 2)
      y -= step / (1 + y * step)
      if abs(step) < 1e-9 * y { break }
    }
    return copysign(y, x)
  }

  static func logGamma(_ x: Double) -> Double { x.isInfinite ? .infinity : lgamma(x).0 }

  /// By reflection, by the recurrence up to 12, and there by the asymptotic series.
  static func digamma(_ x: Double) -> Double {
    if x == 0 { return -1 / x }
    if x < 0 {
      let fraction = x - x.rounded()
      return fraction == 0 || x == -.infinity
        ? .nan : digamma(1 - x) - .pi / tan(.pi * fraction)
    }
    var (x, sum) = (x, 0.0)
    while x < 12 {
      sum -= 1 / x
      x += 1
    }
    let square = 1 / (x * x)
    let series =
      square * (1 / 12.0 - square * (1 / 120.0 - square * (1 / 252.0 - square * (1 / 240.0))))
    return sum + log(x) - 0.5 / x - series
  }

  /// As ``digamma(_:)``.
  static func trigamma(_ x: Double) -> Double {
    if x < 0 {
      let sine = sin(.pi * (x - x.rounded())) / .pi
      return x == -.infinity ? .nan : 1 / (sine * sine) - trigamma(1 - x)
    }
    var (x, sum) = (x, 0.0)
    while x < 12 {
      sum += 1 / (x * x)
      x += 1
    }
    let square = 1 / (x * x)
    let series = 1 / 6.0 - square * (1 / 30.0 - square * (1 / 42.0 - square * (1 / 30.0)))
    return sum + (1 + 0.5 / x + square * series) / x
  }
}
