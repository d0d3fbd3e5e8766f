import Foundation
import Levin
import Testing

@testable import LevinTraining

@Suite struct BackgroundFitTests {
  @TaskLocal private static var mark = 0

  @Test func itIsTheSameFitOnAnotherThread() async throws {
    let (here, there) = (Location(), Location())
    let result = try quietTrainer(4).fit(
      here, train: loader([1, 2]), validation: loader([1]))
    let other = try await quietTrainer(4).fitInBackground(
      there, train: loader([1, 2]), validation: loader([1]))
    #expect(there.location.item() == here.location.item())
    #expect(other.steps == result.steps && other.metrics["val_loss"] == result.metrics["val_loss"])
  }

  @Test func drawsAndTaskLocalsAreThoseOfTheCaller() async throws {
    func fit(inBackground: Bool) async throws -> Double {
      // Tasks begun in here inherit the generator and the mark.
      let task = withSeed(5) {
        Self.$mark.withValue(3) {
          Task {
            let model = Scripted { model, batch, _ in
              ((model.weight - Tensor.normal([1])) * Float(Self.mark)).square().mean()
                + batch.sum() * 0
            }
            let trainer = quietTrainer(3)
            if inBackground {
              try await trainer.fitInBackground(model, train: loader([1]))
            } else {
              try trainer.fit(model, train: loader([1]))
            }
            return model.weight.item()
          }
        }
      }
      return try await task.value
    }
    let (here, there) = (try await fit(inBackground: false), try await fit(inBackground: true))
    #expect(here == there && here != 1)
  }

  @Test func cancellingTheTaskEndsIt() async throws {
    let task = Task {
      let canceller = Probe()
      let handle = Handle()
      canceller.batchEnd = { trainer, _ in if trainer.globalStep == 2 { handle.task?.cancel() } }
      let inner = Task {
        try await quietTrainer(1_000_000, [canceller]).fitInBackground(
          Location(), train: loader([1]))
      }
      handle.task = inner
      return try await inner.value
    }
    let result = try await task.value
    #expect(result.stopReason == .cancelled && result.steps < 1_000_000)
  }

  @Test func cancellationReachesRestartsWithinIt() async throws {
    let handle = Handle()
    let outer = Probe()
    let counts = Locked<(begun: Int, missing: Int)>((0, 0))
    outer.epochEnd = { _ in
      let table = try restarts(4, threads: 2, train: loader([1])) { _ in
        counts.withLock { $0.begun += 1 }
        handle.task?.cancel()
        return quietTrainer(1_000_000)
      } start: { _, _ in
        StartingPoint(Location())
      }
      counts.withLock { $0.missing = table.missingCount }
      #expect(table.rows.allSatisfy { $0.result.stopReason == .cancelled })
    }
    let go = DispatchSemaphore(value: 0)
    let task = Task {
      await Task.detached { go.wait() }.value
      return try await quietTrainer(2, [outer]).fitInBackground(Location(), train: loader([1]))
    }
    handle.task = task
    go.signal()
    let result = try await task.value
    #expect(result.stopReason == .cancelled)
    #expect(counts.withLock { $0.begun + $0.missing } >= 4)
  }

  @Test func anErrorComesOutOfIt() async throws {
    await #expect(throws: TrainerError.self) {
      try await quietTrainer(-1).fitInBackground(Location(), train: loader([1]))
    }
  }
}

/// A task that is told of itself.
private final class Handle: @unchecked Sendable {
  private let held = Locked<Task<FitResult, any Error>?>(nil)

  var task: Task<FitResult, any Error>? {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}
