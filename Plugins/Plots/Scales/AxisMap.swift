import Foundation

/// The positions of the numbers on an axis.
struct AxisMap: Hashable, Sendable {
  let scale: AxisScale
  /// The numbers at both ends.
  let lower: Double
  let upper: Double
  /// The pixels at both ends; those of an axis of y go down.
  let start: Double
  let end: Double

  /// The pixel of a number; nil for one that the axis cannot show.
  func position(_ value: Double) -> Double? {
    guard Limits.isShown(value, scale) else { return nil }
    // Halves, since the difference of the two ends may be beyond the greatest number.
    let (least, greatest) = (warped(lower) / 2, warped(upper) / 2)
    let share = (warped(value) / 2 - least) / (greatest - least)
    if share.isNaN { return nil }
    // Far outside, rounding would bend lines; so far nobody sees them.
    return start + min(max(share, -1e6), 1e6) * (end - start)
  }

  /// The number at a pixel.
  func value(at position: Double) -> Double {
    let share = (position - start) / (end - start)
    let warped = self.warped(lower) + share * (self.warped(upper) - self.warped(lower))
    return scale == .log ? pow(10, warped) : warped
  }

  private func warped(_ value: Double) -> Double { scale == .log ? log10(value) : value }
}

extension AxisMap {
  /// The ends of an axis that shows some numbers, with a margin that nothing touches the frame.
  ///
  /// Where all numbers are equal, or there are none, an interval around them is made up.
  static func ends(
    _ span: Limits.Span, _ scale: AxisScale, pinsLower: Bool, pinsUpper: Bool
  ) -> (Double, Double) {
    if scale == .log { return logarithmicEnds(span) }
    if span.isEmpty { return (0, 1) }
    var (lower, upper) = (span.lower, span.upper)
    if upper - lower <= 1e-12 * max(abs(lower), abs(upper)) {
      let half = lower == 0 ? 0.5 : abs(lower) * 0.05
      (lower, upper) = (lower - half, upper + half)
      return (lower, upper)
    }
    // Halves first: the difference of the two may be beyond the greatest number.
    let margin = 2 * (upper / 2 - lower / 2) * 0.04
    if !pinsLower { lower = max(lower - margin, -.greatestFiniteMagnitude) }
    if !pinsUpper { upper = min(upper + margin, .greatestFiniteMagnitude) }
    return (lower, upper)
  }

  private static func logarithmicEnds(_ span: Limits.Span) -> (Double, Double) {
    if span.isEmpty { return (1, 10) }
    let (low, high) = (log10(span.lower), log10(span.upper))
    let margin = high - low < 1e-9 ? 0.3 : (high - low) * 0.04
    return (
      max(pow(10, low - margin), .leastNormalMagnitude),
      min(pow(10, high + margin), .greatestFiniteMagnitude)
    )
  }
}
