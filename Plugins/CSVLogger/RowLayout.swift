import Levin

/// The columns that the numbers of a record go to.
///
/// The records of a fit mostly have the same names, so their columns are looked up once.
struct RowLayout {
  private let names: [String]
  private let hasBatchIndex: Bool
  // Those of the epoch, the step, the index of the batch if there is one, and the metrics.
  private let positions: [Int]
  private var cells: [String]

  /// The layout of a record in a table of some columns; nil if one of its names has no column.
  init?(_ record: MetricsRecord, among positions: [ExactName: Int]) {
    names = record.metrics.map(\.name)
    hasBatchIndex = record.batchIndex != nil
    let all = ["epoch", "step"] + (hasBatchIndex ? ["validation_batch"] : []) + names
    let found = all.compactMap { positions[ExactName($0)] }
    if found.count < all.count { return nil }
    self.positions = found
    cells = [String](repeating: "", count: positions.count)
  }

  /// Whether a record has the same names in the same order.
  func fits(_ record: MetricsRecord) -> Bool {
    guard (record.batchIndex != nil) == hasBatchIndex, record.metrics.count == names.count else {
      return false
    }
    for (index, name) in names.enumerated()
    where !ExactName.areSame(record.metrics[index].name, name) { return false }
    return true
  }

  /// The bytes of the row of a record that fits.
  mutating func row(_ record: MetricsRecord) -> [UInt8] {
    cells[positions[0]] = record.epoch.description
    cells[positions[1]] = record.step.description
    if let index = record.batchIndex { cells[positions[2]] = index.description }
    let start = positions.count - record.metrics.count
    for (index, metric) in record.metrics.enumerated() {
      cells[positions[start + index]] = metric.value.description
    }
    return Self.line(cells)
  }

  /// A line of cells with commas between them.
  static func line(_ cells: [String]) -> [UInt8] {
    var line: [UInt8] = []
    line.reserveCapacity(16 * cells.count)
    for (index, cell) in cells.enumerated() {
      if index > 0 { line.append(UInt8(ascii: ",")) }
      line.append(contentsOf: cell.utf8)
    }
    line.append(UInt8(ascii: "\n"))
    return line
  }
}
