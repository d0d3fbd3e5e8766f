/// Turns comments and literals into spaces, so that a brace or a word in one counts for nothing.
///
/// Line breaks stay, so positions and line numbers are those of the source. A literal leaves its
/// first quote behind, so that it still stands for an expression. This is no parser: it knows just
/// enough of Swift's and C's lexical rules (nested comments, raw and multi-line strings, nested
/// interpolations, regular expressions) not to be led astray.
struct Blanking {
  private let source: [UInt8]
  private let language: Language
  private var output: [UInt8]
  private var position = 0

  init(_ source: [UInt8], language: Language) {
    self.source = source
    self.language = language
    output = source
  }

  /// The source's bytes, with comments and literals blanked.
  func blanked() -> [UInt8] {
    var copy = self
    while copy.position < source.count { copy.step() }
    return copy.output
  }

  /// Passes one byte of code, or a whole comment or literal.
  private mutating func step() {
    let start = position
    switch source[position] {
    case "/" where at("//"):
      while position < source.count, source[position] != "\n" { position += 1 }
      blank(from: start)
    case "/" where at("/*"):
      skipBlockComment()
      blank(from: start)
    case "/" where language == .swift && bareRegexEnd() != nil:
      position = bareRegexEnd() ?? position
      blank(from: start, keepingFirst: true)
    case "\"":
      language == .swift ? skipSwiftLiteral() : skipPlainLiteral()
    case "#" where language == .swift:
      skipSwiftLiteral()
    case "'" where language == .c:
      skipPlainLiteral()
    case "`":
      position = (source[(position + 1)...].firstIndex(of: "`") ?? position) + 1
      for index in start..<position { output[index] = "_" }
    default:
      position += 1
    }
  }

  private func at(_ text: StaticString, offset: Int = 0) -> Bool {
    let start = position + offset
    guard start + text.utf8CodeUnitCount <= source.count else { return false }
    return (0..<text.utf8CodeUnitCount).allSatisfy { source[start + $0] == text.utf8Start[$0] }
  }

  private mutating func blank(from start: Int, keepingFirst: Bool = false) {
    for index in start..<min(position, source.count) where source[index] != "\n" {
      output[index] = " "
    }
    if keepingFirst { output[start] = "\"" }
  }

  private mutating func skipBlockComment() {
    var depth = 0
    repeat {
      if at("*/") {
        depth -= 1
        position += 2
      } else if at("/*"), depth == 0 || language == .swift {
        depth += 1
        position += 2
      } else {
        position += 1
      }
    } while depth > 0 && position < source.count
  }

  /// Passes a string or an extended regular expression; a lone `#` is passed as code.
  private mutating func skipSwiftLiteral() {
    let start = position
    let hashes = hashCount(at: position)
    position += hashes
    guard at("\"") || (hashes > 0 && at("/")) else {
      position = start + max(hashes, 1)
      return
    }
    let quote = source[position]
    // Only a line break after three quotes makes them open a multi-line string: #"""# is a quote.
    let isLong = at("\"\"\"\n") || (quote == "/" && at("/\n"))
    let width = at("\"\"\"\n") ? 3 : 1
    position += width
    while position < source.count, isLong || source[position] != "\n" {
      if source[position] == "\\", quote == "/" || hashCount(at: position + 1) >= hashes {
        skipEscape(hashes: quote == "/" ? 0 : hashes)
      } else if closes(quote, width: width, hashes: hashes) {
        position += width + hashes
        break
      } else {
        position += 1
      }
    }
    blank(from: start, keepingFirst: true)
  }

  private func hashCount(at index: Int) -> Int {
    var end = index
    while end < source.count, source[end] == "#" { end += 1 }
    return end - index
  }

  private func closes(_ quote: UInt8, width: Int, hashes: Int) -> Bool {
    guard position + width <= source.count else { return false }
    return source[position..<(position + width)].allSatisfy { $0 == quote }
      && hashCount(at: position + width) >= hashes
  }

  /// Passes an escape; the code of an interpolation may hold literals of its own.
  private mutating func skipEscape(hashes: Int) {
    position += 1 + hashes
    guard position < source.count, source[position] == "(" else {
      position += 1
      return
    }
    var depth = 0
    repeat {
      if source[position] == "(" { depth += 1 }
      if source[position] == ")" { depth -= 1 }
      step()
    } while depth > 0 && position < source.count
  }

  private mutating func skipPlainLiteral() {
    let start = position
    let quote = source[position]
    position += 1
    while position < source.count, source[position] != quote, source[position] != "\n" {
      position += source[position] == "\\" ? 2 : 1
    }
    position += 1
    blank(from: start, keepingFirst: true)
  }

  /// The end of `/regex/`, if the slash here opens one: a division has a space on both sides or on
  /// neither, a regular expression stands where an operand begins and closes on its line.
  private func bareRegexEnd() -> Int? {
    guard position > 0, " \n([{,:=".utf8.contains(source[position - 1]),
      position + 1 < source.count,
      !" \n/*),=".utf8.contains(source[position + 1])
    else { return nil }
    var index = position + 1
    while index < source.count, source[index] != "\n" {
      if source[index] == "/" { return index + 1 }
      index += source[index] == "\\" ? 2 : 1
    }
    return nil
  }
}

extension UInt8: @retroactive ExpressibleByUnicodeScalarLiteral {
  /// Lets a byte be compared with the ASCII character it stands for.
  public init(unicodeScalarLiteral value: Unicode.Scalar) { self.init(ascii: value) }
}
