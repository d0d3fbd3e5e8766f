import Levin

/// Hyperparameters as a YAML document that safe loaders read.
enum YAML {
  static func document(_ hyperparameters: Hyperparameters) -> String {
    if hyperparameters.isEmpty { return "{}\n" }
    return hyperparameters.map { "\(text($0.key)): \(value($0.value))\n" }.joined()
  }

  private static func value(_ value: Any) -> String {
    switch value {
    case let truth as Bool: return truth.description
    case let whole as any BinaryInteger: return "\(whole)"
    case let number as Float: return real(Double(number), number.description)
    case let number as Double: return real(number, number.description)
    case let string as String: return text(string)
    case let elements as [Any]: return "[" + elements.map(Self.value).joined(separator: ", ") + "]"
    default: return other(value)
    }
  }

  private static func other(_ value: Any) -> String {
    let mirror = Mirror(reflecting: value)
    guard mirror.displayStyle == .optional else { return text(String(describing: value)) }
    return mirror.children.first.map { self.value($0.value) } ?? "null"
  }

  // Without a point, YAML 1.1 takes 1e-05 for a text.
  private static func real(_ number: Double, _ digits: String) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    guard let exponent = digits.firstIndex(of: "e"), !digits.contains(".") else { return digits }
    return digits[..<exponent] + ".0" + digits[exponent...]
  }

  // Words that mean something else in some version of YAML are quoted, like all that is not a plain word.
  private static let reserved: Set = [
    "true", "false", "yes", "no", "on", "off", "y", "n", "null",
  ]

  private static func text(_ string: String) -> String {
    let isWord =
      string.first.map { $0.isASCII && $0.isLetter } ?? false
      && string.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-./ ".contains($0)) }
      && string.last != " "
    if isWord, !reserved.contains(string.lowercased()) { return string }
    return "\"" + string.unicodeScalars.map(escaped).joined() + "\""
  }

  // What YAML keeps out of a document, or takes for the end of a line.
  private static func isUnprintable(_ code: UInt32) -> Bool {
    code < 0x20 || (0x7f..<0xa0).contains(code) || [0x2028, 0x2029, 0xfeff].contains(code)
      || code == 0xfffe || code == 0xffff
  }

  private static func escaped(_ scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\"": return "\\\""
    case "\\": return "\\\\"
    case "\n": return "\\n"
    case "\t": return "\\t"
    case "\r": return "\\r"
    case _ where isUnprintable(scalar.value):
      let digits = String(scalar.value, radix: 16)
      return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: return String(scalar)
    }
  }
}
