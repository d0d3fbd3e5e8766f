/// Numbers and words for people to read.
enum Text {
  /// "1 step", "2 steps".
  static func counted(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  /// A number with a fixed number of decimals.
  static func fixed(_ value: Double, digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return value.description }
    let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
    let scaled = Int((abs(value) * scale).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard digits > 0 else { return sign + scaled.description }
    let (integer, part) = scaled.quotientAndRemainder(dividingBy: Int(scale))
    let decimals = part.description
    return "\(sign)\(integer)." + String(repeating: "0", count: digits - decimals.count) + decimals
  }

  /// A number with four significant digits, or all the digits of an integer below a million.
  ///
  /// Zeros at the end are kept, so that numbers of one size take as many characters: 0.4142, 12.30,
  /// 123456, 1.234e-05; 0 is 0.0000.
  static func short(_ value: Double) -> String {
    if !value.isFinite { return value.description }
    if value == 0 { return "0.0000" }
    let (digits, exponent) = leadingDigits(abs(value))
    let sign = value < 0 ? "-" : ""
    switch exponent {
    case 4, 5: return fixed(value, digits: 0)
    case 0...3:
      let text = digits.description
      let integer = text.prefix(exponent + 1)
      return sign + integer + (exponent == 3 ? "" : "." + text.dropFirst(integer.count))
    case -3..<0:
      return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits.description
    default:
      let size = abs(exponent) < 10 ? "0\(abs(exponent))" : "\(abs(exponent))"
      let text = digits.description
      return "\(sign)\(text.prefix(1)).\(text.dropFirst())e\(exponent < 0 ? "-" : "+")\(size)"
    }
  }

  // The first four significant digits as a number from 1000 to 9999, rounded, and the power of ten that
  // the first of them stands for. They come from the shortest decimal form, which has no rounding errors
  // of its own: 12.345 gives 12.35.
  private static func leadingDigits(_ value: Double) -> (digits: Int, exponent: Int) {
    let parts = value.description.split(separator: "e")
    let mantissa = parts[0].split(separator: ".")
    let all = mantissa.joined()
    let significant = all.drop { $0 == "0" }
    let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let exponent = power + mantissa[0].count - 1 - (all.count - significant.count)
    let five = significant.prefix(5) + String(repeating: "0", count: max(0, 5 - significant.count))
    let digits = ((Int(five) ?? 0) + 5) / 10
    return digits == 10_000 ? (1000, exponent + 1) : (digits, exponent)
  }

  /// A time in hours, minutes and seconds: 0:07, 12:34, 1:02:03.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e9 else { return seconds.description }
    let total = Int(max(seconds, 0).rounded(.down))
    let (hours, minutes) = (total / 3600, total / 60 % 60)
    let rest = twoDigits(total % 60)
    return hours > 0 ? "\(hours):\(twoDigits(minutes)):\(rest)" : "\(minutes):\(rest)"
  }

  private static func twoDigits(_ number: Int) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
