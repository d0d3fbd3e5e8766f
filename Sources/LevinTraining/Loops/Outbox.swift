internal import LevinTensor

/// What is to be sent to the loggers and has not reached all of them.
struct Outbox: Stateful {
  /// The metrics of the next row of an epoch or a validation, once they are known.
  var metrics: MetricsBoard.NamedValues?
  /// The record that is on its way.
  var record: MetricsRecord?
  /// The number of callbacks that have it.
  var deliveredCount = 0
  /// Whether the last batch made no step, but was added to a window; it has no row then.
  var hasAccumulated = false

  func state() -> State {
    var state = State()
    state["metrics"] = metrics.map { Self.list($0) }
    state["hasAccumulated"] = .boolean(hasAccumulated)
    state["deliveredCount"] = .integer(deliveredCount)
    if let record {
      state["recordMetrics"] = Self.list(record.metrics)
      state["recordEpoch"] = .integer(record.epoch)
      state["recordStep"] = .integer(record.step)
      state["recordBatch"] = record.batchIndex.map { .integer($0) }
    }
    return state
  }

  mutating func restore(from state: State) throws {
    metrics = state["metrics"] == nil ? nil : try Self.metrics(state.list("metrics"))
    hasAccumulated = try state.boolean("hasAccumulated")
    deliveredCount = try state.integer("deliveredCount")
    record = nil
    if state["recordMetrics"] == nil { return }
    record = MetricsRecord(
      epoch: try state.integer("recordEpoch"), step: try state.integer("recordStep"),
      batchIndex: state["recordBatch"] == nil ? nil : try state.integer("recordBatch"),
      metrics: try Self.metrics(state.list("recordMetrics")), media: [])
  }

  private static func list(_ metrics: MetricsBoard.NamedValues) -> State.Value {
    .list(
      metrics.map { name, value in
        var entry = State()
        entry["name"] = .text(name)
        entry["value"] = .real(value.value)
        entry["dtype"] = .text("\(value.dtype)")
        entry["integer"] = value.largeInteger.map { .integer($0) }
        return .tree(entry)
      })
  }

  private static func metrics(_ list: [State.Value]) throws -> MetricsBoard.NamedValues {
    try list.map { value in
      guard case .tree(let entry) = value else {
        throw StateError.mismatch(path: "metrics", expected: "a tree", found: "another value")
      }
      let name = try entry.text("dtype")
      let dtype = DType.allCases.first { "\($0)" == name } ?? .float64
      let integer = entry["integer"] == nil ? nil : try entry.integer("integer")
      return (
        try entry.text("name"),
        MetricValue(try entry.real("value"), dtype, largeInteger: integer)
      )
    }
  }
}
