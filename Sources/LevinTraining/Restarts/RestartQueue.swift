internal import Foundation
internal import LevinTensor

/// The starts that are still to be fitted, and the rows of those that are done.
///
/// Safe for use from several threads: what changes is behind the lock, and a model is touched by the
/// thread that fits it alone.
final class RestartQueue<Model: LightningModule & SendableMetatype>: @unchecked Sendable {
  private let streams: [PCG64]
  private let train: any BatchSource<Model.Batch> & Sendable
  private let makeTrainer: @Sendable (Int) -> Trainer
  private let makeStart: @Sendable (Int, inout PCG64) -> StartingPoint<Model>
  private let progress: Locked<Progress>

  private struct Progress {
    var next = 0
    var rows: [Int: RestartRow<Model>] = [:]
    var failures: [Int: any Error] = [:]
    var versions: [String: Int] = [:]
  }

  init(
    streams: [PCG64], train: any BatchSource<Model.Batch> & Sendable,
    makeTrainer: @escaping @Sendable (Int) -> Trainer,
    makeStart: @escaping @Sendable (Int, inout PCG64) -> StartingPoint<Model>
  ) {
    self.streams = streams
    self.train = train
    self.makeTrainer = makeTrainer
    self.makeStart = makeStart
    progress = Locked(Progress())
  }

  /// Fits all starts, and gives the rows of those that were begun.
  ///
  /// Also a single thread is a new one, so that no task-local of the caller makes a difference.
  func run(threads: Int) throws -> [RestartRow<Model>] {
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
      return progress.rows.sorted { $0.key < $1.key }.map(\.value)
    }
  }

  private func work() {
    while let (index, trainer) = claim() {
      do {
        let row = try fit(index, trainer)
        progress.withLock { $0.rows[index] = row }
      } catch TrainerError.interruptedBefore {
        // Ctrl-C came between the claim and the first step.
        return
      } catch {
        progress.withLock { $0.failures[index] = error }
      }
    }
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
        progressBar: false, summary: false, warnings: progress.next == 0)
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
    do {
      let result = try trainer.fit(start.model, train: train.separate)
      return RestartRow(index: index, start: start, result: result, failure: nil)
    } catch TrainerError.nonFinite(let step) {
      return RestartRow(index: index, start: start, result: step.result, failure: step)
    }
  }
}
