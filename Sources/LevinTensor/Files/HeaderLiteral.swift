/// The part of Python's literals that array headers are written in.
struct HeaderLiteral {
  enum Value: Equatable {
    case string(String)
    case truth(Bool)
    case tuple([Int])
    /// A list of fields, of which nothing is kept.
    case list
  }

  private let bytes: Slice<UnsafeMutableRawBufferPointer>
  private var place: Int

  init(_ bytes: Slice<UnsafeMutableRawBufferPointer>) {
    self.bytes = bytes
    place = bytes.startIndex
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
      // What follows in a structured dtype is not looked at.
      if value == .list { return entries }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipSpace()
    guard place == bytes.endIndex else { throw failure("something follows its dictionary") }
    return entries
  }

  private func failure(_ reason: String) -> NumPyHeader.Failure {
    .init(.badHeader("\(reason), at byte \(place - bytes.startIndex) of its dictionary"))
  }

  private var next: UInt8? { place < bytes.endIndex ? bytes[place] : nil }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: character) else { return false }
    place += 1
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
    case UInt8(ascii: "T"): return try word("True", .truth(true))
    case UInt8(ascii: "F"): return try word("False", .truth(false))
    default: throw failure("a value is missing")
    }
  }

  private mutating func word(_ word: String, _ value: Value) throws(NumPyHeader.Failure) -> Value {
    guard bytes[place...].starts(with: word.utf8) else { throw failure("\(word) is misspelt") }
    place += word.utf8.count
    return value
  }

  private mutating func string() throws(NumPyHeader.Failure) -> String {
    skipSpace()
    guard let quote = next, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(quote) else {
      throw failure("a quotation mark is missing")
    }
    place += 1
    let begin = place
    while let byte = next, byte != quote, byte != UInt8(ascii: "\\") { place += 1 }
    guard next == quote else { throw failure("a string does not end") }
    defer { place += 1 }
    return String(decoding: bytes[begin..<place], as: UTF8.self)
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
    let begin = place
    if next == UInt8(ascii: "-") { place += 1 }
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
    let digits = String(decoding: bytes[begin..<place], as: UTF8.self)
    guard let number = Int(digits) else {
      throw failure(digits.isEmpty ? "a number is missing" : "\(digits) is no size")
    }
    if next == UInt8(ascii: "L") { place += 1 }
    return number
  }
}
