import Levin

/// The file `metrics.csv`: a header and rows, nothing else at any moment.
///
/// A row is one write at the end of the file. A metric that comes up later has no column yet; then the
/// rows are written anew under a wider header, in a content that takes over from the old one at once.
final class MetricsTable {
  private let path: String
  private var file: RunFile?
  private var columns: [String] = []
  private var positions: [String: Int] = [:]
  private var line: [UInt8] = []

  init(path: String) { self.path = path }

  func append(_ record: MetricsRecord) throws {
    line.removeAll(keepingCapacity: true)
    let fields = Self.fields(record)
    if let file, fields.allSatisfy({ positions[$0.column] != nil }) {
      addRow(fields)
      try file.append(line)
    } else {
      try widen(for: fields)
    }
  }

  func close() throws {
    defer { file = nil }
    try file?.close()
  }

  private typealias Fields = [(column: String, text: String)]

  private static func fields(_ record: MetricsRecord) -> Fields {
    var fields = [("epoch", record.epoch.description), ("step", record.step.description)]
    if let index = record.batchIndex { fields.append(("validation_batch", index.description)) }
    return fields + record.metrics.map { ($0.name, $0.value.description) }
  }

  private func addRow(_ fields: Fields) {
    var cells = [String](repeating: "", count: columns.count)
    for (column, text) in fields {
      if let position = positions[column] { cells[position] = text }
    }
    addLine(cells)
  }

  private func addLine(_ cells: [String]) {
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: cell.utf8)
    }
    line.append(UInt8(ascii: "\n"))
  }

  private func widen(for fields: Fields) throws {
    let oldColumns = columns
    let oldRows = try rows()
    columns = Set(columns + fields.map(\.column)).sorted()
    positions = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    addLine(columns.map(Self.quoted))
    for row in oldRows { addRow(Array(zip(oldColumns, row.map(String.init)))) }
    addRow(fields)
    if let file {
      try file.replace(with: line)
    } else {
      file = try RunFile(creating: path, content: line)
    }
  }

  // Numbers need no quotes, so behind the header a comma is a comma.
  private func rows() throws -> [[Substring]] {
    guard let file else { return [] }
    let header = columns.map(Self.quoted).joined(separator: ",") + "\n"
    let body = try file.content().dropFirst(header.utf8.count)
    return String(decoding: body, as: UTF8.self).split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
  }

  // RFC 4180: quotes around what holds a comma, a quote or a line end, and quotes inside doubled.
  private static func quoted(_ name: String) -> String {
    guard name.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return name }
    let doubled = name.split(separator: "\"", omittingEmptySubsequences: false)
    return "\"" + doubled.joined(separator: "\"\"") + "\""
  }
}
