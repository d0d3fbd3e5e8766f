import Foundation
import Levin
import LevinTraining
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A callback that interrupts the process after a step, as Ctrl-C would.
private func interrupting(at step: Int, times: Int = 1) -> Probe {
  let probe = Probe()
  probe.batchEnd = { trainer, _ in
    guard trainer.globalStep == step else { return }
    for _ in 0..<times { raise(SIGINT) }
  }
  return probe
}

/// Undoes what stands between `raise` and the fit: a shell's background jobs ignore SIGINT, and the
/// threads that tests run on block it.
private func heedInterrupts() {
  signal(SIGINT, SIG_DFL)
  var signals = sigset_t()
  sigemptyset(&signals)
  sigaddset(&signals, SIGINT)
  pthread_sigmask(SIG_UNBLOCK, &signals, nil)
}

// A signal's handler belongs to the whole process, so each of these has one of its own.
@Suite struct InterruptTests {
  @Test func theFitStopsAfterTheStepAndSaysSo() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      let probe = interrupting(at: 2)
      let result = try quietTrainer(5, [probe]).fit(
        Location(), train: loader([1, 2, 3], batchSize: 1))
      precondition(result.stopReason == .interrupted)
      precondition(result.steps == 2 && result.epochs == 0)
      // The means over the two batches that were seen.
      precondition(probe.records.count == 1 && probe.records[0].step == 1)
      precondition(probe.tornDown == 1 && probe.errors.isEmpty)
    }
  }

  @Test func aSecondInterruptEndsTheProcess() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      heedInterrupts()
      _ = try quietTrainer(5, [interrupting(at: 1, times: 2)]).fit(Location(), train: loader([1]))
    }
  }

  @Test func anEpochThatWasCompleteCounts() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      let probe = interrupting(at: 2)
      let result = try quietTrainer(5, [probe]).fit(Location(), train: loader([1]))
      precondition(result.stopReason == .interrupted && result.epochs == 2)
      precondition(probe.records.count == 2)
    }
  }

  @Test func validationIsNotBegunAfterAnInterrupt() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      let probe = interrupting(at: 1)
      let result = try quietTrainer(5, [probe]).fit(
        Location(), train: loader([1]), validation: loader([1]))
      precondition(result.stopReason == .interrupted && result.epochs == 0)
      precondition(probe.values("val_loss").isEmpty && probe.values("train_loss").count == 1)
    }
  }

  @Test func theOldHandlerIsBackAfterwards() async {
    await #expect(processExitsWith: .exitCode(3)) {
      heedInterrupts()
      signal(SIGINT) { _ in exit(3) }
      let first = try quietTrainer(5, [interrupting(at: 1)]).fit(Location(), train: loader([1]))
      precondition(first.stopReason == .interrupted)
      Trainer.clearInterrupt()
      let second = try quietTrainer(5).fit(Location(), train: loader([1]))
      precondition(second.stopReason == .maxEpochs)
      raise(SIGINT)
    }
  }

  @Test func aProcessThatIgnoresTheSignalGoesOn() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      signal(SIGINT, SIG_IGN)
      let result = try quietTrainer(5, [interrupting(at: 1)]).fit(Location(), train: loader([1]))
      precondition(result.stopReason == .maxEpochs)
    }
  }

  @Test func restartsBeginNoFurtherFit() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      let table = try restarts(5, threads: 1, train: loader([1])) { index in
        quietTrainer(5, index == 1 ? [interrupting(at: 2)] : [])
      } start: { index, _ in
        StartingPoint(Location(Float(index)))
      }
      precondition(table.rows.count == 2)
      precondition(table.description.contains("  interrupted"))
    }
  }

  @Test func restartsThatWaitForEachOtherEnd() async {
    await #expect(processExitsWith: .success) {
      heedInterrupts()
      let table = try restarts(
        5, threads: 1, train: loader([1]), pruning: .median(afterEpochs: 1)
      ) { index in
        quietTrainer(5, index == 3 ? [interrupting(at: 1)] : [])
      } start: { index, _ in
        StartingPoint(Location(Float(index)))
      }
      precondition(table.rows.map(\.result.stopReason) == .init(repeating: .interrupted, count: 4))
      precondition(table.missingCount == 1)
    }
  }
}
