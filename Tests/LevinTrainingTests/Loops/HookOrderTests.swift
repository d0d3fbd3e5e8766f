import Levin
import LevinTraining
import Testing

/// Writes down which hooks are called.
private final class Recorder: Callback {
  let name: String
  private let add: (String) -> Void

  init(_ name: String, _ add: @escaping (String) -> Void) {
    self.name = name
    self.add = add
  }

  private func note(_ hook: String) { add(name + hook) }

  override func setup(_ t: Trainer, _ m: any LightningModule) { note("setup") }
  override func onFitStart(_ t: Trainer, _ m: any LightningModule) { note("fitStart") }
  override func onTrainStart(_ t: Trainer, _ m: any LightningModule) { note("trainStart") }
  override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) {
    note("epochStart\(t.currentEpoch)")
  }
  override func onTrainBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) {
    note("batchStart\(batchIndex)")
  }
  override func onBeforeOptimizerStep(
    _ t: Trainer, _ m: any LightningModule, gradients: inout NamedGradients
  ) {
    note("beforeStep")
  }
  override func onTrainBatchEnd(
    _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
  ) {
    note("batchEnd\(batchIndex)/\(t.globalStep)")
  }
  override func onTrainEpochEnd(_ t: Trainer, _ m: any LightningModule) { note("epochEnd") }
  override func onValidationStart(_ t: Trainer, _ m: any LightningModule) { note("valStart") }
  override func onValidationEpochStart(_ t: Trainer, _ m: any LightningModule) {
    note("valEpochStart")
  }
  override func onValidationBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) {
    note("valBatchStart\(batchIndex)")
  }
  override func onValidationBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) {
    note("valBatchEnd\(batchIndex)")
  }
  override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) {
    note("valEpochEnd")
  }
  override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) { note("valEnd") }
  override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord) {
    note("metrics" + record.metrics.map(\.name).joined(separator: "+"))
  }
  override func onTrainEnd(_ t: Trainer, _ m: any LightningModule) { note("trainEnd") }
  override func onFitEnd(_ t: Trainer, _ m: any LightningModule) { note("fitEnd") }
  override func onException(_ t: Trainer, _ m: any LightningModule, error: any Error) {
    note("exception")
  }
  override func teardown(_ t: Trainer, _ m: any LightningModule) { note("teardown") }
}

private struct Stop: Error {}

@Suite struct HookOrderTests {
  @Test func aFitWithValidationCallsHooksInLightningsOrder() throws {
    var calls: [String] = []
    let trainer = quietTrainer(1, [Recorder("") { calls.append($0) }])
    try trainer.fit(
      Location(), train: loader([1, 2, 3], batchSize: 2), validation: loader([1, 2]))
    #expect(
      calls == [
        "setup", "fitStart", "trainStart", "epochStart0", "batchStart0",
        "beforeStep", "batchEnd0/1", "batchStart1", "beforeStep", "batchEnd1/2", "valStart",
        "valEpochStart", "valBatchStart0",
        "valBatchEnd0", "valEpochEnd", "valEnd", "epochEnd", "metricstrain_loss+location+val_loss",
        "trainEnd", "fitEnd", "teardown",
      ])
  }

  @Test func callbacksAreCalledInTheOrderGiven() throws {
    var calls: [String] = []
    let trainer = quietTrainer(
      1, [Recorder("a.") { calls.append($0) }, Recorder("b.") { calls.append($0) }])
    try trainer.fit(Location(), train: loader([1]))
    #expect(calls.prefix(4) == ["a.setup", "b.setup", "a.fitStart", "b.fitStart"])
  }

  @Test func noEpochsMeansNoSteps() throws {
    var calls: [String] = []
    let model = Location(3)
    let result = try quietTrainer(0, [Recorder("") { calls.append($0) }])
      .fit(model, train: loader([1]))
    #expect(calls == ["setup", "fitStart", "trainStart", "trainEnd", "fitEnd", "teardown"])
    #expect(result.steps == 0 && result.loss == nil && result.stopReason == .maxEpochs)
    #expect(model.location.item() == 3)
  }

  @Test func anErrorInAHookEndsTheFitAfterTeardown() throws {
    var calls: [String] = []
    let failing = Probe()
    failing.batchEnd = { _, batch in if batch == 1 { throw Stop() } }
    let trainer = quietTrainer(5, [failing, Recorder("") { calls.append($0) }])
    #expect(throws: Stop.self) {
      try trainer.fit(Location(), train: loader([1, 2], batchSize: 1))
    }
    #expect(calls.suffix(3) == ["beforeStep", "exception", "teardown"])
    #expect(failing.tornDown == 1 && failing.errors.count == 1)
  }

  @Test func anErrorAfterTheEpochDoesNotLoseItsRow() throws {
    let probe = Probe()
    probe.epochEnd = { _ in throw Stop() }
    #expect(throws: Stop.self) { try quietTrainer(5, [probe]).fit(Location(), train: loader([1])) }
    #expect(probe.records.count == 1)
  }

  @Test func aCallbackCanEndTheFit() throws {
    let probe = Probe()
    probe.batchEnd = { trainer, _ in trainer.shouldStop = trainer.globalStep == 4 }
    let data = loader([1, 2, 3], batchSize: 1)
    let result = try quietTrainer(5, [probe]).fit(Location(), train: data)
    #expect(result.stopReason == .requested && result.steps == 4 && result.epochs == 1)
  }

  @Test func aTrainerBeginsAnewAtEachFit() throws {
    let trainer = quietTrainer(2)
    let first = try trainer.fit(Location(), train: loader([1, 2]))
    let second = try trainer.fit(Location(), train: loader([1, 2]))
    #expect(first.steps == 2 && second.steps == 2)
    #expect(first.metrics["train_loss"] == second.metrics["train_loss"])
  }
}
