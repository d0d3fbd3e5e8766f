import Foundation
import Levin
import LevinTensor
import Testing

@testable import LevinTraining

/// Starts that are ended because others are better.
///
/// The model goes by a fifth of the way to the mean of the data, 3, in each epoch: the loss over epoch k is
/// the variance 3.5 + (3 - start)² 0.64^k.
@Suite struct RestartEarlyEndTests {
  private static let starts: [Float] = [20, 3.5, -30, 4, 1.5, 100]

  private func table(
    _ pruning: RestartPruning?, threads: Int = 2, epochs: Int = 12, keeping: RestartKeeping = .last,
    starts: [Float] = starts, callbacks: @escaping @Sendable (Int) -> [Callback] = { _ in [] }
  ) throws -> RestartTable<Location> {
    try restarts(
      starts.count, threads: threads, train: loader([1, 2, 3, 6]), metrics: ["location"],
      keeping: keeping, pruning: pruning
    ) { index in
      quietTrainer(epochs, callbacks(index))
    } start: { index, _ in
      StartingPoint(Location(starts[index]), ["start": starts[index]])
    }
  }

  private func reasons(_ table: RestartTable<Location>) -> [StopReason] {
    table.rows.map(\.result.stopReason)
  }

  @Test func thoseBehindTheMedianEndAndSayWhy() throws {
    let table = try table(.median(afterEpochs: 3))
    #expect(
      reasons(table) == [.pruned, .maxEpochs, .pruned, .maxEpochs, .maxEpochs, .pruned])
    #expect(table.rows.map(\.result.epochs) == [3, 12, 3, 12, 12, 3])
    let detail = try #require(table.rows[0].result.stopDetail)
    #expect(detail.hasPrefix("after 3 epochs, loss 121.9 is worse than the median"))
    let line = table.description.split(separator: "\n")[1]
    #expect(line.hasSuffix("pruned \(detail)"))
    #expect("\(table.rows[0].result)".hasPrefix("pruned (after 3 epochs, "))
    #expect(table.best?.index == 1)
  }

  @Test func thoseTooFarFromTheBestEnd() throws {
    // In the fourth epoch: 79, 3.6, 289, 3.8, 4.1, 2470.
    let table = try table(.margin(100, afterEpochs: 4, every: 100))
    #expect(
      reasons(table) == [.maxEpochs, .maxEpochs, .pruned, .maxEpochs, .maxEpochs, .pruned])
  }

  @Test func halvesOfThoseThatRunEndAgainAndAgain() throws {
    let table = try table(.halving(afterEpochs: 2))
    #expect(table.rows.map(\.result.epochs) == [2, 12, 2, 8, 4, 2])
    #expect(table.rows.filter { $0.result.stopReason == .maxEpochs }.map(\.index) == [1])
    #expect(table.rows[4].result.stopDetail?.hasSuffix("is not among the best 2 of 3") == true)
  }

  @Test(arguments: [
    RestartPruning.median(afterEpochs: 2), .halving(afterEpochs: 1), .margin(1, afterEpochs: 1),
  ])
  func theTableIsTheSameForAnyNumberOfThreads(_ pruning: RestartPruning) throws {
    let one = try table(pruning, threads: 1)
    for threads in [2, 3, 6, 20] {
      let other = try table(pruning, threads: threads)
      #expect(other.description == one.description)
      #expect(other.rows.map(\.result.epochs) == one.rows.map(\.result.epochs))
    }
    #expect(reasons(one).contains(.pruned) && reasons(one).contains(.maxEpochs))
  }

  @Test func thoseThatGoOnHaveTheBitsOfFitsWithoutPruning() throws {
    let all = try table(nil)
    let some = try table(.median(afterEpochs: 3))
    for (a, b) in zip(all.rows, some.rows) where b.result.stopReason == .maxEpochs {
      #expect(a.loss == b.loss && a.model.location.item() == b.model.location.item())
    }
  }

  @Test func oneThatFailsOrEndsByItselfKeepsNobodyWaiting() throws {
    let table = try table(.margin(1, afterEpochs: 5), starts: [.infinity, 3, 50, 3.1, 2.9]) {
      index in
      index == 1 ? [EarlyStopping(monitor: "train_loss", patience: 1)] : []
    }
    #expect(
      reasons(table) == [.nonFinite, .requested, .pruned, .maxEpochs, .maxEpochs])
    #expect(table.rows[1].result.epochs == 2)
  }

  @Test func aStartIsNotEndedBeforeItsLeastNumberOfEpochs() throws {
    let table = try restarts(
      3, threads: 2, train: loader([1, 2, 3, 6]), pruning: .median(afterEpochs: 2)
    ) { _ in
      var settings = TrainerSettings(maxEpochs: 20)
      settings.minEpochs = 7
      return quietTrainer(settings)
    } start: { index, _ in
      StartingPoint(Location([3, 50, 3.2][index]))
    }
    #expect(table.rows.map(\.result.epochs)[1] == 7)
    #expect(table.rows[1].result.stopReason == .pruned)
  }

  @Test func anErrorEndsThoseThatWait() {
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      _ = try table(.median(afterEpochs: 2), threads: 1) { index in
        let probe = Probe()
        probe.batchEnd = { _, _ in if index == 4 { throw Stop() } }
        return [probe]
      }
    }
  }

  @Test func cancellingTheTaskReachesThoseThatWait() async throws {
    let ready = DispatchSemaphore(value: 0)
    let cancel = Locked<@Sendable () -> Void>({})
    let task = Task {
      let table = try table(.median(afterEpochs: 2), threads: 1) { index in
        let probe = Probe()
        probe.batchEnd = { trainer, _ in
          guard index == 3, trainer.globalStep == 2 else { return }
          ready.wait()
          cancel.withLock { $0() }
        }
        return [probe]
      }
      return (table.rows.map(\.result.stopReason), table.missingCount)
    }
    cancel.withLock { $0 = { task.cancel() } }
    ready.signal()
    let (reasons, missing) = try await task.value
    #expect(reasons == [.cancelled, .cancelled, .cancelled, .cancelled] && missing == 2)
  }

  @Test func aTrialOfTheProgramPrunesNothing() throws {
    let table = try restarts(
      3, train: loader([1, 2, 3, 6]), pruning: .median(afterEpochs: 1)
    ) { _ in
      var settings = TrainerSettings(maxEpochs: 20)
      settings.fastDevRun = 1
      return quietTrainer(settings)
    } start: { index, _ in
      StartingPoint(Location(Float(index)))
    }
    #expect(reasons(table) == [.maxEpochs, .maxEpochs, .maxEpochs])
  }

  @Test func someHundredStartsWaitForEachOther() throws {
    let starts = (0..<300).map { Float($0) }
    let table = try table(.halving(afterEpochs: 1, factor: 10), epochs: 12, starts: starts)
    // The loss of a start is farther from the least the farther it is from 3.
    #expect(table.rows.filter { $0.result.stopReason == .maxEpochs }.map(\.index) == [2, 3, 4])
    let epochs = table.rows.reduce(0) { $0 + $1.result.epochs }
    #expect(epochs == 576)  // 270 of 1, 27 of 10, 3 of 12
    #expect(throws: TrainerError.self) {
      _ = try self.table(.halving(), starts: [Float](repeating: 0, count: 2_001))
    }
  }
}
