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
    let (whole, part) = scaled.quotientAndRemainder(dividingBy: Int(scale))
    let decimals = part.description
    return "\(sign)\(whole)." + String(repeating: "0", count: digits - decimals.count) + decimals
  }

  /// A number with four digits that count, as a progress bar shows it.
  static func short(_ value: Double) -> String {
    let size = abs(value)
    if value == 0 || !value.isFinite { return Float(value).description }
    if size >= 1e6 || size < 1e-3 { return Float(value).description }
    let digits = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : size >= 1 ? 3 : 4
    return fixed(value, digits: digits)
  }

  /// Text filled up with blanks on the right.
  static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// Text filled up with blanks on the left.
  static func aligned(_ text: String, to width: Int) -> String {
    String(repeating: " ", count: max(0, width - text.count)) + text
  }
}
