#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

extension PCG64 {
  /// Returns the number of successes in independent trials.
  ///
  /// The probability of k is C(trials, k) p^k (1 - p)^(trials - k). A probability above 1/2 counts
  /// the failures instead. Up to 30 expected successes the distribution function is inverted; above
  /// that it is the rejection BTPE, whose cost doesn't grow with the number of trials.
  ///
  /// - Parameters:
  ///   - trials: The number of trials, at least 0.
  ///   - probability: The probability p of a success in each of them, from 0 to 1.
  /// - Returns: A count from 0 up to `trials`, as NumPy's `binomial(trials, probability)`.
  public mutating func binomial(trials: Int, probability: Double) -> Int {
    require(
      trials >= 0, "PCG64.binomial: trials must be at least 0, but is \(trials)")
    require(
      probability >= 0 && probability <= 1,
      "PCG64.binomial: probability must be from 0 to 1, but is \(probability)")
    if trials == 0 || probability == 0 {
      return 0
    }
    return probability <= 0.5
      ? fewSuccesses(trials, probability)
      : trials - fewSuccesses(trials, 1 - probability)
  }

  /// Returns a binomial count for a probability of at most 1/2.
  private mutating func fewSuccesses(_ trials: Int, _ probability: Double) -> Int {
    if probability * Double(trials) <= 30 {
      return binomialByInversion(trials, probability)
    }
    let envelope = BinomialEnvelope(trials: trials, probability: probability)
    while true {
      let position = uniform() * envelope.tailEnd
      let level = uniform()
      if let count = envelope.count(position: position, level: level) {
        return count
      }
    }
  }

  /// Returns a binomial count by subtracting the probabilities of 0, 1, … from a uniform.
  ///
  /// Each follows from the one before: P(k) = P(k - 1) (n - k + 1) p / (k (1 - p)). Rounding can
  /// leave a remainder that no count uses up; past ten standard deviations the search starts anew.
  private mutating func binomialByInversion(_ trials: Int, _ probability: Double) -> Int {
    let failure = 1 - probability
    let n = Double(trials)
    let mean = n * probability
    var remainder = uniform()
    // One trial needs no logarithm, unless the uniform is so near a boundary that rounding decides.
    let margin = 1e-15
    if trials == 1 && abs(remainder - failure) > margin && remainder < 1 - margin {
      return remainder > failure ? 1 : 0
    }
    let none = exp(n * log1p(-probability))
    let bound = Int(min(n, mean + 10 * (mean * failure + 1).squareRoot()))
    var count = 0
    var mass = none
    while remainder > mass {
      count += 1
      if count > bound {
        count = 0
        mass = none
        remainder = uniform()
      } else {
        remainder -= mass
        mass = Double(trials - count + 1) * probability * mass / (Double(count) * failure)
      }
    }
    return count
  }
}

/// The envelope of the rejection BTPE for binomial counts of more than 30 expected successes.
///
/// Idea: scaled to 1 at its mode, the distribution lies under a triangle in the middle, two
/// parallelograms that widen it and two exponential tails. A position u along their joined areas picks
/// a region and, with a second uniform v, a point in it; under the triangle a point counts at once,
/// elsewhere its height is held against the distribution: by the recurrence of the probabilities
/// near the mode, otherwise by bounds on the logarithm of the ratio, and in the narrow band that
/// the bounds leave open by Stirling's series.
///
/// Source: V. Kachitvichyanukul and B. W. Schmeiser, "Binomial Random Variate Generation",
/// Communications of the ACM 31(2), 1988. Error: all steps are exact to rounding but the series,
/// which see.
private struct BinomialEnvelope {
  private let trials: Int
  private let success: Double
  private let failure: Double
  private let variance: Double
  private let mode: Int
  private let center: Double
  /// Half of the triangle's base, which is also its area.
  private let triangle: Double
  private let left: Double
  private let right: Double
  /// The height that the parallelograms add beyond the triangle.
  private let shoulder: Double
  private let leftRate: Double
  private let rightRate: Double
  private let shoulderEnd: Double
  private let leftEnd: Double

  /// The joined areas, the end of the positions to draw from.
  let tailEnd: Double

