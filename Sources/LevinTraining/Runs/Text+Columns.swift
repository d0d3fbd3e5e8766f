/// Text in the columns of a terminal, where a character takes up none, one or two of them.
extension Text {
  /// The columns that text takes up on one line of a terminal.
  static func width(_ text: String) -> Int {
    text.unicodeScalars.reduce(0) { $0 + width($1) }
  }

  /// The beginning of the text, as much of it as the columns hold.
  static func cut(_ text: String, to columns: Int) -> String {
    var used = 0
    let scalars = text.unicodeScalars.prefix {
      used += width($0)
      return used <= columns
    }
    return String(scalars)
  }

  /// Text filled up with blanks on the right.
  static func padded(_ text: String, to columns: Int) -> String {
    text + String(repeating: " ", count: max(0, columns - width(text)))
  }

  /// Text filled up with blanks on the left.
  static func aligned(_ text: String, to columns: Int) -> String {
    String(repeating: " ", count: max(0, columns - width(text))) + text
  }

  /// Text without the blanks at its end.
  static func trimmed(_ text: String) -> String {
    let blanks = text.reversed().prefix { $0 == " " }.count
    return String(text.dropLast(blanks))
  }

  /// The text on one line, with control characters as Swift writes them in literals.
  static func oneLine(_ text: String) -> String {
    text.unicodeScalars.map { isControl($0) ? $0.escaped(asASCII: true) : String($0) }.joined()
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }

  private static func width(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
  }

  // The blocks that are wide or full width in Unicode's EastAsianWidth.txt, with the few narrow
  // characters in between.
  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3,
    0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F,
    0x1F680...0x1F6FF, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
  ]
}

/// Columns of tables.
extension Text {
  /// A column of a table: its name and its cells, filled up to one width.
  ///
  /// Numbers have their decimal points under each other, and stand on the right under their name. A
  /// column in which some cell is no number is text, and begins on the left.
  static func column(_ name: String, _ cells: [String]) -> [String] {
    guard cells.allSatisfy({ Double($0) != nil }) else { return leftColumn(name, cells) }
    let numbers = alignedAtPoints(cells)
    let columns = max(width(name), numbers.first.map(width) ?? 0)
    return ([name] + numbers).map { aligned($0, to: columns) }
  }

  /// A column of text, which begins on the left.
  static func leftColumn(_ name: String, _ cells: [String]) -> [String] {
    let columns = ([name] + cells).map(width).max() ?? 0
    return ([name] + cells).map { padded($0, to: columns) }
  }

  // A number without a point ends where the points begin, and so do "NaN" and "inf"; an exponent
  // follows its digits.
  private static func alignedAtPoints(_ cells: [String]) -> [String] {
    let halves = cells.map { cell in
      let isNumber = cell.contains(where: \.isNumber)
      let end = isNumber ? cell.firstIndex { ".e".contains($0) } : nil
      return (cell[..<(end ?? cell.endIndex)], cell[(end ?? cell.endIndex)...])
    }
    let before = halves.map(\.0.count).max() ?? 0
    let after = halves.map(\.1.count).max() ?? 0
    return halves.map { aligned(String($0), to: before) + padded(String($1), to: after) }
  }
}
