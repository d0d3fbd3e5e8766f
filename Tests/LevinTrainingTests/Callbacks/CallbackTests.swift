import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

@Suite struct CallbackTests {
  private let data = loader([1, 2, 3, 4], batchSize: 1)

  // MARK: Time

  @Test func theTimeOfAFitEndsIt() throws {
    var time = 0.0
    let timer = TrainingTimer(duration: .seconds(3), now: { time })
    let probe = Probe()
    probe.batchEnd = { _, _ in time += 1 }
    let result = try quietTrainer(5, [probe, timer]).fit(Location(), train: data)
    #expect(result.steps == 3 && result.stopReason == .maxTime)
    #expect(timer.trainingSeconds == 3 && timer.secondsLeft == 0)
  }

  @Test func noTimeMeansNoStepUnlessThereIsAMinimum() throws {
    let result = try quietTrainer(5, [TrainingTimer(duration: .zero)])
      .fit(Location(), train: data)
    #expect(result.steps == 0 && result.epochs == 0)
    let settings = TrainerSettings(maxEpochs: 5, minSteps: 6)
    let kept = try quietTrainer(settings, [TrainingTimer(duration: .zero)])
      .fit(Location(), train: data)
    #expect(kept.steps == 6)
  }

  @Test func timeThatWasSpentCountsOn() throws {
    var time = 0.0
    let timer = TrainingTimer(duration: .seconds(10), now: { time })
    var spent = State()
    for stage in ["training", "validation", "test"] { spent[stage] = .real(8) }
    timer.setup(quietTrainer(1), Location())
    try timer.restore(from: spent)
    #expect(timer.secondsLeft == 2)
    timer.onTrainStart(quietTrainer(1), Location())
    time = 1.5
    #expect(timer.secondsLeft == 0.5)
  }

  // MARK: Learning rates

  @Test func theRateOfOneOptimizerBearsItsType() throws {
    let probe = Probe()
    let trainer = quietTrainer(2, [LearningRateMonitor(), probe])
    try trainer.fit(Location(learningRate: 0.25), train: data)
    #expect(probe.values("lr-SGD") == [0.25, 0.25])
    #expect(trainer.metrics.names.filter { $0.hasPrefix("lr-") } == ["lr-SGD"])
  }

  @Test func ratesOfSeveralOptimizersAreNumbered() throws {
    let trainer = quietTrainer(1, [LearningRateMonitor(interval: .step)])
    try trainer.fit(TwoRates(), train: data)
    let names = trainer.metrics.names.filter { $0.hasPrefix("lr-") }
    #expect(names == ["lr-Adam", "lr-Adam-1", "lr-SGD"])
    #expect(trainer.metrics["lr-Adam-1"] == 0.02)
  }

  // MARK: Steps that are not finite

  @Test func aBatchThatIsNotFiniteMayBeSkipped() throws {
    let policy = NonFinitePolicy(.skipBatch)
    let model = Location()
    let result = try quietTrainer(2, [policy])
      .fit(model, train: loader([1, .nan, 2], batchSize: 1))
    #expect(result.steps == 4 && policy.count == 2 && model.location.item().isFinite)
  }

