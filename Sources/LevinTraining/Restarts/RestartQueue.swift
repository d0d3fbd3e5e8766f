internal import Foundation
internal import LevinNN
internal import LevinTensor

/// The starts that are still to be fitted, and the rows of those that are done.
///
/// Safe for use from several threads: what changes is behind the lock, and a model is touched by the
/// thread that fits it alone.
final class RestartQueue<Model: LightningModule & SendableMetatype>: @unchecked Sendable {
  typealias Fit = @Sendable (Trainer, Model) throws -> FitResult

  private let settings: RestartSettings
  private let streams: [PCG64]
  private let makeTrainer: @Sendable (Int) -> Trainer
  private let makeStart: @Sendable (Int, inout PCG64) -> StartingPoint<Model>
  private let fitStart: Fit
  // As many as fits may run at a time.
  private let slots: DispatchSemaphore
  private let rungs: RestartRungs?
  private let progress: Locked<Progress>

  private struct Progress {
    var next = 0
    var rows: [Int: RestartRow<Model>] = [:]
    var failures: [Int: any Error] = [:]
    var versions: [String: Int] = [:]
  }

  init(
    _ settings: RestartSettings, makeTrainer: @escaping @Sendable (Int) -> Trainer,
    makeStart: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>,
    fitStart: @escaping Fit
  ) {
    var root = PCG64(seed: settings.seed)
    let slots = DispatchSemaphore(value: settings.threadCount)
    self.settings = settings
    streams = root.spawn(settings.count)
    (self.makeTrainer, self.makeStart, self.fitStart) = (makeTrainer, makeStart, fitStart)
    self.slots = slots
    rungs = settings.pruning.map {
      RestartRungs($0, settings.mode, count: settings.count, slots: slots)
    }
    progress = Locked(Progress())
  }

  /// Fits all starts, and gives the rows of those that were begun.
  ///
  /// Also a single thread is a new one, so that no task-local of the caller makes a difference. Where starts wait for each
  /// other, each has a thread.
  func run() throws -> [RestartRow<Model>] {
    let threads =
      rungs == nil ? min(settings.threadCount, settings.count) : settings.count
    CallerTask.with { task in
      let group = DispatchGroup()
      for _ in 0..<threads {
        group.enter()
        let thread = Thread {
          CallerTask.$current.withValue(task) { self.work() }
          group.leave()
        }
        thread.stackSize = 8 << 20
        thread.start()
      }
      group.wait()
    }
    return try progress.withLock { progress in
      if let first = progress.failures.keys.min(), let error = progress.failures[first] {
        throw error
      }
      let rows = progress.rows.sorted { $0.key < $1.key }.map(\.value)
      try checkNames(rows)
      return rows
    }
  }

  private func work() {
    slots.wait()
    defer { slots.signal() }
    while let (index, trainer) = claim() {
      do {
        let row = try fit(index, trainer)
        if index == 0 { try checkNames([row]) }
        progress.withLock { $0.rows[index] = row }
        if row.isCutShort { rungs?.open() }
        rungs?.leave(index, row.lastValue(settings.monitor))
      } catch TrainerError.interruptedBefore {
        // Ctrl-C came between the claim and the first step.
        break
      } catch {
        progress.withLock { $0.failures[index] = error }
        rungs?.open("of no use, since another start failed")
      }
    }
    if progress.withLock({ $0.next < settings.count }) || Interrupts.isRaised { rungs?.open() }
  }

  // Under the lock, so that trainers are made and folders are numbered in the order of the starts.
  private func claim() -> (Int, Trainer)? {
    progress.withLock { progress in
      guard progress.next < streams.count, progress.failures.isEmpty, !Interrupts.isRaised,
        CallerTask.current?.isCancelled != true
      else { return nil }
      defer { progress.next += 1 }
      let trainer = makeTrainer(progress.next)
      trainer.announcements = .init(
        progressBar: false, summary: false, warnings: progress.next == 0,
        defaultCheckpoint: false)
      let version = progress.versions[trainer.folder.root] ?? trainer.folder.nextVersion()
      trainer.folder.reservedVersion = version
      progress.versions[trainer.folder.root] = version + 1
      return (progress.next, trainer)
    }
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
    let watch = RestartWatch(index, settings, rungs)
    if settings.areWatched { trainer.companions = [watch] }
    defer { trainer.companions = [] }
    var failure: NonFiniteStep?
    let result: FitResult
    do { result = try fitStart(trainer, start.model) } catch TrainerError.nonFinite(let step) {
      (result, failure) = (step.result, step)
    }
    if let best = watch.best { try start.model.restore(from: best.state) }
    return RestartRow(
      index: index, start: start, result: result, failure: failure, kept: watch.best,
      monitor: settings.monitor)
  }

  // A name that some fits log and others do not is no mistake.
  private func checkNames(_ rows: [RestartRow<Model>]) throws {
    let complete = rows.filter { $0.failure == nil && !$0.isCutShort && $0.result.steps > 0 }
    guard let first = complete.first else { return }
    for name in settings.names
    where complete.allSatisfy({ $0.result.metrics.value(name) == nil }) {
      throw TrainerError.unknownMetric(
        name: name, callback: "restarts", known: first.result.metrics.names)
    }
  }
}
