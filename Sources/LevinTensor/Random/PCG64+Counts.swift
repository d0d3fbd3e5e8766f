#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PCG64 {
  /// The largest rate whose counts fit an `Int`: ten standard deviations short of the largest.
  package static let largestPoissonRate = 0x1p63 - 10 * 0x1p63.squareRoot()

  /// Returns a count of the Poisson distribution.
  ///
  /// The probability of k is rate^k exp(-rate) / k!. A rate below 10 multiplies uniforms until
  /// their product is at most exp(-rate) (D. E. Knuth, "The Art of Computer Programming" 3.4.1);
  /// from 10 on it is the transformed rejection PTRS of W. Hörmann, "The Transformed Rejection
  /// Method for Generating Poisson Random Variables", Insurance: Mathematics and Economics 12
  /// (1993), whose cost doesn't grow with the rate.
  ///
  /// - Parameter rate: The mean and the variance, from 0, which always gives 0, up to 9.22e18, the
  ///   most whose counts fit an `Int`.
  /// - Returns: A count, as NumPy's `poisson(rate)`.
  public mutating func poisson(_ rate: Double) -> Int {
    require(
      rate >= 0 && rate <= Self.largestPoissonRate,
      "PCG64.poisson: rate must be from 0 to 9.22e18, but is \(rate)")
    if rate == 0 {
      return 0
    }
    return rate < 10 ? poissonByProduct(rate) : poissonByRejection(rate)
  }

  /// Returns the number of uniforms whose product stays above exp(-rate): the arrivals of a
  /// process of that rate in one unit of time.
  private mutating func poissonByProduct(_ rate: Double) -> Int {
    let bound = exp(-rate)
    var count = 0
    var product = uniform()
    while product > bound {
      count += 1
      product *= uniform()
    }
    return count
  }

  /// Returns a Poisson count by transformed rejection with a squeeze.
  ///
  /// Idea: the map of u in (-1/2, 1/2) to (2 a / (1/2 - |u|) + b) u + rate + 0.43 turns a uniform
  /// into a curve close to the wanted distribution, with heavier tails. The constants are
  /// Hörmann's fit to the rate; they give a squeeze, v ≤ vr, that settles most draws without a
  /// logarithm. For the rest the exact ratio of the probabilities decides.
  private mutating func poissonByRejection(_ rate: Double) -> Int {
    let logRate = log(rate)
    let b = 0.931 + 2.53 * rate.squareRoot()
    let a = -0.059 + 0.02483 * b
    let inverseAlpha = 1.1239 + 1.1328 / (b - 3.4)
    let squeeze = 0.9277 - 3.6224 / (b - 2)
    while true {
      let u = uniform() - 0.5
      let v = uniform()
      let side = 0.5 - abs(u)
      let count = ((2 * a / side + b) * u + rate + 0.43).rounded(.down)
      if side >= 0.07 && v <= squeeze {
        return Int(count)
      }
      // At a side of 0 the count is infinite, so the range is checked before the conversion.
      guard count >= 0 && count < 0x1p63 && (side >= 0.013 || v <= side) else { continue }
      let candidate = log(v) + log(inverseAlpha) - log(a / (side * side) + b)
      if candidate <= -rate + count * logRate - logGamma(count + 1) {
        return Int(count)
      }
    }
  }
}

/// Returns log Γ(x) for x of at least 1, by Stirling's series after a shift to x of at least 7.
///
/// Source: S. Zhang and J. Jin, "Computation of Special Functions" (1996), section 3.1. Error: the
/// series with ten terms is exact to rounding from 7 on; below, Γ(x) = Γ(x + n) / (x … (x + n - 1))
/// moves x there. Unlike the C library's `lgamma` it writes to no global, so threads can share it.
private func logGamma(_ x: Double) -> Double {
  if x == 1 || x == 2 {
    return 0
  }
  var shifted = x <= 7 ? x + (7 - x).rounded(.down) : x
  let inverseSquare = 1 / (shifted * shifted)
  let series = stirling.reversed().reduce(0) { $0 * inverseSquare + $1 }
  var result =
    series / shifted + 0.5 * log(2 * Double.pi) + (shifted - 0.5) * log(shifted) - shifted
  while shifted > x {
    shifted -= 1
    result -= log(shifted)
  }
  return result
}

/// The factors B(2k) / (2k (2k - 1)) of Stirling's series, from k = 1, of the Bernoulli numbers B.
private let stirling: [Double] = [
  1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156,
  -3617.0 / 122400, 43867.0 / 244188, -174611.0 / 125400,
]
