#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The tables of a ziggurat: a decreasing density covered by 256 strips of equal area.
///
/// Idea: stack 255 rectangles under the density f, strip i reaching from x = 0 to x[i], and let
/// strip 0 be the base together with the tail beyond r = x[255]. All have the area
/// v = r f(r) + ∫ f from r to ∞. One random word then gives a strip and a position in it, and as long
/// as that position is left of the next strip up it is under the density for certain: about 99 % of
/// the draws cost a table look-up, a product and a comparison. The others land in the strip's
/// *wedge*, where f itself decides, or in the tail, which has a sampler of its own.
///
/// Equal areas give the edges from the outermost inwards:
/// x[i] = f⁻¹(v / x[i + 1] + f(x[i + 1])).
///
/// Source: G. Marsaglia and W. W. Tsang, "The Ziggurat Method for Generating Random Variables",
/// Journal of Statistical Software 5(8), 2000. Error: rounding grows along the recurrence, to less
/// than 10⁻¹⁴ at the innermost edge, so draws agree with those of exact tables to as much.
struct Ziggurat: @unchecked Sendable {
  struct Strip {
    /// Positions below this one are under the density whatever the height.
    var limit: UInt64 = 0
    /// The strip's right edge divided by the number of positions.
    var unit = 0.0
    /// The density at the strip's right edge.
    var height = 1.0
  }

  /// The strips, written once by `init` and then only read, by any number of threads.
  let strips: UnsafePointer<Strip>

  /// Builds the tables.
  ///
  /// - Parameters:
  ///   - edge: r, where the tail begins.
  ///   - area: v, the area of each strip.
  ///   - positions: The number of positions that a random word can choose from in a strip.
  ///   - density: f, with f(0) = 1.
  ///   - inverse: f⁻¹.
  init(
    edge: Double, area: Double, positions: Double, density: (Double) -> Double,
    inverse: (Double) -> Double
  ) {
    let strips = UnsafeMutablePointer<Strip>.allocate(capacity: 256)
    strips.initialize(repeating: Strip(), count: 256)
    // The base is as wide as a rectangle of its area; its positions beyond r stand for the tail.
    let base = area / density(edge)
    strips[0] = Strip(limit: UInt64(edge / base * positions), unit: base / positions)
    var outer = edge
    for index in stride(from: 255, to: 0, by: -1) {
      let height = density(outer)
      let inner = index == 1 ? 0 : inverse(area / outer + height)
      strips[index] = Strip(
        limit: UInt64(inner / outer * positions), unit: outer / positions, height: height)
      outer = inner
    }
    self.strips = UnsafePointer(strips)
  }

  /// The number at which the normal's tail begins.
  static let normalEdge = 3.6541528853610088

  /// The number at which the exponential's tail begins.
  static let exponentialEdge = 7.69711747013104972

  /// The tables of exp(-x² / 2), for the absolute value of a normal.
  static let normal = Ziggurat(
    edge: normalEdge,
    area: normalEdge * exp(-0.5 * normalEdge * normalEdge)
      + (Double.pi / 2).squareRoot() * erfc(normalEdge / 2.0.squareRoot()),
    positions: 0x1p52, density: { exp(-0.5 * $0 * $0) }, inverse: { (-2 * log($0)).squareRoot() })

  /// The tables of exp(-x).
  static let exponential = Ziggurat(
    edge: exponentialEdge, area: (exponentialEdge + 1) * exp(-exponentialEdge),
    positions: 0x1p53, density: { exp(-$0) }, inverse: { -log($0) })

  /// Returns a height in a strip other than the base: where in the wedge a point falls.
  ///
  /// - Parameters:
  ///   - index: The strip, from 1 up to 255.
  ///   - fraction: The position between the strip's lower side, at 0, and its upper one, at 1.
  func height(in index: Int, at fraction: Double) -> Double {
    let lower = strips[index].height
    return (strips[index - 1].height - lower) * fraction + lower
  }
}

extension PCG64 {
  /// Returns a number of the standard normal distribution.
  ///
  /// The density is exp(-x² / 2) / √(2π). A ziggurat of 256 strips takes one random word for 99.3 %
  /// of the draws (Marsaglia and Tsang, 2000).
  ///
  /// - Returns: A number of mean 0 and standard deviation 1, as NumPy's `standard_normal()`, within
  ///   10⁻¹⁴ of it.
  public mutating func standardNormal() -> Double {
    let ziggurat = Ziggurat.normal
    while true {
      let word = next()
      let index = Int(truncatingIfNeeded: word & 0xff)
      // From the lowest bit: 8 of the strip, 1 of the sign, 52 of the position.
      let position = word >> 9 & 0xf_ffff_ffff_ffff
      let strip = ziggurat.strips[index]
      let size = Double(Int64(bitPattern: position)) * strip.unit
      let value = Double(bitPattern: size.bitPattern | (word & 0x100) << 55)
      if position < strip.limit {
        return value
      }
      if index == 0 {
        return normalTail(negative: position >> 8 & 1 == 1)
      }
      if ziggurat.height(in: index, at: uniform()) < exp(-0.5 * size * size) {
        return value
      }
    }
  }

  /// Returns a normal beyond the ziggurat's edge r, by Marsaglia's exponential envelope (1964).
  ///
  /// An exponential of rate r exceeds the tail's density everywhere; keeping it with probability
  /// exp(-excess² / 2), which a second exponential decides, leaves the tail.
  private mutating func normalTail(negative: Bool) -> Double {
    let edge = Ziggurat.normalEdge
    while true {
      let excess = -log(1 - uniform()) / edge
      let margin = -log(1 - uniform())
      if margin + margin > excess * excess {
        return negative ? -(edge + excess) : edge + excess
      }
    }
  }

  /// Returns a number of a normal distribution.
  ///
  /// - Parameters:
  ///   - loc: The mean, finite.
  ///   - scale: The standard deviation, finite and at least 0.
  /// - Returns: loc + scale z for z of ``standardNormal()``, as NumPy's `normal(loc, scale)`.
  public mutating func normal(loc: Double = 0, scale: Double = 1) -> Double {
    require(
      loc.isFinite, "PCG64.normal: loc must be finite, but is \(loc)")
    require(
      scale >= 0 && scale.isFinite,
      "PCG64.normal: scale must be finite and at least 0, but is \(scale)")
    return loc + scale * standardNormal()
  }

  /// Returns a number of the standard exponential distribution.
  ///
  /// The density is exp(-x) for x of at least 0. A ziggurat of 256 strips takes one random word for
  /// 98.9 % of the draws (Marsaglia and Tsang, 2000).
  ///
  /// - Returns: A non-negative number of mean 1, as NumPy's `standard_exponential()`, within 10⁻¹⁴
  ///   of it.
  public mutating func standardExponential() -> Double {
    let ziggurat = Ziggurat.exponential
    while true {
      let word = next() >> 3
      let index = Int(truncatingIfNeeded: word & 0xff)
      let position = word >> 8
      let strip = ziggurat.strips[index]
      let value = Double(Int64(bitPattern: position)) * strip.unit
      if position < strip.limit {
        return value
      }
      if index == 0 {
        // The tail of an exponential is an exponential.
        return Ziggurat.exponentialEdge - log(1 - uniform())
      }
      if ziggurat.height(in: index, at: uniform()) < exp(-value) {
        return value
      }
    }
  }
}