  @Test func tooManySuchBatchesEndTheFit() {
    let policy = NonFinitePolicy(.skipBatch, atMost: 2)
    #expect(throws: TrainerError.self) {
      try quietTrainer(9, [policy]).fit(Location(), train: loader([1, .nan], batchSize: 1))
    }
    #expect(policy.count == 2)
  }

  @Test func theRateMayBeLowered() throws {
    let policy = NonFinitePolicy(.lowerRate(factor: 0.5))
    let trainer = quietTrainer(1, [policy])
    try trainer.fit(Location(learningRate: 0.5), train: loader([1, .nan, .nan], batchSize: 1))
    #expect(trainer.optimizers[0].learningRate == 0.125)
  }

  // MARK: Convergence

  @Test func aFitEndsWhereTheGradientIsSmall() throws {
    let callback = Convergence(gradientTolerance: 1e-3)
    let result = try quietTrainer(1000, [callback])
      .fit(Location(learningRate: 0.25), train: loader([1, 3]))
    #expect(result.stopReason == .converged)
    // The distance to the mean halves in each step, and the gradient is twice the distance.
    #expect(result.steps == 13)
    #expect(try #require(callback.gradientNorm) <= 1e-3)
  }

  @Test func aFitEndsWhereTheLossNoLongerFalls() throws {
    let result = try quietTrainer(1000, [Convergence(lossTolerance: 1e-4, patience: 3)])
      .fit(Location(learningRate: 0.25), train: loader([1, 3]))
    #expect(result.stopReason == .converged && result.steps < 20)
  }

  @Test(arguments: [
    TrainerSettings(maxEpochs: 2), TrainerSettings(maxSteps: 2),
    TrainerSettings(maxEpochs: 2, maxSteps: 2),
  ]) func aFitThatConvergesInItsLastStepHasConverged(_ settings: TrainerSettings) throws {
    let callback = Convergence(lossTolerance: 1e-9)
    let result = try quietTrainer(settings, [callback])
      .fit(Location(learningRate: 0), train: loader([1]))
    #expect(result.stopReason == .converged && result.steps == 2)
  }

  @Test func severalAveragesAreRefused() {
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1, [WeightAveraging(), WeightAveraging()])
        .fit(Location(), train: loader([1]))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("several"))
  }

  @Test func aFitThatHasNotConvergedSaysSo() throws {
    let transcript = Transcript()
    let trainer = Trainer(
      TrainerSettings(maxEpochs: 3), callbacks: [Convergence(gradientTolerance: 1e-9)],
      progressBar: false, summary: false, console: transcript.console)
    let result = try trainer.fit(Location(), train: loader([1, 3]))
    #expect(result.stopReason == .maxEpochs)
    #expect(transcript.text.contains("has not converged after 3 steps"))
  }

  // MARK: Averages

  @Test func theModuleHasTheMeanOfAllStepsInTheEnd() throws {
    let model = Location(learningRate: 0.25)
    var values: [Double] = []
    let probe = Probe()
    probe.batchEnd = { _, _ in values.append(model.location.item()) }
    try quietTrainer(4, [WeightAveraging(), probe]).fit(model, train: loader([1, 3]))
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(values.count == 4 && abs(model.location.item() - mean) < 1e-6)
  }

  @Test func validationsLookAtTheAverages() throws {
    let model = Location(learningRate: 0.25)
    let callback = LambdaCallback()
    var seen: [Double] = []
    callback.onValidationStart = { _, _ in seen.append(model.location.item()) }
    let averaging = WeightAveraging(.exponential(decay: 0.5))
    let inside = LambdaCallback()
    inside.onValidationEnd = { _, _ in seen.append(model.location.item()) }
    let probe = Probe()
    try quietTrainer(3, [callback, averaging, inside, probe])
      .fit(model, train: loader([1, 3]), validation: loader([0]))
    // Before and after it is that of training: 1, 1.5, 1.75.
    #expect(seen == [1, 1, 1.5, 1.5, 1.75, 1.75])
    // The averages are 1, 1.25, 1.5, and the loss their square.
    #expect(probe.values("val_loss") == [1, 1.5625, 2.25])
  }

  @Test(arguments: [(5, 10, 0, 2), (1, 0, 2, 8), (1, 0, 0, 16)])
  func averagesBeginAndAreUpdatedAsAsked(
    _ interval: Int, _ step: Int, _ epoch: Int, _ count: Int
  ) throws {
    let averaging = WeightAveraging(
      updateEveryNSteps: interval, startingAtStep: step, startingAtEpoch: epoch)
    try quietTrainer(4, [averaging]).fit(Location(), train: data)
    #expect(averaging.updateCount == count)
  }

  // MARK: Closures and settings

  @Test func closuresAreCalledInOrder() throws {
    let callback = LambdaCallback()
    var calls: [String] = []
    callback.setup = { _, _ in calls.append("setup") }
    callback.onTrainBatchEnd = { _, _, outcome, batch, index in
      calls.append("\(index): \((batch as! Tensor).scalars) \(outcome.loss!)")
    }
    callback.teardown = { _, _ in calls.append("teardown") }
    try quietTrainer(1, [callback]).fit(Location(), train: loader([1, 2], batchSize: 1))
    #expect(calls.first == "setup" && calls.last == "teardown")
    #expect(calls[1] == "0: [1.0] 1.0")
  }

  @Test func settingsThatMakeNoSenseAreRefusedBeforeAnythingHappens() {
    for callback in Self.mistaken {
      let probe = Probe()
      #expect(throws: TrainerError.self, "\(type(of: callback))") {
        try quietTrainer(1, [probe, callback]).fit(Location(), train: data)
      }
      #expect(probe.tornDown == 0)
    }
  }

  private static var mistaken: [Callback] {
    [
      Convergence(), Convergence(gradientTolerance: -1), Convergence(lossTolerance: 1, patience: 0),
      NonFinitePolicy(.lowerRate(factor: 1)), NonFinitePolicy(.skipBatch, atMost: -1),
      WeightAveraging(.exponential(decay: 1)), WeightAveraging(updateEveryNSteps: 0),
      TrainingTimer(duration: .seconds(-1)),
    ]
  }

  @Test func throughputIsLoggedByEpoch() throws {
    var time = 0.0
    let monitor = ThroughputMonitor(now: { time })
    let model = Scripted { model, batch, _ in
      time += 0.5
      return (model.weight * batch).square().mean()
    }
    let probe = Probe()
    try quietTrainer(1, [monitor, probe]).fit(model, train: loader([1, 2, 3, 4], batchSize: 2))
    #expect(probe.values("batches_per_second") == [2])
    #expect(probe.values("observations_per_second") == [4])
  }
}

/// A model whose parameters have optimizers of their own.
private final class TwoRates: LightningModule {
  @Parameter var a: Tensor = [1]
  @Parameter var b: Tensor = [1]
  @Parameter var c: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    ((a + b + c) * batch).square().mean()
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(
      OptimizerGroup([
        Adam([$a], learningRate: 0.01), Adam([$b], learningRate: 0.02),
        SGD([$c], learningRate: 0.03),
      ]))
  }
}
