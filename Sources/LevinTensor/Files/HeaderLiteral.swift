/// The part of Python's literals that array headers are written in.
struct HeaderLiteral {
  enum Value: Equatable {
    case string(String)
    case boolean(Bool)
    case tuple([Int])
    /// A list of fields, of which nothing is kept.
    case list
  }

  private let bytes: [UInt8]
  private var position: Int

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.startIndex
  }

  /// The entries of the dictionary that makes up the whole text.
  mutating func dictionary() throws(NumPyHeader.Failure) -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try string()
      try expect(":")
      let value = try value()
      guard entries.updateValue(value, forKey: key) == nil else {
        throw failure("'\(key)' occurs twice")
      }
      // The rest of a structured dtype is not looked at.
      if value == .list { return entries }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard position == bytes.endIndex else { throw failure("something follows its dictionary") }
    return entries
  }

  private func failure(_ reason: String) -> NumPyHeader.Failure {
    .init(.badHeader("\(reason), at byte \(position - bytes.startIndex) of its dictionary"))
  }

  private var next: UInt8? { position < bytes.endIndex ? bytes[position] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Unicode.Scalar) throws(NumPyHeader.Failure) {
    guard take(character) else { throw failure("'\(character)' is missing") }
  }

  private mutating func value() throws(NumPyHeader.Failure) -> Value {
    skipSpace()
    switch next {
    case UInt8(ascii: "'"), UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "("): return .tuple(try tuple())
    case UInt8(ascii: "["): return .list
    case UInt8(ascii: "T"): return try word("True", .boolean(true))
    case UInt8(ascii: "F"): return try word("False", .boolean(false))
    default: throw failure("a value is missing")
    }
  }

  private mutating func word(_ word: String, _ value: Value) throws(NumPyHeader.Failure) -> Value {
    guard bytes[position...].starts(with: word.utf8) else { throw failure("\(word) is misspelt") }
    position += word.utf8.count
    return value
  }

  private mutating func string() throws(NumPyHeader.Failure) -> String {
    skipSpace()
    guard let quote = next, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(quote) else {
      throw failure("a quotation mark is missing")
    }
    position += 1
    let begin = position
    while let byte = next, byte != quote, byte != UInt8(ascii: "\\") { position += 1 }
    guard next == quote else { throw failure("a string does not end") }
    defer { position += 1 }
    return String(decoding: bytes[begin..<position], as: UTF8.self)
  }

  private mutating func tuple() throws(NumPyHeader.Failure) -> [Int] {
    var numbers: [Int] = []
    try expect("(")
    while !take(")") {
      numbers.append(try number())
      if !take(",") {
        try expect(")")
        break
      }
    }
    return numbers
  }

  // Version 2 of Python wrote an L after long numbers.
  private mutating func number() throws(NumPyHeader.Failure) -> Int {
    skipSpace()
    let begin = position
    if next == UInt8(ascii: "-") { position += 1 }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    let digits = String(decoding: bytes[begin..<position], as: UTF8.self)
    guard let number = Int(digits) else {
      throw failure(digits.isEmpty ? "a number is missing" : "\(digits) is no size")
    }
    if next == UInt8(ascii: "L") { position += 1 }
    return number
  }
}
