#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PCG64 {
  /// Returns a number of the gamma distribution of scale 1.
  ///
  /// The density is x^(shape - 1) exp(-x) / Γ(shape) for x of at least 0. A shape above 1 goes by
  /// G. Marsaglia and W. W. Tsang, "A Simple Method for Generating Gamma Variables" (2000), a shape
  /// below 1 by a rejection from a power and an exponential (J. H. Ahrens and U. Dieter, 1974), and
  /// a shape of 1 is the exponential itself.
  ///
  /// - Parameter shape: The shape, which is the mean and the variance: finite and at least 0, where
  ///   0 always gives 0.
  /// - Returns: A non-negative number, as NumPy's `standard_gamma(shape)`.
  public mutating func standardGamma(_ shape: Double) -> Double {
    require(
      shape >= 0 && shape.isFinite,
      "PCG64.standardGamma: shape must be finite and at least 0, but is \(shape)")
    if shape == 1 {
      return standardExponential()
    }
    if shape == 0 {
      return 0
    }
    return shape < 1 ? gammaBelowOne(shape) : gammaAboveOne(shape)
  }

  /// Returns a number of a gamma distribution.
  ///
  /// - Parameters:
  ///   - shape: The shape, finite and at least 0, where 0 always gives 0.
  ///   - scale: The factor of the values, finite and above 0: the mean is shape · scale.
  /// - Returns: A non-negative number, as NumPy's `gamma(shape, scale)`.
  public mutating func gamma(_ shape: Double, scale: Double = 1) -> Double {
    require(
      shape >= 0 && shape.isFinite,
      "PCG64.gamma: shape must be finite and at least 0, but is \(shape)")
    require(
      scale > 0 && scale.isFinite,
      "PCG64.gamma: scale must be finite and above 0, but is \(scale)")
    return scale * standardGamma(shape)
  }

  /// Returns a number of the beta distribution.
  ///
  /// The density is x^(a - 1) (1 - x)^(b - 1) / B(a, b) for x from 0 to 1. When either parameter is
  /// above 1 the number is G / (G + H) for gammas G and H of shapes a and b, otherwise it goes by
  /// M. D. Jöhnk, "Erzeugung von betaverteilten und gammaverteilten Zufallszahlen" (1964).
  ///
  /// - Parameters:
  ///   - a: The first shape, finite and above 0; the mean is a / (a + b).
  ///   - b: The second shape, finite and above 0.
  /// - Returns: A number from 0 to 1, as NumPy's `beta(a, b)`.
  public mutating func beta(_ a: Double, _ b: Double) -> Double {
    require(a > 0 && a.isFinite, "PCG64.beta: a must be finite and above 0, but is \(a)")
    require(b > 0 && b.isFinite, "PCG64.beta: b must be finite and above 0, but is \(b)")
    if a > 1 || b > 1 {
      let first = standardGamma(a)
      let second = standardGamma(b)
      return first / (first + second)
    }
    // Below this the chance of anything but 0 or 1, to double precision, is less than 10⁻¹⁰⁰.
    if a < 3e-103 && b < 3e-103 {
      return (a + b) * uniform() < a ? 1 : 0
    }
    return betaOfPowers(a, b)
  }
}

extension PCG64 {
  /// Returns a gamma of a shape above 1, as the cube of a shifted normal.
  ///
  /// If z is normal, d (1 + z / √(9 d))³ with d = shape - 1 / 3 is all but a gamma; the rest is a
  /// rejection which keeps over 95 % of the draws, and most of those by a bound on the logarithm
  /// that needs no logarithm: the squeeze 1 - 0.0331 z⁴.
  private mutating func gammaAboveOne(_ shape: Double) -> Double {
    let center = shape - 1.0 / 3.0
    let slope = 1 / (9 * center).squareRoot()
    while true {
      let deviate = standardNormal()
      let base = 1 + slope * deviate
      guard base > 0 else { continue }
      let cube = base * base * base
      let level = uniform()
      let square = deviate * deviate
      if level < 1 - 0.0331 * square * square {
        return center * cube
      }
      if log(level) < 0.5 * deviate * deviate + center * (1 - cube + log(cube)) {
        return center * cube
      }
    }
  }

  /// Returns a gamma of a shape below 1, from a power of a uniform near 0 and a tail beyond 1.
  ///
  /// A uniform u picks the part: below 1 - shape the candidate is u^(1 / shape), and above that its
  /// counterpart in the exponential tail. The exponential decides whether it is kept.
  private mutating func gammaBelowOne(_ shape: Double) -> Double {
    while true {
      let level = uniform()
      let margin = standardExponential()
      if level <= 1 - shape {
        let value = pow(level, 1 / shape)
        if value <= margin {
          return value
        }
      } else {
        let excess = -log((1 - level) / shape)
        let value = pow(1 - shape + shape * excess, 1 / shape)
        if value <= margin + excess {
          return value
        }
      }
    }
  }

  /// Returns a beta of parameters up to 1, by Jöhnk's powers of uniforms.
  ///
  /// With x = u^(1 / a) and y = v^(1 / b), the ratio x / (x + y) is a beta when x + y ≤ 1. Small
  /// parameters make the powers underflow; the same ratio then comes from their logarithms.
  private mutating func betaOfPowers(_ a: Double, _ b: Double) -> Double {
    while true {
      let first = uniform()
      let second = uniform()
      let x = pow(first, 1 / a)
      let y = pow(second, 1 / b)
      guard x + y <= 1 && first + second > 0 else { continue }
      if x > 0 && y > 0 {
        return x / (x + y)
      }
      let difference = log(first) / a - log(second) / b
      return difference > 0
        ? exp(-log1p(exp(-difference)))
        : exp(difference - log1p(exp(difference)))
    }
  }
}
