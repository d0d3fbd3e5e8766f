/// Settings as a YAML document that readers of version 1.1 and of version 1.2 understand alike.
enum YAML {
  /// The document of a map, in block style.
  static func document(_ setting: Setting) -> String {
    guard case .map(let entries) = setting, !entries.isEmpty else { return flow(setting) + "\n" }
    return block(entries, indent: "")
  }

  private static func block(
    _ entries: [(key: String, value: Setting)], indent: String
  ) -> String {
    entries.map { key, value in
      // Readers give up looking for the colon after 1024 characters, unless told that this is a key.
      let isLong = key.unicodeScalars.count > 1000
      return indent + (isLong ? "? \(key)\n\(indent):" : "\(key):") + after(value, indent: indent)
    }.joined()
  }

  // What follows a colon or a dash.
  private static func after(_ value: Setting, indent: String) -> String {
    let inner = indent + "  "
    switch value {
    case .map(let entries) where !entries.isEmpty: return "\n" + block(entries, indent: inner)
    case .list(let elements) where elements.contains(where: \.holdsMap):
      return "\n" + elements.map { inner + "-" + item($0, indent: inner) }.joined()
    default: return " \(flow(value))\n"
    }
  }

  // The first key of a map stands on the line of its dash.
  private static func item(_ value: Setting, indent: String) -> String {
    let inner = indent + "  "
    guard case .map(let entries) = value, !entries.isEmpty else {
      return after(value, indent: indent)
    }
    return " " + block(entries, indent: inner).dropFirst(inner.count)
  }

  /// A value on one line.
  static func flow(_ value: Setting) -> String {
    switch value {
    case .scalar(let text): text
    case .list(let elements): "[" + elements.map(flow).joined(separator: ", ") + "]"
    case .map(let entries):
      "{" + entries.map { "\($0.key): \(flow($0.value))" }.joined(separator: ", ") + "}"
    }
  }

  /// The order of keys: numbers by their size, then all others by their letters.
  static func isBefore(_ first: String, _ second: String) -> Bool {
    switch (Double(first), Double(second)) {
    case (let first?, let second?) where first != second: first < second
    case (.some, nil): true
    case (nil, .some): false
    default: first < second
    }
  }

  // MARK: Scalars

  /// A real number, with the fewest digits that give it back.
  static func number<Number: BinaryFloatingPoint>(_ number: Number) -> String {
    if number.isNaN { return ".nan" }
    if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
    let digits = "\(number)"
    // Without a point, version 1.1 takes 1e-05 for a string.
    guard let exponent = digits.firstIndex(of: "e"), !digits.contains(".") else { return digits }
    return digits[..<exponent] + ".0" + digits[exponent...]
  }

  // Words that mean something else in some version of YAML.
  private static let reserved: Set = [
    "true", "false", "yes", "no", "on", "off", "y", "n", "null",
  ]

  /// A string, quoted unless it is plain words in every version.
  static func text(_ string: String) -> String {
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

extension Setting {
  fileprivate var holdsMap: Bool {
    switch self {
    case .scalar: false
    case .list(let elements): elements.contains(where: \.holdsMap)
    case .map(let entries): !entries.isEmpty
    }
  }
}
