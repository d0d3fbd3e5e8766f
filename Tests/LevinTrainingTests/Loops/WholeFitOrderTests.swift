import Levin
import LevinTraining
import Testing

/// The calls of a fit, in their order.
private final class Calls {
  var names: [String] = []
  var isSaving = false
}

/// Writes down every hook of a fit.
private final class Recorder: Callback {
  private let calls: Calls
  init(_ calls: Calls) { self.calls = calls }

  private func note(_ name: String) { calls.names.append(name) }

  override func setup(_ t: Trainer, _ m: any LightningModule) { note("setup") }
  override func onFitStart(_ t: Trainer, _ m: any LightningModule) { note("fitStart") }
  override func onSanityCheckStart(_ t: Trainer, _ m: any LightningModule) { note("sanityStart") }
  override func onSanityCheckEnd(_ t: Trainer, _ m: any LightningModule) { note("sanityEnd") }
  override func onTrainStart(_ t: Trainer, _ m: any LightningModule) { note("trainStart") }
  override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) { note("epochStart") }
  override func onTrainBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { note("batchStart \(batchIndex)") }
  override func onBeforeZeroGrad(_ t: Trainer, _ m: any LightningModule) { note("zeroGrad") }
  override func onBeforeBackward(_ t: Trainer, _ m: any LightningModule, loss: Tensor) {
    note("beforeBackward")
  }
  override func onAfterBackward(
    _ t: Trainer, _ m: any LightningModule, gradients: NamedGradients
  ) { note("afterBackward") }
  override func onBeforeOptimizerStep(
    _ t: Trainer, _ m: any LightningModule, gradients: inout NamedGradients
  ) { note("beforeStep") }
  override func onTrainBatchEnd(
    _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
  ) { note("batchEnd \(batchIndex)") }
  override func onValidationStart(_ t: Trainer, _ m: any LightningModule) { note("valStart") }
  override func onValidationEpochStart(_ t: Trainer, _ m: any LightningModule) {
    note("valEpochStart")
  }
  override func onValidationBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { note("valBatchStart \(batchIndex)") }
  override func onValidationBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { note("valBatchEnd \(batchIndex)") }
  override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) {
    note("valEpochEnd")
  }
  override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) { note("valEnd") }
  override func onTrainEpochEnd(_ t: Trainer, _ m: any LightningModule) { note("epochEnd") }
  override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord) {
    note("metrics")
  }
  override func onTrainEnd(_ t: Trainer, _ m: any LightningModule) { note("trainEnd") }
  override func onFitEnd(_ t: Trainer, _ m: any LightningModule) { note("fitEnd") }
  override func teardown(_ t: Trainer, _ m: any LightningModule) { note("teardown") }

  override func state() -> State {
    if calls.isSaving { note("state") }
    var state = State()
    state["kept"] = .boolean(true)
    return state
  }
  override func restore(from state: State) { note("restore") }
}

/// Writes a checkpoint at the end of each epoch.
private final class Saving: Callback {
  private let calls: Calls
  private let path: String
  init(_ calls: Calls, _ path: String) { (self.calls, self.path) = (calls, path) }

  override var runsLast: Bool { true }
  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    calls.names.append("save")
    calls.isSaving = true
    defer { calls.isSaving = false }
    try trainer.saveCheckpoint(to: path)
  }
}

/// Tells of its steps.
private final class Telling: LRScheduler {
  private let calls: Calls
  init(_ optimizer: any Optimizer, _ calls: Calls) {
    self.calls = calls
    super.init(optimizer)
  }

  override func rates(isFirst: Bool) -> [Double] {
    calls.names.append(isFirst ? "configure" : "schedule")
    return learningRates
  }
}

/// Tells of its steps, with a schedule of steps.
private final class Told: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  private let calls: Calls
  init(_ calls: Calls) { self.calls = calls }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    calls.names.append("trainingStep")
    log("loss", batch.mean())
    return (weight * batch).sum()
  }
  func validationStep(_ batch: Tensor, batchIndex: Int) { calls.names.append("validationStep") }
  func configureOptimizers() -> OptimizerConfiguration {
    let optimizer = SGD(parameters, learningRate: 0.1)
    return .init(optimizer, Telling(optimizer, calls), interval: .step)
  }
}

@Suite struct WholeFitOrderTests {
  private static let validation = [
    "valStart", "valEpochStart", "valBatchStart 0", "validationStep", "valBatchEnd 0",
    "valEpochEnd", "valEnd",
  ]

  private static func batch(_ index: Int, isFirst: Bool, isLast: Bool) -> [String] {
    let zeroing = isFirst ? ["zeroGrad"] : []
    let stepping = isLast ? ["beforeStep", "schedule"] : []
    return ["batchStart \(index)", "trainingStep"] + zeroing + ["beforeBackward", "afterBackward"]
      + stepping + ["batchEnd \(index)"]
  }

  private func fit(_ calls: Calls, _ path: String, _ epochs: Int, _ resume: Resume?) throws {
    let settings = TrainerSettings(
      maxEpochs: epochs, sanityValidationBatches: 1, accumulateGradientBatches: 2)
    try quietTrainer(settings, [Saving(calls, path), Recorder(calls)]).fit(
      Told(calls), train: loader([1, 2, 3], batchSize: 1), validation: loader([1]), resume: resume)
  }

  @Test func hooksStepsSchedulesAndSavesComeInLightningsOrder() throws {
    let (calls, folder) = (Calls(), TemporaryFolder())
    try fit(calls, folder.path + "/kept.safetensors", 1, nil)
    let start = ["setup", "configure", "fitStart", "sanityStart"] + Self.validation
    let batches =
      Self.batch(0, isFirst: true, isLast: false) + Self.batch(1, isFirst: false, isLast: true)
      + Self.batch(2, isFirst: true, isLast: true)
    let end = ["epochEnd", "save", "state", "metrics", "trainEnd", "fitEnd", "teardown"]
    let epoch = ["sanityEnd", "trainStart", "epochStart"] + batches + Self.validation
    #expect(calls.names == start + epoch + end)
  }

  @Test func whatWasKeptIsThereWhenAFitThatGoesOnBegins() throws {
    let (calls, folder) = (Calls(), TemporaryFolder())
    let path = folder.path + "/kept.safetensors"
    try fit(calls, path, 1, nil)
    calls.names = []
    try fit(calls, path, 2, .path(path))
    // Behind the hook that had written it, without a sanity check.
    let start = [
      "setup", "configure", "restore", "fitStart", "trainStart", "metrics", "epochStart",
    ]
    #expect(Array(calls.names.prefix(start.count + 1)) == start + ["batchStart 0"])
    #expect(Array(calls.names.suffix(2)) == ["fitEnd", "teardown"])
  }
}
