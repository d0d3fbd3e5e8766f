/// A strict reader of JSON (RFC 8259), for files that anybody may have written.
///
/// The caller says what it expects next. Text that is no UTF-8, an object with two fields of one name, and nesting
/// beyond ``deepest`` are refused; numbers keep their text, so that none loses a digit. Names are told apart by their
/// code points.
package struct JSONScanner {
  /// Why a text is not the JSON that was expected.
  package struct Failure: Error, Equatable {
    /// The cause.
    package let reason: String
    /// The number of bytes before the fault.
    package let offset: Int
  }

  /// The kind of a value.
  package enum Kind: String {
    case object = "an object"
    case array = "an array"
    case string = "a string"
    case number = "a number"
    case literal = "true, false or null"
  }

  /// The most objects and arrays that may lie within each other.
  package static let deepest = 64

  /// The number of bytes that have been read.
  package private(set) var offset = 0
  private let bytes: [UInt8]
  private var depth = 0

  /// Begins to read a text, from an offset on.
  package init(_ bytes: [UInt8], from offset: Int = 0) {
    (self.bytes, self.offset) = (bytes, offset)
  }

  /// A failure at the position that reading has reached.
  package func failure(_ reason: String) -> Failure { Failure(reason: reason, offset: offset) }

  // MARK: Values

  /// The kind of the value that comes next.
  package mutating func kind() throws(Failure) -> Kind {
    switch try next() {
    case UInt8(ascii: "{"): return .object
    case UInt8(ascii: "["): return .array
    case UInt8(ascii: "\""): return .string
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number
    case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): return .literal
    default: throw failure("a value is missing")
    }
  }

  /// Reads an object; `field` reads the value of each field.
  package mutating func object(
    _ field: (inout JSONScanner, _ name: String) throws(Failure) -> Void
  ) throws(Failure) {
    var names: Set<ExactName> = []
    try elements(of: .object, to: UInt8(ascii: "}")) { (scanner) throws(Failure) in
      let name = try scanner.string()
      guard names.insert(ExactName(name)).inserted else {
        throw scanner.failure("two fields are named '\(name)'")
      }
      guard try scanner.next() == UInt8(ascii: ":") else {
        throw scanner.failure("a colon is missing")
      }
      scanner.offset += 1
      try field(&scanner, name)
    }
  }

  /// Reads an array; `element` reads each of its elements.
  package mutating func array(
    _ element: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try elements(of: .array, to: UInt8(ascii: "]"), element)
  }

  /// Reads the text of a number.
  package mutating func number() throws(Failure) -> String {
    try expect(.number)
    let start = offset
    skip("-")
    if !skip("0") { try digits() }
    if skip(".") { try digits() }
    if skip("eE") {
      skip("+-")
      try digits()
    }
    return String(decoding: bytes[start..<offset], as: UTF8.self)
  }

  /// Reads a number that is an integer without a sign.
  package mutating func count() throws(Failure) -> Int {
    let text = try number()
    guard let count = Int(text), count >= 0, text.utf8.first != UInt8(ascii: "-") else {
      throw failure("\(text) is not an integer from 0 to \(Int.max)")
    }
    return count
  }

  /// Reads `true`, `false` or `null`, the last as nil.
  package mutating func literal() throws(Failure) -> Bool? {
    try expect(.literal)
    for (text, value) in [("true", true), ("false", false), ("null", nil)] as [(String, Bool?)]
    where bytes[offset...].starts(with: text.utf8) {
      offset += text.utf8.count
      return value
    }
    throw failure("a value is missing")
  }

  /// Reads a value of any kind, and forgets it.
  package mutating func skipValue() throws(Failure) {
    switch try kind() {
    case .object: try object { (scanner, _) throws(Failure) in try scanner.skipValue() }
    case .array: try array { (scanner) throws(Failure) in try scanner.skipValue() }
    case .string: _ = try string()
    case .number: _ = try number()
    case .literal: _ = try literal()
    }
  }

  /// Makes sure that nothing but blanks follows.
  package mutating func end() throws(Failure) {
    skipBlanks()
    if offset < bytes.count { throw failure("something follows after the end") }
  }

  // MARK: Parts

  private mutating func elements(
    of kind: Kind, to end: UInt8, _ element: (inout JSONScanner) throws(Failure) -> Void
  ) throws(Failure) {
    try expect(kind)
    guard depth < Self.deepest else {
      throw failure("more than \(Self.deepest) values lie within each other")
    }
    offset += 1
    depth += 1
    defer { depth -= 1 }
    if try next() != end {
      try element(&self)
      while try next() == UInt8(ascii: ",") {
        offset += 1
        try element(&self)
      }
    }
    guard try next() == end else { throw failure("a comma or an end is missing") }
    offset += 1
  }

  private mutating func expect(_ expected: Kind) throws(Failure) {
    let found = try kind()
    guard found == expected else {
      throw failure("\(found.rawValue) stands where \(expected.rawValue) is expected")
    }
  }

  /// The next byte that is no blank.
  private mutating func next() throws(Failure) -> UInt8 {
    skipBlanks()
    guard offset < bytes.count else { throw failure("it ends too early") }
    return bytes[offset]
  }

  private mutating func skipBlanks() {
    while offset < bytes.count, " \t\n\r".utf8.contains(bytes[offset]) { offset += 1 }
  }

  // Goes past one of some characters, and tells whether it was there.
  @discardableResult
  private mutating func skip(_ characters: String) -> Bool {
    guard offset < bytes.count, characters.utf8.contains(bytes[offset]) else { return false }
    offset += 1
    return true
  }

  private mutating func digits() throws(Failure) {
    let start = offset
    while offset < bytes.count, (0x30...0x39).contains(bytes[offset]) { offset += 1 }
    if offset == start { throw failure("a digit is missing") }
  }

  // MARK: Strings

  /// Reads a string.
  package mutating func string() throws(Failure) -> String {
    try expect(.string)
    offset += 1
    let start = offset
    while offset < bytes.count, Self.isPlain(bytes[offset]) { offset += 1 }
    if offset < bytes.count, bytes[offset] == UInt8(ascii: "\"") {
      offset += 1
      return try text(bytes[start..<(offset - 1)])
    }
    var unescaped = Array(bytes[start..<offset])
    while try character(&unescaped) {}
    return try text(unescaped[...])
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
  }

  private func text(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw failure("a string is not valid UTF-8")
    }
    return text
  }

  // Reads on in a string; false at its end.
  private mutating func character(_ text: inout [UInt8]) throws(Failure) -> Bool {
    guard offset < bytes.count else { throw failure("a string has no end") }
    let byte = bytes[offset]
    guard byte >= 0x20 else { throw failure("a string holds a control character") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""): return false
    case UInt8(ascii: "\\"): try escape(&text)
    default: text.append(byte)
    }
    return true
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
    UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
  ]

  private mutating func escape(_ text: inout [UInt8]) throws(Failure) {
    guard offset < bytes.count else { throw failure("a string has no end") }
    if skip("u") {
      text += Array(String(try codePoint()).utf8)
    } else if let byte = Self.escapes[bytes[offset]] {
      offset += 1
      text.append(byte)
    } else {
      throw failure("an escape is unknown")
    }
  }

  // Code points beyond 16 bits are written as two halves.
  private mutating func codePoint() throws(Failure) -> Character {
    var code = try fourDigits()
    if (0xD800..<0xDC00).contains(code), skip("\\"), skip("u") {
      let low = try fourDigits()
      guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a code point is alone") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw failure("half of a code point is alone") }
    return Character(scalar)
  }

  private mutating func fourDigits() throws(Failure) -> UInt32 {
    guard offset + 4 <= bytes.count else { throw failure("a string has no end") }
    var code: UInt32 = 0
    for byte in bytes[offset..<(offset + 4)] {
      guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure("an escape is unknown")
      }
      code = code << 4 | UInt32(digit)
    }
    offset += 4
    return code
  }
}
