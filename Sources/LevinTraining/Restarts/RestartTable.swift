import LevinNN
public import LevinTensor

/// One start of several, and what its fit came to.
public struct RestartRow<Model: LightningModule> {
  /// The index of the start.
  public let index: Int
  /// The model, with the parameters that the fit ended with.
  public let model: Model
  /// The values that it started from, by name.
  public let startingPoint: KeyValuePairs<String, any TensorScalar>
  /// The result of the fit; for one that failed, up to then.
  public let result: FitResult
  /// The step whose loss, gradient or new parameter was not finite; nil if there was none.
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
  /// The rows, one for each start that was fitted.
  public let rows: [RestartRow<Model>]
  /// The number of starts that were asked for.
  public let requestedCount: Int
  private let lossName: String
  private let metricNames: [String]

  /// Makes a table; `requestedCount` is the number of rows when left out.
  init(
    rows: [RestartRow<Model>], lossName: String, metricNames: [String], requestedCount: Int? = nil
  ) {
    self.rows = rows
    self.requestedCount = requestedCount ?? rows.count
    self.lossName = lossName
    self.metricNames = metricNames
  }

  /// The number of starts that were never begun, because Ctrl-C was pressed.
  public var missingCount: Int { requestedCount - rows.count }

  /// The names of the columns.
  public var columns: [String] {
    [lossName] + metricNames + (rows.first?.startingPoint.map(\.key) ?? [])
  }

  /// The numbers of a column, row by row; nil if there is none of that name.
  public subscript(column: String) -> [Double]? {
    func isColumn(_ name: String) -> Bool { ExactName.areSame(name, column) }
    guard columns.contains(where: isColumn) else { return nil }
    return rows.map { row in
      if isColumn(lossName) { return row.loss }
      if metricNames.contains(where: isColumn) { return metric(column, of: row)?.value ?? .nan }
      return row.startingPoint.first { isColumn($0.key) }?.value.doubleValue ?? .nan
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
    return RestartTable(
      rows: order, lossName: lossName, metricNames: metricNames, requestedCount: requestedCount)
  }

  private func metric(_ name: String, of row: RestartRow<Model>) -> MetricValue? {
    row.failure == nil ? row.result.metrics.value(name) : nil
  }
}

extension RestartTable: CustomStringConvertible {
  /// Columns of numbers with their decimal points under each other, after the index of the start.
  ///
  /// Numbers have the fewest digits that give them back. A row that failed or was cut short says so at
  /// its end, and a last line says how many starts are missing.
  public var description: String {
    let cells = rows.map(cells)
    let numbers = columns.enumerated().map { index, name in
      Text.column(name, cells.map { $0[index] })
    }
    let indices = Text.leftColumn("", rows.map { "\($0.index)" })
    let notes = [""] + rows.map(note)
    let lines = notes.indices.map { line in
      let texts = [indices[line]] + numbers.map { $0[line] } + [notes[line]]
      return Text.trimmed(texts.joined(separator: "  "))
    }
    return (lines + missing).joined(separator: "\n")
  }

  private func cells(of row: RestartRow<Model>) -> [String] {
    let loss = row.failure == nil ? row.result.loss : nil
    let start = row.startingPoint.map { $0.value.doubleValue.isNaN ? "NaN" : "\($0.value)" }
    return ([loss] + metricNames.map { metric($0, of: row) }).map(text) + start
  }

  private func text(_ value: MetricValue?) -> String {
    guard let value, !value.value.isNaN else { return "NaN" }
    return value.description
  }

  private func note(_ row: RestartRow<Model>) -> String {
    if let failure = row.failure { return "\(failure)" }
    let reason = row.result.stopReason
    return reason == .interrupted || reason == .cancelled ? "\(reason)" : ""
  }

  private var missing: [String] {
    if missingCount == 0 { return [] }
    let verb = missingCount == 1 ? "is" : "are"
    let starts = Text.counted(requestedCount, "start")
    let isCancelled = rows.contains { $0.result.stopReason == .cancelled }
    let reason = isCancelled ? StopReason.cancelled : .interrupted
    return ["\(missingCount) of \(starts) \(verb) missing: \(reason)"]
  }
}
