/// A word, an arrow or a single mark of code.
struct Token {
  let text: String
  let line: Int
  /// Whether it is the first of its line.
  let startsLine: Bool

  var isWord: Bool { text.utf8.first.map(isWordByte) ?? false }
}

/// The tokens of a blanked source; their texts are those of the source itself.
func tokenize(_ source: [UInt8], blanked: [UInt8]) -> [Token] {
  var tokens: [Token] = []
  var line = 1
  var startsLine = true
  var position = 0
  while position < blanked.count {
    let byte = blanked[position]
    let start = position
    position += 1
    if byte == "\n" {
      line += 1
      startsLine = true
    }
    if byte <= 32 { continue }
    if isWordByte(byte) {
      while position < blanked.count, isWordByte(blanked[position]) { position += 1 }
    } else if byte == "-", position < blanked.count, blanked[position] == ">" {
      position += 1
    }
    let text = String(decoding: source[start..<position], as: UTF8.self)
    tokens.append(Token(text: text, line: line, startsLine: startsLine))
    startsLine = false
  }
  return tokens
}

private func isWordByte(_ byte: UInt8) -> Bool {
  switch byte {
  case 48...57, 65...90, 95, 97...122, 128...: true
  default: false
  }
}

/// The index of each opening bracket's partner, and of each closing one's.
///
/// A bracket of the wrong kind is passed over, so one slip does not spoil the rest of a file.
func bracketPartners(_ tokens: [Token]) -> [Int: Int] {
  let opening = [")": "(", "]": "[", "}": "{"]
  var partners: [Int: Int] = [:]
  var open: [Int] = []
  for (index, token) in tokens.enumerated() {
    if ["(", "[", "{"].contains(token.text) {
      open.append(index)
    } else if let wanted = opening[token.text],
      let depth = open.lastIndex(where: { tokens[$0].text == wanted })
    {
      partners[open[depth]] = index
      partners[index] = open[depth]
      open.removeSubrange(depth...)
    }
  }
  return partners
}
