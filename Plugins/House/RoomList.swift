/// The rooms of each module of `Sources`, in the order in which CONTRIBUTING.md lists them.
///
/// The list is a table there, so that people and this command read the same one:
///
///     | module | rooms, the lower before the higher | files at the root |
///     |---|---|---|
///     | `Shop` | `Shelves` < `Apples`, `Pears` < `Till` | below all rooms |
///
/// A room may know those to the left of the nearest `<` before it; rooms with a comma between them stand
/// side by side and know nothing of each other. Files at a module's root are `below all rooms`, or `the
/// face`, which knows all rooms and is known by them, or there are `none`.
struct RoomList {
  /// The position of a room in its module.
  enum Standing: Equatable {
    case face
    case level(Int)
  }

  static let path = "CONTRIBUTING.md"

  /// By module, then by room; a module's root is the room without a name.
  private(set) var standings: [String: [String: Standing]] = [:]
  /// The line of each module in the list.
  private(set) var lines: [String: Int] = [:]
  /// The mistakes in the list itself.
  private(set) var findings: [Finding] = []

  /// Reads the list out of the text of CONTRIBUTING.md.
  init(_ text: String) {
    var isInside = false
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let cells = line.split(separator: "|").map(trimmed)
      if cells.count == 3, cells[1].hasPrefix("rooms") {
        isInside = true
      } else if !line.hasPrefix("|") {
        isInside = false
      } else if isInside, let module = quoted(cells[0]).first {
        read(
          module, rooms: cells.count == 3 ? cells[1] : "", root: cells.last ?? "", line: index + 1)
      }
    }
    if standings.isEmpty { note(1, "there is no table of modules and their rooms") }
  }

  private mutating func read(_ module: String, rooms: String, root: String, line: Int) {
    var levels: [String: Standing] = [:]
    for (level, rooms) in rooms.split(separator: "<").enumerated() {
      for room in quoted(String(rooms)) {
        if levels[room] != nil { note(line, "\(module) lists \(room) twice") }
        levels[room] = .level(level + 1)
      }
    }
    switch root {
    case "below all rooms": levels[""] = .level(0)
    case "the face": levels[""] = .face
    case "none": break
    default: note(line, "the root of \(module) is 'below all rooms', 'the face' or 'none'")
    }
    standings[module] = levels
    lines[module] = line
  }

  private mutating func note(_ line: Int, _ message: String) {
    findings.append(Finding(path: Self.path, line: line, message: message))
  }
}

private func trimmed(_ text: Substring) -> String {
  String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}

/// The parts of a text between backquotes.
private func quoted(_ text: String) -> [String] {
  let parts = text.split(separator: "`", omittingEmptySubsequences: false)
  return stride(from: 1, to: parts.count, by: 2).map { String(parts[$0]) }
}
