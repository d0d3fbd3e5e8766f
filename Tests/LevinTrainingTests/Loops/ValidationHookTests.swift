import Levin
import LevinTraining
import Testing

@Suite struct ValidationHookTests {
  private static func rows(_ probe: Probe) -> [String] {
    probe.records.map { record in
      record.metrics.map { "\($0.name)=\($0.value.value)" }.joined(separator: " ")
    }
  }

  private func fit(
    _ callback: Callback, _ interval: ValidationInterval,
    model: Location = Location(learningRate: 0)
  ) throws -> [String] {
    let probe = Probe()
    let settings = TrainerSettings(maxEpochs: 1, validationInterval: interval)
    try quietTrainer(settings, [callback, probe]).fit(
      model, train: loader([0, 0, 0, 0], batchSize: 1), validation: loader([1, 3], batchSize: 1))
    return Self.rows(probe)
  }

  @Test func whatHooksLogIsInTheRowOfTheirValidation() throws {
    let callback = LambdaCallback()
    var count = 0.0
    callback.onValidationStart = { _, _ in
      count += 1
      log("start", count)
    }
    callback.onValidationEpochStart = { _, _ in log("epoch_start", count) }
    callback.onValidationEpochEnd = { trainer, _ in
      log("double", 2 * (trainer.metrics["val_loss"] ?? .nan))
    }
    callback.onValidationEnd = { _, _ in log("end", count, onStep: true) }
    let own = { (n: Int) in "start=\(n).0 epoch_start=\(n).0 val_loss=5.0" }
    let expected = [
      own(1) + " end=1.0 double=10.0",
      "train_loss=0.0 location=0.0 " + own(2) + " end=2.0 double=10.0",
    ]
    #expect(try fit(callback, .batches(2)) == expected)
    count = 1
    #expect(try fit(callback, .epochs(1)) == [expected[1]])
  }

  @Test func aValueOfAValidationStepIsNotLoggedAgainAtItsEnd() {
    let callback = LambdaCallback()
    callback.onValidationEpochEnd = { _, _ in log("val_loss", 1.0) }
    #expect(throws: TrainerError.self) { try fit(callback, .batches(2)) }
  }

  @Test func aModuleLogsAtTheEndOfEachValidation() throws {
    final class Own: Location, ValidationEpochEndHandling {
      func onValidationEpochEnd(_ trainer: Trainer) {
        log("root", (trainer.metrics["val_loss"] ?? .nan).squareRoot())
      }
    }
    let rows = try fit(Callback(), .batches(2), model: Own(learningRate: 0))
    #expect(rows.allSatisfy { $0.hasSuffix("root=\(5.0.squareRoot())") } && rows.count == 2)
  }

  @Test func aValidationByItselfHasWhatItsHooksLog() throws {
    let callback = LambdaCallback()
    callback.onValidationStart = { _, _ in log("start", 3.0) }
    callback.onValidationEnd = { _, _ in log("end", 4.0) }
    let metrics = try quietTrainer(1, [callback]).validate(Location(), loader([1, 3]))
    #expect(metrics["start"] == 3 && metrics["end"] == 4 && metrics["val_loss"] == 5)
  }
}

@Suite struct EvaluationBesideFitTests {
  private final class Tested: Location, TestingModule, PredictingModule {
    func testStep(_ batch: Tensor, batchIndex: Int) {}
    func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor { batch }
  }

  /// The passes over data that are no fit.
  enum Pass: CaseIterable {
    case validation, test, prediction
  }

  @Test(arguments: Pass.allCases) func callbacksKeepWhatTheyKnowOfTheFit(_ pass: Pass) throws {
    let folder = TemporaryFolder()
    let checkpoint = ModelCheckpoint(directory: folder.path, monitor: "val_loss")
    let stopping = EarlyStopping(monitor: "val_loss", patience: 1)
    let averaging = WeightAveraging()
    let policy = NonFinitePolicy(.skipBatch)
    let convergence = Convergence(lossTolerance: 1e-12)
    let callbacks = [checkpoint, stopping, averaging, policy, convergence, TrainingTimer()]
    let model = Tested(2)
    let trainer = quietTrainer(3, callbacks)
    try trainer.fit(model, train: loader([1, 3, .nan], batchSize: 1), validation: loader([1]))
    func known() -> [String] {
      callbacks.dropLast().map { callback in
        let state = callback.state()
        return "\(state.names.map { state[$0] })"
      }
    }
    let before = known()
    let timed = try #require(callbacks.last as? TrainingTimer).trainingSeconds
    switch pass {
    case .validation: try trainer.validate(model, loader([1]))
    case .test: try trainer.test(model, loader([1]))
    case .prediction: _ = try trainer.predict(model, loader([1]))
    }
    #expect(known() == before && checkpoint.bestModelPath != nil && policy.count > 0)
    #expect(stopping.stoppedEpoch != nil && averaging.updateCount > 0)
    #expect(try #require(callbacks.last as? TrainingTimer).trainingSeconds == timed && timed > 0)
  }
}
