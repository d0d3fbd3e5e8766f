import Foundation

/// Labels of numbers that all have as many digits as tell them apart.
enum NumberLabels {
  /// The labels of some numbers of one axis.
  static func labels(of values: [Double]) -> [String] {
    let greatest = values.lazy.map(abs).max() ?? 0
    let gap = zip(values, values.dropFirst()).map { $1 - $0 }.min() ?? greatest
    if greatest == 0 { return values.map { _ in "0" } }
    if greatest >= 1e6 || greatest < 1e-3 { return scientific(values, greatest, gap) }
    let digits = decimals(of: gap, upTo: 12)
    return values.map { fixed($0, digits) }
  }

  // All with the same power of ten.
  private static func scientific(_ values: [Double], _ greatest: Double, _ gap: Double) -> [String]
  {
    let exponent = Int(floor(log10(greatest) + 1e-12))
    let digits = decimals(of: gap / pow(10, Double(exponent)), upTo: 12)
    return values.map { value in
      if value == 0 { return "0" }
      let factor = value / pow(10, Double(exponent))
      let power = "10" + superscript(exponent)
      if digits == 0, factor.rounded() == 1 { return power }
      if digits == 0, factor.rounded() == -1 { return "−" + power }
      return "\(fixed(factor, digits))×\(power)"
    }
  }

  // The digits behind the point that a step needs.
  private static func decimals(of step: Double, upTo most: Int) -> Int {
    var (scaled, digits) = (abs(step), 0)
    while digits < most, abs(scaled - scaled.rounded()) > 1e-6 * max(scaled, 1e-3) {
      scaled *= 10
      digits += 1
    }
    return digits
  }

  /// A number with so many digits behind its point, and the sign that is as wide as a plus.
  static func fixed(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", abs(value))
    let isZero = text.allSatisfy { $0 == "0" || $0 == "." }
    return value < 0 && !isZero ? "−" + text : text
  }

  /// An integer as an exponent.
  static func superscript(_ number: Int) -> String {
    let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
    return (number < 0 ? "⁻" : "")
      + String("\(abs(number))".map { digits[$0.wholeNumberValue ?? 0] })
  }
}
