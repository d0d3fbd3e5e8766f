public import LevinTensor

/// Keeps all that a fit logs in memory, to be looked at afterwards.
///
///     let history = MetricsHistory()
///     try Trainer(maxEpochs: 100, callbacks: [history]).fit(model, train: loader)
///     print(history["loss"].values)
///
/// A metric has the names of the rows of a logger: with `onStep` and `onEpoch` it has two, `loss_step` and `loss_epoch`.
/// Rows of validation steps are not kept. A fit that goes on has the values of the fit before as well; another fit
/// begins anew.
public final class MetricsHistory: Callback {
  /// The names of the metrics, in the order in which they came up.
  public private(set) var names: [String] = []
  private var series: [ExactName: MetricSeries] = [:]

  /// Nothing yet.
  public override init() { super.init() }

  /// The values of a metric; none if it was never logged.
  public subscript(_ name: String) -> MetricSeries { series[ExactName(name)] ?? MetricSeries() }

  /// Forgets the fit before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if trainer.isFitting { (names, series) = ([], [:]) }
  }

  /// Keeps the values of a record.
  public override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    add(record)
  }

  /// Keeps the values of a record, for a callback that has a history of its own.
  public func add(_ record: MetricsRecord) {
    if record.batchIndex != nil { return }
    for (name, value) in record.metrics {
      let key = ExactName(name)
      if series[key] == nil { names.append(name) }
      series[key, default: MetricSeries()].append(
        value.value, step: record.step, epoch: record.epoch)
    }
  }

  /// All values, by the names of the metrics.
  public override func state() -> State {
    var state = State()
    state["names"] = .list(names.map { .text($0) })
    for (index, name) in names.enumerated() { state["\(index)"] = .tree(self[name].state()) }
    return state
  }

  /// Takes over the values of another history.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public override func restore(from state: State) throws {
    var restored: [(String, MetricSeries)] = []
    for (index, value) in try state.list("names").enumerated() {
      guard case .text(let name) = value else {
        throw StateError.mismatch(path: "names", expected: "texts", found: "\(value)")
      }
      var series = MetricSeries()
      try series.restore(from: state.tree("\(index)"))
      restored.append((name, series))
    }
    names = restored.map(\.0)
    series = Dictionary(
      restored.map { (ExactName($0.0), $0.1) }, uniquingKeysWith: { _, last in last })
  }
}
