internal import Foundation
public import LevinTensor

/// A model at one of its starting points.
public struct StartingPoint<Model: LightningModule> {
  /// The model, to be fitted.
  public let model: Model
  /// The numbers it starts from, by the names of columns of the table.
  public let values: KeyValuePairs<String, any TensorScalar>

  /// Describes a start.
  public init(_ model: Model, _ values: KeyValuePairs<String, any TensorScalar> = [:]) {
    self.model = model
    self.values = values
  }
}

/// Fits the same model from several starting points, in parallel over cores.
///
///     let table = try restarts(10, seed: 0, train: loader, loss: "err", metrics: ["rate"]) { _ in
///       Trainer(maxEpochs: 100, callbacks: [CSVLogger()])
///     } start: { _, random in
///       let rate = random.uniform() * 10
///       return StartingPoint(Model(initialRate: rate), ["rate_init": rate])
///     }
///     print(table)
///     let model = table.best?.model
///
/// Each fit runs on one thread with a default generator of its own, and the table is the same for any
/// number of threads. Trainers are made in the order of the starts, and their runs get their folders in
/// that order; they show neither progress nor summary, and warn in the first start alone. Ctrl-C, or cancelling the
/// task that this is called in, ends the fits that run and begins no others; the table tells how many are missing.
///
/// - Parameters:
///   - count: The number of starts.
///   - seed: What the random streams follow from.
///   - threads: The fits that run at a time; as many as there are cores when left out.
///   - sorted: Whether rows are sorted, the best first, rather than in the order of the starts.
///   - train: The training data.
///   - loss: The name of the column of losses, each the loss over an epoch.
///   - metrics: The logged metrics to have as columns, with their last values.
///   - monitor: The metric by which starts are compared; the loss if nil.
///   - mode: The direction in which that metric gets better.
///   - keeping: The epoch whose parameters the models of the table have.
///   - pruning: The rule by which hopeless starts end early; nil to run all to their end.
///   - trainer: Makes the trainer of a start, given its index.
///   - start: Makes a start, given its index and a stream of its own: the `index`-th child of
///     `PCG64(seed:)`.
/// - Returns: A row for each start. One whose numbers went bad has NaN and says where it stopped.
/// - Throws: ``TrainerError``, as a fit does, except for numbers that are not finite; ``TrainerError/unknownMetric(name:callback:known:)``
///   for a metric that is not logged.
public func restarts<Model: LightningModule & SendableMetatype>(
  _ count: Int, seed: Int = 0, threads: Int? = nil, sorted: Bool = false,
  train: some BatchSource<Model.Batch> & Sendable, loss: String = "loss", metrics: [String] = [],
  monitor: String? = nil, mode: MonitorMode = .min, keeping: RestartKeeping = .last,
  pruning: RestartPruning? = nil, trainer: @escaping @Sendable (Int) -> Trainer,
  start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
) throws -> RestartTable<Model> {
  let settings = RestartSettings(
    count: count, seed: seed, threads: threads, isSorted: sorted, loss: loss, metrics: metrics,
    monitor: monitor, mode: mode, keeping: keeping, pruning: pruning)
  return try table(settings, trainer, start) { try $0.fit($1, train: train.separate) }
}

/// Fits the same model from several starting points, and tries each on validation data as its trainer says.
///
///     let table = try restarts(
///       20, train: train, validation: validation, monitor: "val_loss", keeping: .best,
///       pruning: .median(afterEpochs: 10)
///     ) { _ in
///       Trainer(maxEpochs: 100)
///     } start: { index, random in
///       StartingPoint(Model(&random))
///     }
///
/// As ``restarts(_:seed:threads:sorted:train:loss:metrics:monitor:mode:keeping:pruning:trainer:start:)`` otherwise.
public func restarts<Model: ValidatingModule & SendableMetatype>(
  _ count: Int, seed: Int = 0, threads: Int? = nil, sorted: Bool = false,
  train: some BatchSource<Model.Batch> & Sendable,
  validation: some BatchSource<Model.Batch> & Sendable, loss: String = "loss",
  metrics: [String] = [], monitor: String? = nil, mode: MonitorMode = .min,
  keeping: RestartKeeping = .last, pruning: RestartPruning? = nil,
  trainer: @escaping @Sendable (Int) -> Trainer,
  start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
) throws -> RestartTable<Model> {
  let settings = RestartSettings(
    count: count, seed: seed, threads: threads, isSorted: sorted, loss: loss, metrics: metrics,
    monitor: monitor, mode: mode, keeping: keeping, pruning: pruning)
  return try table(settings, trainer, start) {
    try $0.fit($1, train: train.separate, validation: validation)
  }
}

/// Fits the same model from several starting points, and tries each on several sources of validation data.
///
/// Metrics of one of several sources have `/dataloader_idx_0`, `/dataloader_idx_1` and so on behind their names. As
/// ``restarts(_:seed:threads:sorted:train:loss:metrics:monitor:mode:keeping:pruning:trainer:start:)`` otherwise.
public func restarts<Model: ValidatingModule & SendableMetatype>(
  _ count: Int, seed: Int = 0, threads: Int? = nil, sorted: Bool = false,
  train: some BatchSource<Model.Batch> & Sendable,
  validation: [any BatchSource<Model.Batch> & Sendable], loss: String = "loss",
  metrics: [String] = [], monitor: String? = nil, mode: MonitorMode = .min,
  keeping: RestartKeeping = .last, pruning: RestartPruning? = nil,
  trainer: @escaping @Sendable (Int) -> Trainer,
  start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
) throws -> RestartTable<Model> {
  let settings = RestartSettings(
    count: count, seed: seed, threads: threads, isSorted: sorted, loss: loss, metrics: metrics,
    monitor: monitor, mode: mode, keeping: keeping, pruning: pruning)
  return try table(settings, trainer, start) {
    try $0.fit($1, train: train.separate, validation: validation)
  }
}

private func table<Model: LightningModule & SendableMetatype>(
  _ settings: RestartSettings, _ trainer: @escaping @Sendable (Int) -> Trainer,
  _ start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>,
  _ fit: @escaping RestartQueue<Model>.Fit
) throws -> RestartTable<Model> {
  try settings.check()
  if Interrupts.isRaised { throw TrainerError.interruptedBefore }
  let queue = RestartQueue(settings, makeTrainer: trainer, makeStart: start, fitStart: fit)
  let rows = try Interrupts.watching { try queue.run() }
  let table = RestartTable(
    rows: rows, lossName: settings.loss, metricNames: settings.metrics, monitor: settings.monitor,
    mode: settings.mode, requestedCount: settings.count)
  return settings.isSorted ? table.sorted() : table
}
