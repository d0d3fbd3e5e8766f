/// A small terminal, as far as consoles make use of one.
///
/// It knows carriage return, newline, `CSI K`, `CSI J` and `CSI n A`, and wraps like xterm: a character
/// in the last column leaves the cursor there, and the next one begins a new line. When its width changes
/// it breaks long lines anew, as most terminals do.
struct Screen {
  private struct Line {
    /// A character with its marks for each column; the second half of a wide one is empty.
    var cells: [String] = []
    /// Whether the next line goes on with this one.
    var isWrapped = false
  }

  private(set) var columns: Int
  /// The lines that have left at the top.
  private(set) var scrolledCount = 0
  private let rows: Int
  private var lines = [Line()]
  private var row = 0
  private var column = 0
  private var wrapsNext = false
  private var escape: String?

  init(columns: Int, rows: Int = 24) {
    self.columns = columns
    self.rows = rows
  }

  /// The lines down to the one that the cursor is on, without blanks at their ends.
  var text: [String] {
    lines.map { line in
      let text = line.cells.joined()
      return String(text.dropLast(text.reversed().prefix { $0 == " " }.count))
    }
  }

  /// Whether a new line would begin with the next character.
  var isAtLineStart: Bool { row == lines.count - 1 && column == 0 && lines[row].cells.isEmpty }

  mutating func feed(_ text: String) {
    for scalar in text.unicodeScalars { feed(scalar) }
  }

  private mutating func feed(_ scalar: Unicode.Scalar) {
    if let begun = escape {
      escape = begun + String(scalar)
      if begun.isEmpty ? scalar != "[" : ("@"..."~").contains(scalar) { obey() }
    } else {
      switch scalar {
      case "\u{1B}": escape = ""
      case "\r": (column, wrapsNext) = (0, false)
      case "\n": goDown()
      default: put(scalar)
      }
    }
  }

  private mutating func obey() {
    let sequence = escape ?? ""
    escape = nil
    let count = Int(sequence.dropFirst().dropLast()) ?? 0
    wrapsNext = false
    switch sequence.last {
    case "A": row = max(0, row - max(count, 1))
    case "K": clearToLineEnd()
    case "J":
      clearToLineEnd()
      lines.removeSubrange((row + 1)...)
    default: fatalError("the screen does not know the sequence \(sequence)")
    }
  }

  private mutating func clearToLineEnd() {
    lines[row].cells.removeSubrange(min(column, lines[row].cells.count)...)
    lines[row].isWrapped = false
  }

  private mutating func goDown() {
    wrapsNext = false
    row += 1
    if row == lines.count { lines.append(Line()) }
    if lines.count > rows { scroll() }
  }

  private mutating func scroll() {
    lines.removeFirst()
    row -= 1
    scrolledCount += 1
  }

  private mutating func put(_ scalar: Unicode.Scalar) {
    let width = Self.width(scalar)
    if width == 0 {
      lines[row].cells[column - (wrapsNext ? 0 : 1)] += String(scalar)
      return
    }
    if wrapsNext || column + width > columns {
      lines[row].isWrapped = true
      goDown()
      column = 0
    }
    let missing = max(0, column + width - lines[row].cells.count)
    lines[row].cells += Array(repeating: " ", count: missing)
    lines[row].cells[column] = String(scalar)
    if width == 2 { lines[row].cells[column + 1] = "" }
    column += width
    if column == columns { (column, wrapsNext) = (columns - 1, true) }
  }

  // Enough for the characters in these tests.
  private static func width(_ scalar: Unicode.Scalar) -> Int {
    switch scalar.value {
    case 0x300...0x36F: 0
    case 0x3040...0x9FFF, 0x1F600...0x1F64F: 2
    default: 1
    }
  }

  /// Gives the terminal another width, at which it breaks its lines anew.
  ///
  /// A cursor behind a character in the last column stays there, as tmux leaves it.
  mutating func resize(columns new: Int) {
    let (paragraphs, current, cursor) = paragraphs()
    columns = new
    lines = []
    for (index, cells) in paragraphs.enumerated() {
      if index == current {
        wrapsNext = cursor > 0 && cursor % new == 0
        row = lines.count + (wrapsNext ? cursor - 1 : cursor) / new
        column = wrapsNext ? new - 1 : cursor % new
      }
      append(cells)
    }
    while lines.count > rows { scroll() }
  }

  // The lines as they were before they were wrapped, and the position of the cursor among them.
  private func paragraphs() -> (cells: [[String]], current: Int, cursor: Int) {
    var all: [[String]] = [[]]
    var (current, cursor) = (0, 0)
    for (index, line) in lines.enumerated() {
      if index == row {
        (current, cursor) = (all.count - 1, all[all.count - 1].count + column + (wrapsNext ? 1 : 0))
      }
      all[all.count - 1] += line.cells
      if !line.isWrapped && index < lines.count - 1 { all.append([]) }
    }
    return (all, current, cursor)
  }

  private mutating func append(_ cells: [String]) {
    var rest = cells[...]
    repeat {
      lines.append(Line(cells: Array(rest.prefix(columns)), isWrapped: rest.count > columns))
      rest = rest.dropFirst(columns)
    } while !rest.isEmpty
  }
}
