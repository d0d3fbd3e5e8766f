internal import LevinDistributions
internal import LevinTensor

extension Trace {
  /// The shapes of all sites as a table: of each distribution and its value, and of log-probabilities
  /// after ``computeLogProb()``.
  ///
  /// Batch sizes stand left of the bar and event sizes right of it, axes lined up from the right as they
  /// broadcast. The layout is Pyro's.
  public func formatShapes() -> String {
    var table = ShapeTable()
    table.add("Trace Shapes:")
    table.add("Param Sites:")
    for site in sites where site.kind == .parameter {
      table.add(site.name, tail: site.value.shape.map(String.init))
    }
    table.add("Sample Sites:")
    for site in sites where site.kind != .parameter { table.add(site) }
    return table.text
  }
}

/// Rows of a label, sizes lined up from the right, and sizes lined up from the left.
private struct ShapeTable {
  private struct Row {
    var label: String
    var head: [String]
    var tail: [String]
  }

  private var rows: [Row] = []

  mutating func add(_ label: String, head: [String] = [], tail: [String] = []) {
    rows.append(Row(label: label, head: head, tail: tail))
  }

  mutating func add(_ site: Site) {
    let eventRank = site.distribution?.eventShape.count ?? 0
    add(
      "\(site.name) dist", batch: site.distribution?.batchShape ?? [],
      event: site.distribution?.eventShape ?? [])
    let shape = site.value.shape
    add("value", batch: shape.dropLast(eventRank), event: shape.suffix(eventRank))
    if site.isLogProbShown { add("log_prob", batch: site.unscaledLogProb.shape[...], event: []) }
  }

  private mutating func add(
    _ label: String, batch: some Collection<Int>, event: some Collection<Int>
  ) {
    add(label, head: batch.map(String.init), tail: ["|"] + event.map(String.init))
  }

  var text: String {
    let headCount = rows.map(\.head.count).max() ?? 0
    let tailCount = rows.map(\.tail.count).max() ?? 0
    let cells = rows.map { row in
      [row.label] + Array(repeating: "", count: headCount - row.head.count) + row.head + row.tail
        + Array(repeating: "", count: tailCount - row.tail.count)
    }
    let widths = (0...(headCount + tailCount)).map { column in
      cells.map { $0[column].count }.max() ?? 0
    }
    return cells.map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
        .joined(separator: " ")
    }.joined(separator: "\n")
  }
}