  init(trials: Int, probability: Double) {
    self.trials = trials
    success = min(probability, 1 - probability)
    failure = 1 - success
    let n = Double(trials)
    variance = n * success * failure
    let peak = n * success + success
    mode = Int(peak.rounded(.down))
    triangle = (2.195 * variance.squareRoot() - 4.6 * failure).rounded(.down) + 0.5
    center = Double(mode) + 0.5
    left = center - triangle
    right = center + triangle
    shoulder = 0.134 + 20.5 / (15.3 + Double(mode))
    let leftSlope = (peak - left) / (peak - left * success)
    leftRate = leftSlope * (1 + leftSlope / 2)
    let rightSlope = (right - peak) / (right * failure)
    rightRate = rightSlope * (1 + rightSlope / 2)
    shoulderEnd = triangle * (1 + 2 * shoulder)
    leftEnd = shoulderEnd + shoulder / leftRate
    tailEnd = leftEnd + shoulder / rightRate
  }

  /// Returns the count that a point stands for, or nil if the point is rejected.
  ///
  /// - Parameters:
  ///   - position: The point's position along the joined areas, from 0 up to `tailEnd`.
  ///   - level: A uniform that gives the point's height in its region.
  func count(position: Double, level: Double) -> Int? {
    if position <= triangle {
      return Int((center - triangle * level + position).rounded(.down))
    }
    guard let (count, height) = point(position: position, level: level) else { return nil }
    return isUnderDistribution(count, height) ? count : nil
  }

  /// Returns the count and the height of a point outside the triangle, or nil if there is no such
  /// count or the height is above the distribution's.
  private func point(position: Double, level: Double) -> (count: Int, height: Double)? {
    if position <= shoulderEnd {
      let x = left + (position - triangle) / shoulder
      let height = level * shoulder + 1 - abs(Double(mode) - x + 0.5) / triangle
      return height > 1 ? nil : (Int(x.rounded(.down)), height)
    }
    // The logarithm of 0 would give an infinite count.
    guard level > 0 else { return nil }
    if position <= leftEnd {
      let count = (left + log(level) / leftRate).rounded(.down)
      return count < 0 ? nil : (Int(count), level * (position - shoulderEnd) * leftRate)
    }
    let count = (right - log(level) / rightRate).rounded(.down)
    guard count < 0x1p63 && Int(count) <= trials else { return nil }
    return (Int(count), level * (position - leftEnd) * rightRate)
  }

  private func isUnderDistribution(_ count: Int, _ height: Double) -> Bool {
    let distance = Double(abs(count - mode))
    guard distance > 20 && distance < variance / 2 - 1 else {
      return height <= ratioByRecurrence(count)
    }
    let logHeight = log(height)
    let slack =
      (distance / variance)
      * ((distance * (distance / 3 + 0.625) + 1.0 / 6) / variance + 0.5)
    let middle = -distance * distance / (2 * variance)
    if logHeight < middle - slack {
      return true
    }
    return logHeight <= middle + slack && logHeight <= logRatioBySeries(count)
  }

  /// Returns P(count) / P(mode), a product of the ratios of neighbours.
  private func ratioByRecurrence(_ count: Int) -> Double {
    let odds = success / failure
    let scale = odds * Double(UInt(trials) + 1)
    var ratio = 1.0
    for step in min(mode, count)..<max(mode, count) {
      let neighbours = scale / Double(step + 1) - odds
      ratio = count > mode ? ratio * neighbours : ratio / neighbours
    }
    return ratio
  }

  /// Returns about log(P(count) / P(mode)), by Stirling's series of the four factorials.
  ///
  /// The corrections of `x` and `w` ought to be subtracted, and their 13680 to be 166320 / 12 =
  /// 13860. The published algorithm has the signs so, and NumPy both, up to 2.4; 2.5 mended them,
  /// which gave other streams. This follows 2.4. The two slips raise the result by less than
  /// 1 / (6 x) + 1 / (6 w), which matters to the few draws that neither bound settles.
  private func logRatioBySeries(_ count: Int) -> Double {
    let (n, k, m) = (Double(trials), Double(count), Double(mode))
    let (x, f, z, w) = (k + 1, m + 1, n + 1 - m, n - k + 1)
    return center * log(f / x) + (n - m + 0.5) * log(z / w)
      + (k - m) * log(w * success / (x * failure))
      + correction(f) + correction(z) + correction(x) + correction(w)
  }

  /// Returns the terms of Stirling's series beyond the leading ones, all but 1 / (12 x) - ….
  private func correction(_ x: Double) -> Double {
    let square = x * x
    let inner = 13680 - (462 - (132 - (99 - 140 / square) / square) / square) / square
    return inner / x / 166320
  }
}
