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
///   - sorted: Whether rows are sorted by loss, rather than in the order of the starts.
///   - train: The training data.
///   - loss: The name of the column of losses, each the loss over the fit's last epoch.
///   - metrics: The logged metrics to have as columns, with their last values.
///   - trainer: Makes the trainer of a start, given its index.
///   - start: Makes a start, given its index and a stream of its own: the `index`-th child of
///     `PCG64(seed:)`.
/// - Returns: A row for each start. One whose numbers went bad has NaN and says where it stopped.
/// - Throws: ``TrainerError``, as a fit does, except for numbers that are not finite.
public func restarts<Model: LightningModule & SendableMetatype>(
  _ count: Int, seed: Int = 0, threads: Int? = nil, sorted: Bool = false,
  train: some BatchSource<Model.Batch> & Sendable, loss: String = "loss", metrics: [String] = [],
  trainer: @escaping @Sendable (Int) -> Trainer,
  start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
) throws -> RestartTable<Model> {
  let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  guard count >= 0, threads > 0 else {
    throw TrainerError.invalidRestarts(count: count, threads: threads)
  }
  if seed < 0 { throw TrainerError.negativeSeed(seed, source: "restarts") }
  if Interrupts.isRaised { throw TrainerError.interruptedBefore }
  var root = PCG64(seed: seed)
  let queue = RestartQueue(
    streams: root.spawn(count), train: train, makeTrainer: trainer, makeStart: start)
  let rows = try Interrupts.watching { try queue.run(threads: min(threads, max(count, 1))) }
  let table = RestartTable(
    rows: rows, lossName: loss, metricNames: metrics, requestedCount: count)
  return sorted ? table.sorted() : table
}
