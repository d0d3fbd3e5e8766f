import Levin
import LevinTraining
import Testing

@Suite struct EvaluationTests {
  @Test func aValidationByItselfGivesItsMetricsAndChangesNothing() throws {
    let model = Location(3)
    let probe = Probe()
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1), [probe])
    let metrics = try trainer.validate(model, loader([1, 2, 3], batchSize: 2))
    // (4 + 1 + 0) / 3
    #expect(abs(metrics["val_loss"]! - 5.0 / 3) < 1e-6)
    #expect(model.location.item() == 3 && probe.tornDown == 1)
    #expect(probe.records.count == 1 && trainer.globalStep == 0)
  }

  @Test func afterAFitAValidationHasTheFitsCounts() throws {
    let probe = Probe()
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 3), [probe])
    let model = Location()
    try trainer.fit(model, train: loader([1, 2], batchSize: 1))
    try trainer.validate(model, loader([1]))
    let last = try #require(probe.records.last)
    #expect(last.epoch == 3 && last.step == 5 && trainer.globalStep == 6)
  }

  @Test func aTestHasStepsAndHooksOfItsOwn() throws {
    var calls: [String] = []
    let recorder = StageRecorder { calls.append($0) }
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1, limitTestBatches: 2), [recorder])
    let metrics = try trainer.test(Tried(), loader([1, 2, 3], batchSize: 1))
    #expect(metrics["sum"] == 1.5)
    #expect(
      calls == [
        "setup", "testStart", "testEpochStart", "testBatchStart0", "testBatchEnd0",
        "testBatchStart1", "testBatchEnd1", "testEpochEnd", "testEnd", "teardown",
      ])
  }

  @Test func predictionsComeBatchByBatchInOrder() throws {
    var calls: [String] = []
    let recorder = StageRecorder { calls.append($0) }
    let writer = Writer(interval: .batchAndEpoch)
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1), [recorder, writer])
    let predictions = try trainer.predict(Tried(), loader([1, 2, 3], batchSize: 2))
    #expect(predictions.map(\.scalars) == [[2, 4], [6]])
    #expect(writer.written == ["0", "1", "all 2"])
    #expect(calls.suffix(2) == ["predictEnd", "teardown"])
  }

  @Test func evaluationsRunInEvaluationModeWithoutGradients() throws {
    let model = Tried()
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1))
    try trainer.test(model, loader([1]))
    _ = try trainer.predict(model, loader([1]))
    #expect(model.modes == [.evaluation, .evaluation] && !model.hadGradients)
  }

  @Test func anErrorInATestComesOutAfterTeardown() {
    let probe = Probe()
    let model = Tried()
    model.fails = true
    #expect(throws: Tried.Stop.self) {
      try quietTrainer(TrainerSettings(maxEpochs: 1), [probe]).test(model, loader([1]))
    }
    #expect(probe.errors.count == 1 && probe.tornDown == 1)
  }

  @Test func emptyDataAreRefused() {
    #expect(throws: TrainerError.self) {
      try quietTrainer(TrainerSettings(maxEpochs: 1)).test(Tried(), loader([], batchSize: 1))
    }
  }

  @Test func modulesHaveHooksOfTheirOwn() throws {
    let model = Hooked()
    try quietTrainer(2).fit(model, train: loader([1]), validation: loader([1]))
    #expect(
      model.calls == [
        "fitStart", "epochStart", "validationStart", "validationEnd", "epochEnd", "epochStart",
        "validationStart", "validationEnd", "epochEnd", "fitEnd",
      ])
  }
}

private final class Writer: PredictionWriter {
  var written: [String] = []

  override func write(_ prediction: Any, batchIndex: Int, dataloaderIndex: Int) {
    written.append("\(batchIndex)")
  }

  override func writeAll(_ predictions: [Any]) { written.append("all \(predictions.count)") }
}

private final class StageRecorder: Callback {
  private let add: (String) -> Void

  init(_ add: @escaping (String) -> Void) { self.add = add }

  override func setup(_ t: Trainer, _ m: any LightningModule) { add("setup") }
  override func onTestStart(_ t: Trainer, _ m: any LightningModule) { add("testStart") }
  override func onTestEpochStart(_ t: Trainer, _ m: any LightningModule) { add("testEpochStart") }
  override func onTestBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { add("testBatchStart\(batchIndex)") }
  override func onTestBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { add("testBatchEnd\(batchIndex)") }
  override func onTestEpochEnd(_ t: Trainer, _ m: any LightningModule) { add("testEpochEnd") }
  override func onTestEnd(_ t: Trainer, _ m: any LightningModule) { add("testEnd") }
  override func onPredictEnd(_ t: Trainer, _ m: any LightningModule) { add("predictEnd") }
  override func teardown(_ t: Trainer, _ m: any LightningModule) { add("teardown") }
}

/// A model that can be tested and predicts the double.
private final class Tried: TestingModule, PredictingModule {
  struct Stop: Error {}

  @Parameter var factor: Tensor = [2]
  var modes: [Mode] = []
  var hadGradients = false
  var fails = false

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (factor * batch).mean() }

  func testStep(_ batch: Tensor, batchIndex: Int) throws {
    if fails { throw Stop() }
    modes.append(Mode.current)
    hadGradients = hadGradients || (factor * batch).requiresGradient
    log("sum", batch.sum())
  }

  func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    modes.append(Mode.current)
    return factor * batch
  }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}

/// A model with hooks.
private final class Hooked: ValidatingModule, FitStartHandling, FitEndHandling,
  TrainEpochStartHandling, TrainEpochEndHandling, ValidationEpochStartHandling,
  ValidationEpochEndHandling
{
  @Parameter var weight: Tensor = [1]
  var calls: [String] = []

  func onFitStart(_ trainer: Trainer) { calls.append("fitStart") }
  func onFitEnd(_ trainer: Trainer) { calls.append("fitEnd") }
  func onTrainEpochStart(_ trainer: Trainer) { calls.append("epochStart") }
  func onTrainEpochEnd(_ trainer: Trainer) { calls.append("epochEnd") }
  func onValidationEpochStart(_ trainer: Trainer) { calls.append("validationStart") }
  func onValidationEpochEnd(_ trainer: Trainer) { calls.append("validationEnd") }
  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * batch).mean() }
  func validationStep(_ batch: Tensor, batchIndex: Int) {}
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}
