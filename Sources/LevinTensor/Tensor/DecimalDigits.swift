#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A finite number as decimal digits and an exponent: `digits[0].digits[1...] * 10^exponent`.
struct DecimalDigits {
  /// A minus sign, or nothing.
  let sign: String
  /// The digits from the first to the last that is not 0; a single 0 for zero.
  let digits: Substring
  /// The power of ten of the first digit.
  let exponent: Int

  /// Takes the text of a number apart, such as "-12.5" or "1e-05".
  init(_ text: String) {
    let parts = text.split(separator: "e")
    let mantissa = parts[0].drop { $0 == "-" }
    let point = mantissa.firstIndex(of: ".") ?? mantissa.endIndex
    let all = mantissa.filter { $0 != "." }
    let leadingZeros = all.prefix { $0 == "0" }.count
    var digits = all.dropFirst(leadingZeros)
    while digits.last == "0" { digits.removeLast() }
    sign = text.hasPrefix("-") ? "-" : ""
    self.digits = digits.isEmpty ? "0" : digits
    let scale = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let integerCount = mantissa.distance(from: mantissa.startIndex, to: point)
    exponent = digits.isEmpty ? 0 : integerCount - 1 - leadingZeros + scale
  }

  /// The nearest number with so many digits behind the point.
  init(_ number: some BinaryFloatingPoint, fractionDigits: Int) {
    self.init(Self.rounded(number, "%.\(fractionDigits)f"))
  }

  /// The nearest number with so many digits.
  init(_ number: some BinaryFloatingPoint, significantDigits: Int) {
    self.init(Self.rounded(number, "%.\(significantDigits - 1)e"))
  }

  // The C library rounds the number itself, not its shortest digits.
  private static func rounded(_ number: some BinaryFloatingPoint, _ format: String) -> String {
    // The largest double has 309 digits before the point.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 400) { buffer in
      guard let base = buffer.baseAddress else { return "0" }
      _ = withVaList([Double(number)]) { vsnprintf(base, buffer.count, format, $0) }
      return String(cString: base)
    }
  }

  /// The number of digits behind the point when there is no exponent.
  var fractionCount: Int { digits == "0" ? 0 : max(0, digits.count - 1 - exponent) }

  /// The sign and the digits before the point.
  var integerPart: String {
    if exponent < 0 { return sign + "0" }
    let given = digits.prefix(exponent + 1)
    return sign + given + String(repeating: "0", count: exponent + 1 - given.count)
  }

  /// The digits behind the point.
  var fraction: String {
    if digits == "0" { return "" }
    if exponent >= 0 { return String(digits.dropFirst(exponent + 1)) }
    return String(repeating: "0", count: -exponent - 1) + digits
  }
}
