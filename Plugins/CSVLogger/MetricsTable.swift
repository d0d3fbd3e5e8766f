import Levin

/// The file `metrics.csv`: a header and rows, nothing else at any moment.
///
/// A row is one write at the end of the file. A metric that comes up later has no column yet; then the
/// rows are written anew under a wider header, into a second file that takes the place of the first.
final class MetricsTable {
  private let path: String
  private var file: AppendingFile?
  private var columns: [String] = []
  private var places: [String: Int] = [:]
  private var line: [UInt8] = []

  init(path: String) { self.path = path }

  func append(_ record: MetricsRecord) throws {
    line.removeAll(keepingCapacity: true)
    if let file, record.metrics.allSatisfy({ places[$0.name] != nil }) {
      addRow(record)
      try file.append(line)
    } else {
      try widen(for: record)
    }
  }

  func close() throws {
    defer { file = nil }
    try file?.close()
  }

  private func addRow(_ record: MetricsRecord) {
    var cells = [String](repeating: "", count: columns.count)
    if let place = places["epoch"] { cells[place] = record.epoch.description }
    if let place = places["step"] { cells[place] = record.step.description }
    for (name, value) in record.metrics {
      if let place = places[name] { cells[place] = value.description }
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

  private func widen(for record: MetricsRecord) throws {
    let oldColumns = columns
    let oldRows = try rows()
    columns = Set(columns + ["epoch", "step"] + record.metrics.map(\.name)).sorted()
    places = Dictionary(uniqueKeysWithValues: columns.enumerated().map { ($1, $0) })
    addLine(columns.map(Self.quoted))
    for row in oldRows {
      var cells = [String](repeating: "", count: columns.count)
      for (name, cell) in zip(oldColumns, row) { cells[places[name] ?? 0] = String(cell) }
      addLine(cells)
    }
    addRow(record)
    file = try file?.replaced(by: line) ?? AppendingFile(creating: path, content: line)
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
