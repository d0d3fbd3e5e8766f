internal import LevinTensor

/// What is to be told to callbacks and loggers and has not reached all of them.
struct Outbox: Stateful {
  /// The metrics of the next row of an epoch or a validation, once they are known.
  var metrics: MetricsBoard.NamedValues?
  /// The record that is on its way.
  var record: MetricsRecord?
  /// The number of callbacks that have it, or whose hook of this moment has been called.
  var calledCount = 0
  /// What became of the last batch; nil once its row was sent.
  var outcome: StepOutcome?

  func state() -> State {
    var state = State()
    state["metrics"] = metrics.map { Self.list($0) }
    state["outcome"] = outcome.map { .tree($0.state()) }
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
    outcome = state["outcome"] == nil ? nil : try StepOutcome(from: state.tree("outcome"))
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

extension StepOutcome {
  fileprivate func state() -> State {
    var state = State()
    state["loss"] = loss.map { .real($0) }
    state["isAccumulated"] = .boolean(isAccumulated)
    return state
  }

  fileprivate init(from state: State) throws {
    if state["loss"] == nil {
      self = .skipped
      return
    }
    let loss = try state.real("loss")
    self = try state.boolean("isAccumulated") ? .accumulated(loss: loss) : .taken(loss: loss)
  }
}
