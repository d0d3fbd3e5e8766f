import Levin

/// The file `metrics.csv`: a header and rows, nothing else at any moment.
///
/// A row is one write at the end of the file. A metric that comes up later has no column yet; then the
/// rows are written anew under a wider header, in a content that takes over from the old one at once.
///
/// A fit that logs a new name in each of some thousand short epochs would do little else. So rows wait for each other
/// where this takes more than half a second and a tenth of the time: for some ten times as long as it takes to write
/// the table, or until the file is closed.
final class MetricsTable {
  private let path: String
  private var file: RunFile?
  private var columns: [Column] = []
  private var positions: [Column: Int] = [:]
  private var headerSize = 0
  // Rows with names that have no column yet, and those after them.
  private var waiting: [Fields] = []
  private var timeOfWidening = Duration.zero
  private let start = ContinuousClock.now

  init(path: String) { self.path = path }

  func append(_ record: MetricsRecord) throws {
    let fields = Self.fields(record)
    if let file, waiting.isEmpty, fields.allSatisfy({ positions[$0.column] != nil }) {
      return try file.append(row(fields))
    }
    waiting.append(fields)
    let now = ContinuousClock.now
    guard timeOfWidening < .milliseconds(500) + (now - start) / 10 else { return }
    try widen()
    timeOfWidening += ContinuousClock.now - now
  }

  func close() throws {
    defer { file = nil }
    if !waiting.isEmpty { try widen() }
    try file?.close()
  }

  private typealias Column = ExactName
  private typealias Fields = [(column: Column, text: String)]

  private static func fields(_ record: MetricsRecord) -> Fields {
    var fields = [("epoch", record.epoch.description), ("step", record.step.description)]
    if let index = record.batchIndex { fields.append(("validation_batch", index.description)) }
    fields += record.metrics.map { ($0.name, $0.value.description) }
    return fields.map { (Column($0.0), $0.1) }
  }

  private func row(_ fields: Fields) -> [UInt8] {
    var cells = [String](repeating: "", count: columns.count)
    for (column, text) in fields {
      if let position = positions[column] { cells[position] = text }
    }
    return Self.line(cells)
  }

  private static func line(_ cells: [String]) -> [UInt8] {
    var line: [UInt8] = []
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: cell.utf8)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }

  // Nothing is changed here unless the file is.
  private func widen() throws {
    let old = (columns, positions, headerSize)
    do {
      let rows = try file.map { try $0.content()[headerSize...] }
      columns = Set(old.0 + waiting.joined().map(\.column)).sorted()
      positions = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
      var content = Self.line(columns.map { Self.quoted($0.text) })
      headerSize = content.count
      if let rows { content += WidenedRows(rows, from: old.0, to: columns).bytes }
      for fields in waiting { content += row(fields) }
      if let file {
        try file.replace(with: content)
      } else {
        file = try RunFile(creating: path, content: content)
      }
      waiting = []
    } catch {
      (columns, positions, headerSize) = old
      throw error
    }
  }

  // RFC 4180: quotes around what holds a comma, a quote or a line end, and quotes inside doubled. By scalars: with a
  // mark that combines, a quote is another character.
  private static func quoted(_ name: String) -> String {
    let scalars = name.unicodeScalars
    guard scalars.contains(where: { ",\"\n\r".unicodeScalars.contains($0) }) else { return name }
    var text = "\"".unicodeScalars
    for scalar in scalars {
      if scalar == "\"" { text.append(scalar) }
      text.append(scalar)
    }
    text.append("\"")
    return String(text)
  }
}

/// Rows of a table with the empty cells that further columns put among theirs.
///
/// Numbers need no quotes, so behind the header a comma is a comma.
private struct WidenedRows {
  private let rows: ArraySlice<UInt8>
  // The new columns before each old one, and those after the last.
  private let added: [Int]
  private let addedCount: Int

  /// Prepares rows of some columns for more; the old ones keep their order among the new ones.
  init<Column: Equatable>(_ rows: ArraySlice<UInt8>, from old: [Column], to new: [Column]) {
    self.rows = rows
    var added = [0]
    for column in new {
      if added.count <= old.count, column == old[added.count - 1] {
        added.append(0)
      } else {
        added[added.count - 1] += 1
      }
    }
    self.added = added
    addedCount = new.count - old.count
  }

  /// The rows.
  var bytes: [UInt8] {
    rows.withUnsafeBufferPointer { rows in
      let lineCount = rows.count { $0 == UInt8(ascii: "\n") }
      // Whatever somebody else may have written into the file.
      let size = rows.count + (lineCount + 1) * addedCount
      return [UInt8](unsafeUninitializedCapacity: size) { result, count in
        count = fill(result, rows)
      }
    }
  }

  private func fill(
    _ result: UnsafeMutableBufferPointer<UInt8>, _ rows: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let (comma, lineEnd) = (UInt8(ascii: ","), UInt8(ascii: "\n"))
    var (written, cell, isAtStart) = (0, 0, true)
    func put(_ byte: UInt8) {
      result[written] = byte
      written += 1
    }
    for byte in rows {
      if isAtStart {
        for _ in 0..<added[0] { put(comma) }
        isAtStart = false
      }
      if byte == lineEnd {
        for _ in 0..<added[added.count - 1] { put(comma) }
        (cell, isAtStart) = (0, true)
      }
      put(byte)
      if byte == comma, cell + 2 < added.count {
        cell += 1
        for _ in 0..<added[cell] { put(comma) }
      }
    }
    return written
  }
}
