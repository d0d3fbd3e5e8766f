import Foundation
import Levin
import LevinTraining
import Testing

/// Asks for the end in a hook.
private final class Stopper: Callback {
  enum Hook { case epochStart, batchStart, batchEnd }
  let hook: Hook
  let step: Int

  init(_ hook: Hook, at step: Int) {
    self.hook = hook
    self.step = step
  }

  private func stop(_ trainer: Trainer, _ hook: Hook) {
    if hook == self.hook && trainer.globalStep == step { trainer.stop("enough") }
  }

  override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) { stop(t, .epochStart) }
  override func onTrainBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) {
    stop(t, .batchStart)
  }
  override func onTrainBatchEnd(
    _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
  ) { stop(t, .batchEnd) }
}

@Suite struct EndingTests {
  private let data = loader([1, 2, 3, 4, 5, 6], batchSize: 1)

  @Test func anEpochThatWasStoppedDoesNotCount() throws {
    let result = try quietTrainer(2, [Stopper(.batchEnd, at: 8)]).fit(Location(), train: data)
    #expect(result.stopReason == .requested && result.epochs == 1 && result.steps == 8)
    #expect(result.stopDetail == "enough")
    #expect(
      result.description.hasPrefix("stopped by a callback (enough): 1 epoch, 8 steps in"))
  }

  @Test(arguments: [1, 2]) func theRestOfAnEpochMayBeSkipped(index: Int) throws {
    let callback = LambdaCallback()
    var calls: [String] = []
    callback.onTrainBatchStart = { trainer, _, _, batch in
      calls.append("start \(batch)")
      if batch == index { trainer.endEpoch() }
    }
    callback.onTrainBatchEnd = { _, _, _, _, batch in calls.append("end \(batch)") }
    callback.onValidationEnd = { _, _ in calls.append("validation") }
    callback.onTrainEpochEnd = { _, _ in calls.append("epoch") }
    let result = try quietTrainer(3, [callback]).fit(
      Location(), train: data, validation: loader([1]))
    let epoch = (0..<index).flatMap { ["start \($0)", "end \($0)"] }
    let end = ["start \(index)", "validation", "epoch"]
    #expect(calls == [epoch, end, epoch, end, epoch, end].flatMap(\.self))
    #expect(result.steps == 3 * index && result.epochs == 3 && result.stopReason == .maxEpochs)
  }

  @Test func anEpochThatIsEndedAfterABatchHasNoOther() throws {
    let probe = Probe()
    probe.batchEnd = { trainer, index in if index == 2 { trainer.endEpoch() } }
    let result = try quietTrainer(2, [probe]).fit(Location(), train: data)
    #expect(result.steps == 6 && result.epochs == 2)
  }

  @Test func aFitGoesOnFromWithinAnEpochThatIsToEnd() throws {
    struct Stop: Error {}
    let (ending, failing) = (Probe(), Probe())
    ending.batchEnd = { trainer, index in if index == 2 { trainer.endEpoch() } }
    failing.batchEnd = { _, index in if index == 2 { throw Stop() } }
    let trainer = quietTrainer(2, [ending, failing])
    #expect(throws: Stop.self) { try trainer.fit(Location(), train: data) }
    failing.batchEnd = { _, _ in }
    let result = try trainer.fit(Location(), train: data, resume: .lastFit)
    #expect(result.steps == 6 && result.epochs == 2)
  }

  @Test func anEpochWhoseLastBatchItWasCounts() throws {
    let probe = Probe()
    let result = try quietTrainer(5, [Stopper(.batchEnd, at: 6), probe]).fit(
      Location(), train: data, validation: loader([1]))
    #expect(result.stopReason == .requested && result.epochs == 1 && result.steps == 6)
    #expect(probe.values("val_loss").count == 1)
  }

  @Test func noBatchIsLearntFromOnceSomebodyAskedForTheEnd() throws {
    for hook in [Stopper.Hook.epochStart, .batchStart] {
      let model = Location(3)
      let result = try quietTrainer(2, [Stopper(hook, at: 0)]).fit(model, train: data)
      #expect(result.stopReason == .requested && result.steps == 0 && result.epochs == 0)
      #expect(model.location.item() == 3 && result.loss == nil)
    }
    let result = try quietTrainer(2, [Stopper(.epochStart, at: 6)]).fit(Location(), train: data)
    #expect(result.steps == 6 && result.epochs == 1 && result.stopReason == .requested)
  }

  @Test func cancellingTheTaskEndsTheFit() async throws {
    let task = Task {
      let probe = Probe()
      probe.batchEnd = { trainer, _ in
        if trainer.globalStep == 3 { withUnsafeCurrentTask { $0?.cancel() } }
      }
      let result = try quietTrainer(1000, [probe]).fit(Location(), train: loader([1]))
      return (result.stopReason, result.steps)
    }
    let (reason, steps) = try await task.value
    #expect(reason == .cancelled && steps == 3)
  }

  @Test func cancellingTheTaskReachesRestarts() async throws {
    let task = Task {
      let table = try restarts(4, threads: 1, train: loader([1])) { index in
        let probe = Probe()
        probe.batchEnd = { trainer, _ in
          if index == 1 && trainer.globalStep == 2 { cancel.withLock { $0() } }
        }
        return quietTrainer(3, [probe])
      } start: { index, _ in
        StartingPoint(Location(Float(index)))
      }
      return table.rows.map(\.result.stopReason)
    }
    cancel.withLock { $0 = { task.cancel() } }
    #expect(try await task.value == [.maxEpochs, .cancelled])
  }

  // Filled in before the second start can ask for it: the first has to be fitted before.
  private let cancel = LockedAction()

  @Test func aTrainerRunsOneFitAtATime() throws {
    let trainer = quietTrainer(2, [])
    let probe = Probe()
    let outer = quietTrainer(1, [probe])
    probe.batchEnd = { outer, _ in
      #expect(throws: TrainerError.self) { try outer.fit(Location(), train: loader([1])) }
      try trainer.fit(Location(), train: loader([1]))
    }
    try outer.fit(Location(), train: loader([1]))
    // And again once it is over.
    try outer.fit(Location(), train: loader([1]))
    #expect(trainer.globalStep == 2)
  }

  @Test func aFitAfterAnInterruptRefusesToBeginUntilThatIsCleared() async {
    await #expect(processExitsWith: .success) {
      signal(SIGINT, SIG_DFL)
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGINT)
      pthread_sigmask(SIG_UNBLOCK, &signals, nil)
      let probe = Probe()
      probe.batchEnd = { trainer, _ in if trainer.globalStep == 1 { raise(SIGINT) } }
      let first = try quietTrainer(5, [probe]).fit(Location(), train: loader([1]))
      precondition(first.stopReason == .interrupted)
      for _ in 0..<2 {
        do {
          try quietTrainer(5).fit(Location(), train: loader([1]))
          preconditionFailure("it began")
        } catch TrainerError.interruptedBefore {}
      }
      do {
        _ = try restarts(2, train: loader([1])) { _ in
          quietTrainer(1)
        } start: { _, _ in
          StartingPoint(Location())
        }
        preconditionFailure("they began")
      } catch TrainerError.interruptedBefore {}
      Trainer.clearInterrupt()
      let last = try quietTrainer(5).fit(Location(), train: loader([1]))
      precondition(last.stopReason == .maxEpochs)
    }
  }
}

/// A closure that is set on one thread and called on another.
private final class LockedAction: @unchecked Sendable {
  private let lock = NSLock()
  private var action: () -> Void = {}

  func withLock(_ body: (inout () -> Void) -> Void) {
    lock.withLock { body(&action) }
  }
}
