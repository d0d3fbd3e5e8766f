internal import LevinTensor

/// Runs side by side: a table that prints itself.
///
///     let runs = try ["logs/zip/version_0", "logs/zip/version_1"].map { try RunSummary(directory: $0) }
///     print(RunTable(runs).sorted(by: "val_loss"))
public struct RunTable: Sendable, CustomStringConvertible {
  /// The runs, a row for each.
  public private(set) var runs: [RunSummary]
  /// The metrics that have a column.
  public let metrics: [String]

  /// Puts runs into a table.
  ///
  /// - Parameters:
  ///   - runs: The runs.
  ///   - metrics: The metrics to show; all that any run has unless given.
  public init(_ runs: [RunSummary], metrics: [String]? = nil) {
    self.runs = runs
    var (names, seen) = ([String](), Set<ExactName>())
    for metric in runs.flatMap(\.metrics) where seen.insert(ExactName(metric.name)).inserted {
      names.append(metric.name)
    }
    self.metrics = metrics ?? names
  }

  /// The same runs, the one with the least value of a metric first; those without the metric come last, after those for
  /// which it is NaN.
  public func sorted(by metric: String, descending: Bool = false) -> RunTable {
    var table = self
    func key(_ run: RunSummary) -> (Int, Double) {
      guard let value = run[metric] else { return (2, 0) }
      return value.isNaN ? (1, 0) : (0, descending ? -value : value)
    }
    // Equal ones stay in their order.
    table.runs = runs.enumerated().sorted { a, b in
      let (first, second) = (key(a.element), key(b.element))
      if first != second { return first < second }
      return a.offset < b.offset
    }.map(\.element)
    return table
  }

  /// The first rows.
  public func prefix(_ count: Int) -> RunTable {
    var table = self
    table.runs = Array(runs.prefix(count))
    return table
  }

  /// The rows below the names of the columns.
  public var description: String {
    func texts(_ name: String, _ cell: (RunSummary) -> String?) -> [String] {
      Text.leftColumn(name, runs.map { Text.oneLine(cell($0) ?? "") })
    }
    var columns = [
      texts("name") { $0.name }, texts("version") { $0.version },
      texts("ended") { $0.stopReason?.description ?? "not ended" },
      texts("epochs") { $0.epochs?.description }, texts("steps") { $0.steps?.description },
      texts("seconds") { $0.seconds.map { Text.fixed($0, digits: 3) } },
    ]
    for metric in metrics {
      columns.append(
        Text.column(Text.oneLine(metric), runs.map { $0[metric].map(Text.short) ?? "" }))
    }
    return (0...runs.count).map { row in
      Text.trimmed(columns.map { $0[row] }.joined(separator: "  "))
    }.joined(separator: "\n")
  }
}
