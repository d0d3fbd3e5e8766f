import Foundation
public import LevinTensor

/// A model at one of its starting points.
public struct StartingPoint<Model: LightningModule> {
  /// The model, to be fitted.
  public let model: Model
  /// Where it starts, by the names of columns of the table.
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
/// that order; they show neither progress nor summary, and warn in the first start alone. Ctrl-C ends
/// the fits that run and begins no others.
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
  train: DataLoader<Model.Batch>, loss: String = "loss", metrics: [String] = [],
  trainer: @escaping @Sendable (Int) -> Trainer,
  start: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
) throws -> RestartTable<Model> {
  let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
  guard count >= 0, threads > 0 else {
    throw TrainerError.invalidRestarts(count: count, threads: threads)
  }
  if seed < 0 { throw TrainerError.negativeSeed(seed, place: "restarts") }
  var root = PCG64(seed: seed)
  let queue = RestartQueue(
    streams: root.spawn(count), train: train, makeTrainer: trainer, makeStart: start)
  let rows = try Interrupts.watching { try queue.run(threads: min(threads, max(count, 1))) }
  let table = RestartTable(rows: rows, lossName: loss, metricNames: metrics)
  return sorted ? table.sorted() : table
}

/// The starts that are still to be fitted, and the rows of those that are done.
///
/// Safe for use from several threads: what changes is behind the lock, and a model is touched by the
/// thread that fits it alone.
private final class RestartQueue<Model: LightningModule & SendableMetatype>: @unchecked Sendable {
  private let streams: [PCG64]
  private let train: DataLoader<Model.Batch>
  private let makeTrainer: @Sendable (Int) -> Trainer
  private let makeStart: @Sendable (Int, inout PCG64) -> StartingPoint<Model>

  private let lock = NSLock()
  private var next = 0
  private var rows: [RestartRow<Model>?]
  private var failures: [Int: any Error] = [:]
  private var versions: [String: Int] = [:]

  init(
    streams: [PCG64], train: DataLoader<Model.Batch>,
    makeTrainer: @escaping @Sendable (Int) -> Trainer,
    makeStart: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
  ) {
    self.streams = streams
    self.train = train
    self.makeTrainer = makeTrainer
    self.makeStart = makeStart
    rows = streams.map { _ in nil }
  }

  // Also a single thread is a new one, so that no task-local of the caller makes a difference.
  func run(threads: Int) throws -> [RestartRow<Model>] {
    let group = DispatchGroup()
    for _ in 0..<threads {
      group.enter()
      let thread = Thread {
        self.work()
        group.leave()
      }
      thread.stackSize = 8 << 20
      thread.start()
    }
    group.wait()
    if let first = failures.keys.min(), let error = failures[first] { throw error }
    return rows.compactMap { $0 }
  }

  private func work() {
    while let (index, trainer) = claim() {
      do {
        let row = try fit(index, trainer)
        lock.withLock { rows[index] = row }
      } catch {
        lock.withLock { failures[index] = error }
      }
    }
  }

  // Under the lock, so that trainers are made and folders are numbered in the order of the starts.
  private func claim() -> (Int, Trainer)? {
    lock.lock()
    defer { lock.unlock() }
    guard next < streams.count, failures.isEmpty, !Interrupts.isRaised else { return nil }
    defer { next += 1 }
    let trainer = makeTrainer(next)
    trainer.announcements = .init(progressBar: false, summary: false, warnings: next == 0)
    let version = versions[trainer.folder.root] ?? trainer.folder.nextVersion()
    trainer.folder.reservedVersion = version
    versions[trainer.folder.root] = version + 1
    return (next, trainer)
  }

  // What draws without naming a generator has one that belongs to the start, so that threads make no
  // difference to it either.
  private func fit(_ index: Int, _ trainer: Trainer) throws -> RestartRow<Model> {
    var stream = streams[index]
    return try withDefaultGenerator(stream.spawn(1)[0]) {
      try fit(index, trainer, from: makeStart(index, &stream))
    }
  }

  private func fit(
    _ index: Int, _ trainer: Trainer, from start: StartingPoint<Model>
  ) throws -> RestartRow<Model> {
    do {
      let result = try trainer.fit(start.model, train: train)
      return RestartRow(index: index, start: start, result: result, failure: nil)
    } catch TrainerError.nonFinite(let step) {
      return RestartRow(index: index, start: start, result: step.result, failure: step)
    }
  }
}
