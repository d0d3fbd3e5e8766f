import LevinNN
public import LevinTensor

/// One start of several, and what its fit came to.
public struct RestartRow<Model: LightningModule> {
  /// The place of the start among all.
  public let index: Int
  /// The model, as the fit left it.
  public let model: Model
  /// Where it started, by name.
  public let startingPoint: KeyValuePairs<String, any TensorScalar>
  /// What the fit came to; for one that failed, up to then.
  public let result: FitResult
  /// Where the numbers went bad, if they did.
  public let failure: NonFiniteStep?

  init(index: Int, start: StartingPoint<Model>, result: FitResult, failure: NonFiniteStep?) {
    self.index = index
    model = start.model
    startingPoint = start.values
    self.result = result
    self.failure = failure
  }

  /// The loss over the last epoch; NaN for a fit that failed.
  public var loss: Double { failure == nil ? result.loss?.value ?? .nan : .nan }
}

/// The results of several starts, which prints as a data frame does.
///
/// The columns are the loss, the metrics asked for, and the starting point, under the names given to
/// ``restarts(_:seed:threads:sorted:train:loss:metrics:trainer:start:)``.
public struct RestartTable<Model: LightningModule> {
  /// The rows.
  public let rows: [RestartRow<Model>]
  private let lossName: String
  private let metricNames: [String]

  init(rows: [RestartRow<Model>], lossName: String, metricNames: [String]) {
    self.rows = rows
    self.lossName = lossName
    self.metricNames = metricNames
  }

  /// The names of the columns.
  public var columns: [String] {
    [lossName] + metricNames + (rows.first?.startingPoint.map(\.key) ?? [])
  }

  /// The numbers of a column, row by row; nil if there is none of that name.
  public subscript(column: String) -> [Double]? {
    guard columns.contains(column) else { return nil }
    return rows.map { row in
      if column == lossName { return row.loss }
      if metricNames.contains(column) { return metric(column, of: row)?.value ?? .nan }
      return row.startingPoint.first { $0.key == column }?.value.doubleValue ?? .nan
    }
  }

  /// The row of the least loss; nil when no fit came to a finite one.
  public var best: RestartRow<Model>? {
    rows.filter { !$0.loss.isNaN }.min { $0.loss < $1.loss }
  }

  /// The same rows with the least loss first, and those that failed last.
  public func sorted() -> RestartTable {
    // The index decides between equals, so the order does not depend on the sorting algorithm.
    let order = rows.sorted { a, b in
      if a.loss.isNaN || b.loss.isNaN {
        return a.loss.isNaN == b.loss.isNaN ? a.index < b.index : b.loss.isNaN
      }
      return (a.loss, a.index) < (b.loss, b.index)
    }
    return RestartTable(rows: order, lossName: lossName, metricNames: metricNames)
  }

  private func metric(_ name: String, of row: RestartRow<Model>) -> MetricValue? {
    row.failure == nil ? row.result.metrics.value(name) : nil
  }
}

extension RestartTable: CustomStringConvertible {
  /// Columns aligned on the right under their names, after the index of the start.
  ///
  /// Numbers have the fewest digits that give them back. A row that failed or was cut short says so at
  /// its end.
  public var description: String {
    let cells = [[""] + columns] + rows.map(cells)
    let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let notes = [""] + rows.map(note)
    return zip(cells, notes).map { line, note in
      let text = zip(line, widths).enumerated().map { column, cell in
        column == 0 ? Text.padded(cell.0, to: cell.1) : Text.aligned(cell.0, to: cell.1)
      }
      return text.joined(separator: "  ") + note
    }.joined(separator: "\n")
  }

  private func cells(of row: RestartRow<Model>) -> [String] {
    let loss = row.failure == nil ? row.result.loss?.description : nil
    let metrics = metricNames.map { metric($0, of: row)?.description }
    let start = row.startingPoint.map { "\($0.value)" as String? }
    return ["\(row.index)"] + ([loss] + metrics + start).map { $0 ?? "NaN" }
  }

  private func note(_ row: RestartRow<Model>) -> String {
    if let failure = row.failure { return "  \(failure)" }
    return row.result.stopReason == .interrupted ? "  interrupted" : ""
  }
}
