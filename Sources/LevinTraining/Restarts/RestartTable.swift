internal import LevinTensor

/// The results of several starts, which prints as a data frame does.
///
/// The columns are the loss, the metric that starts are compared by, the metrics asked for, and the starting point, under
/// the names given to ``restarts(_:seed:threads:sorted:train:loss:metrics:monitor:mode:keeping:pruning:trainer:start:)``. If
/// the name of the loss is that of the metric, the column is the metric's.
public struct RestartTable<Model: LightningModule> {
  /// The rows, one for each start that was fitted.
  public let rows: [RestartRow<Model>]
  /// The number of starts that were asked for.
  public let requestedCount: Int
  private let lossName: String
  private let metricNames: [String]
  private let monitor: String?
  private let mode: MonitorMode

  /// Makes a table; `requestedCount` is the number of rows when left out.
  init(
    rows: [RestartRow<Model>], lossName: String, metricNames: [String], monitor: String? = nil,
    mode: MonitorMode = .min, requestedCount: Int? = nil
  ) {
    self.rows = rows
    self.requestedCount = requestedCount ?? rows.count
    self.lossName = lossName
    self.metricNames = metricNames
    self.monitor = monitor
    self.mode = mode
  }

  /// The number of starts that were never begun, because Ctrl-C was pressed.
  public var missingCount: Int { requestedCount - rows.count }

  /// The name of what the starts are compared by: the metric that was asked for, or the loss.
  public var scoreName: String { monitor ?? lossName }

  /// The names of the columns.
  public var columns: [String] {
    [lossName] + shownMetrics + (rows.first?.startingPoint.map(\.key) ?? [])
  }

  private var shownMetrics: [String] {
    guard let monitor, !([lossName] + metricNames).contains(where: { isSame($0, monitor) }) else {
      return metricNames
    }
    return [monitor] + metricNames
  }

  private func isSame(_ a: String, _ b: String) -> Bool { ExactName.areSame(a, b) }

  /// The numbers of a column, row by row; nil if there is none of that name.
  public subscript(column: String) -> [Double]? {
    guard columns.contains(where: { isSame($0, column) }) else { return nil }
    return rows.map { row in
      if isSame(lossName, column) { return first(row)?.value ?? .nan }
      if shownMetrics.contains(where: { isSame($0, column) }) {
        return row.metric(column)?.value ?? .nan
      }
      return row.startingPoint.first { isSame($0.key, column) }?.value.doubleValue ?? .nan
    }
  }

  // The first column.
  private func first(_ row: RestartRow<Model>) -> MetricValue? {
    guard let monitor, isSame(monitor, lossName) else { return row.lossValue }
    return row.metric(monitor)
  }

  /// The row of the best score: the least loss, or the best value of the metric asked for; nil when no fit came to a
  /// number.
  public var best: RestartRow<Model>? { sorted().rows.first.flatMap { $0.score.isNaN ? nil : $0 } }

  /// The same rows with the best score first, and those without one last.
  public func sorted() -> RestartTable {
    RestartTable(
      rows: rows.sorted(by: isBefore), lossName: lossName, metricNames: metricNames,
      monitor: monitor, mode: mode, requestedCount: requestedCount)
  }

  // The index decides between equals, so the order does not depend on the sorting algorithm.
  private func isBefore(_ a: RestartRow<Model>, _ b: RestartRow<Model>) -> Bool {
    if a.score.isNaN || b.score.isNaN {
      return a.score.isNaN == b.score.isNaN ? a.index < b.index : b.score.isNaN
    }
    return a.score == b.score ? a.index < b.index : mode.isBetter(a.score, than: b.score)
  }
}

extension RestartTable: CustomStringConvertible {
  /// Columns of numbers with their decimal points under each other, after the index of the start.
  ///
  /// Numbers have the fewest digits that give them back. A row that failed or was ended early says so at
  /// its end, and a last line says how many starts are missing.
  public var description: String {
    let cells = rows.map(cells)
    let numbers = columns.enumerated().map { index, name in
      Text.column(name, cells.map { $0[index] })
    }
    let indices = Text.leftColumn("", rows.map { "\($0.index)" })
    let notes = [""] + rows.map(\.note)
    let lines = notes.indices.map { line in
      let texts = [indices[line]] + numbers.map { $0[line] } + [notes[line]]
      return Text.trimmed(texts.joined(separator: "  "))
    }
    return (lines + missing).joined(separator: "\n")
  }

  private func cells(of row: RestartRow<Model>) -> [String] {
    let start = row.startingPoint.map { $0.value.doubleValue.isNaN ? "NaN" : "\($0.value)" }
    return ([first(row)] + shownMetrics.map(row.metric)).map(text) + start
  }

  private func text(_ value: MetricValue?) -> String {
    guard let value, !value.value.isNaN else { return "NaN" }
    return value.description
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
