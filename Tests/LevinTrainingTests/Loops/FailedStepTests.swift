import Levin
import LevinTraining
import Testing

/// Moves a buffer in each step, and may fail in several ways.
private final class Moving: ValidatingModule {
  enum Failure: Error { case step, hook }
  @Parameter var weight: Tensor = [1]
  @Buffer var mean: Tensor = [0]
  var failing: (step: Int, kind: String)?
  private var steps = 0

  func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
    steps += 1
    mean = mean * 0.5 + batch.mean() * 0.5
    log("seen", batch.mean())
    if let failing, failing.step == steps {
      switch failing.kind {
      case "throws": throw Failure.step
      case "no gradient": return batch.mean()
      case "integers": return Tensor([1])
      default: break
      }
    }
    return (weight * batch).mean()
  }
  func validationStep(_ batch: Tensor, batchIndex: Int) {}
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.01))
  }
}

/// Throws before the optimizer sees the gradients of a step, and logs when a fit fails.
private final class Throwing: Callback {
  let step: Int
  init(at step: Int) { self.step = step }

  override func onBeforeOptimizerStep(
    _ trainer: Trainer, _ module: any LightningModule, gradients: inout NamedGradients
  ) throws {
    if trainer.globalStep == step { throw Moving.Failure.hook }
  }
  override func onException(_ trainer: Trainer, _ module: any LightningModule, error: any Error) {
    log("failures", 1.0)
  }
}

@Suite struct FailedStepTests {
  @Test(arguments: ["throws", "no gradient", "integers", "hook"])
  func aStepThatIsNotTakenLeavesNothingBehind(_ kind: String) throws {
    for step in [1, 2] {
      let (model, probe) = (Moving(), Probe())
      model.failing = (step, kind)
      let callbacks = [Throwing(at: kind == "hook" ? step - 1 : 99), probe]
      #expect(throws: (any Error).self) {
        try quietTrainer(3, callbacks).fit(model, train: loader([2, 4], batchSize: 1))
      }
      // The value of the step before, then and after a fit that takes no step.
      let mean: Double = step == 1 ? 0 : 1
      #expect(model.mean.item() == mean)
      try quietTrainer(0).fit(model, train: loader([1]))
      #expect(model.mean.item() == mean)
      #expect(probe.values("seen").isEmpty)
      #expect(probe.values("failures") == [1])
    }
  }

  @Test func theLossOfAFailedFitIsThatOfItsLastSteps() throws {
    let model = Moving()
    model.failing = (2, "throws")
    let trainer = quietTrainer(3)
    #expect(throws: Moving.Failure.self) {
      try trainer.fit(model, train: loader([2, 4], batchSize: 1))
    }
    #expect(trainer.result?.loss?.value == 2 && trainer.result?.steps == 1)
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(3).fit(
        Scripted { model, batch, _ in
          model.weight.item() < 0.985
            ? model.weight.sum() * Tensor(Float.nan) : model.weight.sum() + model.other.sum()
        }, train: loader([1]))
    }
    guard case .nonFinite(let step)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(step.step == 2 && step.result.loss != nil)
  }

  @Test func anIntegerLossIsToldWhatItIs() {
    let model = Moving()
    model.failing = (1, "integers")
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(model, train: loader([1]))
    }
    #expect(error?.description.contains("the loss is int64") == true)
  }

  @Test func aFitMayBeginInAnyHook() throws {
    final class Nesting: Callback {
      var count = 0
      private func fit() throws {
        try quietTrainer(1).fit(Location(), train: loader([1]))
        count += 1
      }
      override func onTrainBatchEnd(
        _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
      ) throws { try fit() }
      override func onValidationBatchStart(
        _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
      ) throws { try fit() }
      override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
        try fit()
      }
    }
    let nesting = Nesting()
    try quietTrainer(1, [nesting]).fit(Location(), train: loader([1]), validation: loader([1]))
    #expect(nesting.count == 3)
  }
}

@Suite struct HookMetricTests {
  @Test func hooksOfABatchWeighAsItsObservations() throws {
    final class Counting: Callback {
      var calls = 0.0
      override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) { calls = 0 }
      override func onTrainBatchStart(
        _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
      ) {
        calls += 1
        log("at start", calls)
      }
      override func onTrainBatchEnd(
        _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
      ) { log("at end", calls) }
    }
    let probe = Probe()
    let numbers = [Float](repeating: 1, count: 12)
    try quietTrainer(2, [Counting(), probe]).fit(Location(), train: loader(numbers, batchSize: 5))
    // Batches of 5, 5 and 2.
    #expect(probe.values("at start") == [1.75, 1.75])
    #expect(probe.values("at end") == [1.75, 1.75])
  }

  @Test func answersToRecordsOfStepsHaveNoPhase() throws {
    final class Answering: Callback {
      override func onMetrics(
        _ t: Trainer, _ m: any LightningModule, record: MetricsRecord
      ) { log("answers", 1.0) }
    }
    final class Stepwise: Location {
      override func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
        log("train", batch.mean(), onStep: true)
        return super.trainingStep(batch, batchIndex: batchIndex)
      }
      override func validationStep(_ batch: Tensor, batchIndex: Int) {
        log("val", batch.mean(), onStep: true)
      }
    }
    let probe = Probe()
    try quietTrainer(2, [Answering(), probe]).fit(
      Stepwise(), train: loader([1]), validation: loader([1]))
    #expect(probe.values("answers").allSatisfy { $0 == 1 })
    #expect(!probe.values("answers").isEmpty)
  }

  // In a process of its own: which fit is told is anybody's guess when several run.
  @Test func aTaskThatIsBegunInAHookDoesNotReachTheBoard() async {
    await #expect(processExitsWith: .success) {
      let transcript = Transcript()
      let probe = Probe()
      probe.batchEnd = { _, _ in
        for index in 0..<4 { Task.detached { log("detached \(index)", 1.0) } }
        for index in 0..<4 { Task { for _ in 0..<50 { log("r\(index)", 1.0) } } }
      }
      let trainer = Trainer(
        maxEpochs: 50, callbacks: [probe], progressBar: false, summary: false,
        console: transcript.console)
      let result = try trainer.fit(Location(), train: loader([1]))
      precondition(result.metrics.names == ["train_loss", "location"], "\(result.metrics.names)")
    }
  }
}
