import Foundation
public import Levin

extension CSVLogger {
  /// The rows of a table that a logger has written, as records; a last row without its end is left out.
  ///
  /// All numbers are in double precision.
  ///
  /// - Parameter path: The path of a `metrics.csv`.
  /// - Throws: `RunFileError`, also for a file that is no such table.
  public static func records(at path: String) throws(RunFileError) -> [MetricsRecord] {
    let file = try RunFile(reopening: path)
    let content = try file.content()
    if content.isEmpty { return [] }
    guard let header = MetricsHeader(of: content) else {
      throw RunFileError(
        path: path, action: .read, reason: "it does not begin with the header of a table of metrics"
      )
    }
    var (records, line) = ([MetricsRecord](), 1)
    var rest = content[header.bytes.count...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      line += 1
      records.append(try record(rest[..<end], header, path, line))
      rest = rest[(end + 1)...]
    }
    return records
  }

  private static func record(
    _ row: ArraySlice<UInt8>, _ header: MetricsHeader, _ path: String, _ line: Int
  ) throws(RunFileError) -> MetricsRecord {
    func failure(_ problem: String) -> RunFileError {
      RunFileError(path: path, action: .read, reason: "line \(line): \(problem)")
    }
    let cells = row.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
    guard cells.count == header.columns.count else {
      throw failure("it has \(cells.count) cells for \(header.columns.count) columns")
    }
    var (integers, metrics) = ([String: Int](), [(name: String, value: MetricValue)]())
    for (column, cell) in zip(header.columns, cells) where !cell.isEmpty {
      let text = String(decoding: cell, as: UTF8.self)
      if ["epoch", "step", "validation_batch"].contains(column.text) {
        guard let number = Int(text) else { throw failure("\(column.text) is \(text)") }
        integers[column.text] = number
      } else if let number = Double(text) {
        metrics.append((column.text, MetricValue(number, .float64)))
      } else {
        throw failure("\(column.text) is \(text), which is no number")
      }
    }
    guard let epoch = integers["epoch"], let step = integers["step"] else {
      throw failure("it has no epoch or no step")
    }
    return MetricsRecord(
      epoch: epoch, step: step, batchIndex: integers["validation_batch"], metrics: metrics)
  }
}
