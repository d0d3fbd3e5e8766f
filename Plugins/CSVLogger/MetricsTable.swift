import Foundation
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
  private var header = MetricsHeader([])
  private var positions: [Column: Int] = [:]
  // That of the last row.
  private var layout: RowLayout?
  /// The number of rows in the file.
  private(set) var rowCount = 0
  // Rows with names that have no column yet, and those after them.
  private var waiting: [Fields] = []
  private var timeOfWidening = Duration.zero
  private let start = ContinuousClock.now
  private let patience: Duration

  /// A table that is written from its first row on.
  ///
  /// - Parameters:
  ///   - path: The path of the file.
  ///   - patience: The time that making the table wider may take whatever the time of the fit.
  init(path: String, patience: Duration = .milliseconds(500)) {
    (self.path, self.patience) = (path, patience)
  }

  /// The table that an earlier run has left, from a row on; the rows from there on are cut off.
  ///
  /// - Throws: `RunFileError` if there is no table, or if it has fewer rows.
  init(continuing path: String, after rowCount: Int) throws {
    (self.path, patience) = (path, .milliseconds(500))
    // A run that has written no rows may have made no table.
    if rowCount == 0, !FileManager.default.fileExists(atPath: path) { return }
    let file = try Self.reopen(path, rowCount)
    let content = try file.content()
    guard let header = MetricsHeader(of: content) else {
      throw RunFileError(
        path: path, action: .open, reason: "it does not begin with the header of a table of metrics"
      )
    }
    let kept = try Self.prefix(of: content, header, rowCount, path)
    if kept < content.count { try file.replace(with: Array(content[..<kept])) }
    (self.file, self.rowCount) = (file, rowCount)
    take(header)
  }

  private static func reopen(_ path: String, _ rowCount: Int) throws(RunFileError) -> RunFile {
    do { return try RunFile(reopening: path) } catch {
      throw RunFileError(
        path: path, action: error.action,
        reason: "\(error.reason); 0 rows can be read, and the run had written \(rowCount)")
    }
  }

  // The number of bytes that the header and some rows take.
  private static func prefix(
    of content: [UInt8], _ header: MetricsHeader, _ rowCount: Int, _ path: String
  ) throws(RunFileError) -> Int {
    var (end, found) = (header.bytes.count, 0)
    while found < rowCount, let next = content[end...].firstIndex(of: UInt8(ascii: "\n")) {
      (end, found) = (next + 1, found + 1)
    }
    if found == rowCount { return end }
    throw RunFileError(
      path: path, action: .open,
      reason: "it holds \(found) rows, and the run had written \(rowCount)")
  }

  func append(_ record: MetricsRecord) throws {
    if let file, waiting.isEmpty, let row = row(record) {
      try file.append(row)
      rowCount += 1
      return
    }
    waiting.append(Self.fields(record))
    let now = ContinuousClock.now
    guard timeOfWidening < patience + (now - start) / 10 else { return }
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

  // The row of a record whose names all have columns; nil for another one.
  private func row(_ record: MetricsRecord) -> [UInt8]? {
    if layout?.fits(record) != true { layout = RowLayout(record, among: positions) }
    return layout?.row(record)
  }

  private func row(_ fields: Fields) -> [UInt8] {
    var cells = [String](repeating: "", count: header.columns.count)
    for (column, text) in fields {
      if let position = positions[column] { cells[position] = text }
    }
    return RowLayout.line(cells)
  }

  private func take(_ header: MetricsHeader) {
    self.header = header
    layout = nil
    positions = Dictionary(uniqueKeysWithValues: header.columns.enumerated().map { ($1, $0) })
  }

  // Nothing is changed here unless the file is.
  private func widen() throws {
    let old = header
    let rows = try file.map { try $0.content()[old.bytes.count...] }
    take(MetricsHeader(Set(old.columns + waiting.joined().map(\.column)).sorted()))
    do {
      var content = header.bytes
      if let rows { content += WidenedRows(rows, from: old.columns, to: header.columns).bytes }
      for fields in waiting { content += row(fields) }
      if let file {
        try file.replace(with: content)
      } else {
        file = try RunFile(creating: path, content: content)
      }
      rowCount += waiting.count
      waiting = []
    } catch {
      take(old)
      throw error
    }
  }
}
