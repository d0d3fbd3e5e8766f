import LevinNN
import LevinTensor

/// One fit, from the checks to the teardown.
final class FitLoop<Model: LightningModule> {
  struct Validation {
    let loader: DataLoader<Model.Batch>
    let step: (Model.Batch, Int) -> Void
  }

  typealias NamedValues = [(name: String, value: MetricValue)]

  let trainer: Trainer
  let model: Model
  let train: DataLoader<Model.Batch>
  let validation: Validation?
  /// The parameters with their names: reflection takes its time, so it is asked once.
  let named: [(name: String, parameter: Parameter)]
  private let callbacks: [Callback]
  private let log = RunningLog()
  private var epochLoss = WeightedMean()
  private var lossDType = DType.float32
  private var lastLoss: MetricValue?
  private var stepper: Stepper?
  // The epoch's metrics, from when they are known to when they are sent.
  private var epochMetrics: NamedValues?
  private var wasCutShort = false
  private let started: Double

  init(_ trainer: Trainer, _ model: Model, train: DataLoader<Model.Batch>, validation: Validation?)
  {
    self.trainer = trainer
    self.model = model
    self.train = train
    self.validation = validation
    named = model.namedParameters
    let steps = train.batchCount.multipliedReportingOverflow(by: trainer.maxEpochs)
    let bar = ProgressBar(
      trainer.console, totalSteps: steps.overflow ? .max : steps.partialValue, log: log.training)
    callbacks = trainer.callbacks + (trainer.announcements.progressBar ? [bar] : [])
    started = trainer.console.now()
  }

  var moduleName: String { String(describing: type(of: model)) }

  func run() throws -> FitResult {
    try checkBeforeStart()
    trainer.reset()
    try trainer.folder.takeSettings(of: model)
    return try Interrupts.watching {
      try RunningLog.$current.withValue(log) { try runWithTeardown() }
    }
  }

  private func runWithTeardown() throws -> FitResult {
    let outcome = Result { try runPhases() }
    if case .failure(let error) = outcome {
      try? sendEpochMetrics()
      for callback in callbacks { callback.onException(trainer, model, error: error) }
    }
    var failure: (any Error)?
    for callback in callbacks {
      do { try callback.teardown(trainer, model) } catch { failure = failure ?? error }
    }
    let result = try outcome.get()
    if let failure { throw failure }
    return result
  }

  private func runPhases() throws -> FitResult {
    try callAll { try $0.setup(trainer, model) }
    stepper = try configureOptimizer()
    try callAll { try $0.onFitStart(trainer, model) }
    if trainer.announcements.summary {
      trainer.console.line(ParameterSummary.text(moduleName, named))
    }
    try callAll { try $0.onTrainStart(trainer, model) }
    while !isOver { try runEpoch() }
    try callAll { try $0.onTrainEnd(trainer, model) }
    try callAll { try $0.onFitEnd(trainer, model) }
    try sendLateMetrics()
    return result(stopReason)
  }

  private var isOver: Bool {
    wasCutShort || Interrupts.isRaised || trainer.shouldStop
      || trainer.currentEpoch >= trainer.maxEpochs
  }

  private var stopReason: StopReason {
    if wasCutShort { return .interrupted }
    if trainer.currentEpoch >= trainer.maxEpochs { return .maxEpochs }
    return trainer.shouldStop ? .requested : .interrupted
  }

  private func result(_ reason: StopReason) -> FitResult {
    FitResult(
      stopReason: reason, epochs: trainer.currentEpoch, steps: trainer.globalStep, loss: lastLoss,
      metrics: trainer.metrics, seconds: trainer.console.now() - started,
      directory: trainer.folder.path)
  }

  private func callAll(_ hook: (Callback) throws -> Void) throws {
    for callback in callbacks { try hook(callback) }
  }

  // MARK: - Epochs

  private func runEpoch() throws {
    try callAll { try $0.onTrainEpochStart(trainer, model) }
    let batches = train.batches(epoch: trainer.currentEpoch)
    for index in batches.indices {
      let weight = Double(batches.observations(index).count)
      try runBatch(batches[index], index, weight: weight)
      if Interrupts.isRaised && (index + 1 < batches.count || validation != nil) {
        wasCutShort = true
        break
      }
      if trainer.shouldStop { break }
    }
    try closeEpoch()
  }

  // An epoch that was cut short reports what it has, but does not count as an epoch.
  private func closeEpoch() throws {
    lastLoss = MetricValue(epochLoss.mean, lossDType)
    epochLoss = WeightedMean()
    let metrics = log.training.takeEpochMetrics()
    epochMetrics = metrics
    publish(metrics)
    if !wasCutShort, let validation { try validate(validation) }
    if !wasCutShort { try callAll { try $0.onTrainEpochEnd(trainer, model) } }
    try sendEpochMetrics()
    if !wasCutShort { trainer.currentEpoch += 1 }
  }

  private func validate(_ validation: Validation) throws {
    try callAll { try $0.onValidationStart(trainer, model) }
    try callAll { try $0.onValidationEpochStart(trainer, model) }
    try log.validating { try withoutGradient { try runValidationBatches(validation) } }
    let metrics = log.validation.takeEpochMetrics()
    if wasCutShort { return }
    try addEpochMetrics(metrics)
    try callAll { try $0.onValidationEpochEnd(trainer, model) }
    try callAll { try $0.onValidationEnd(trainer, model) }
  }

  private func runValidationBatches(_ validation: Validation) throws {
    let batches = validation.loader.batches()
    for index in batches.indices {
      try callAll { try $0.onValidationBatchStart(trainer, model, batchIndex: index) }
      log.validation.batchWeight = Double(batches.observations(index).count)
      validation.step(batches[index], index)
      try collect(log.validation)
      try callAll { try $0.onValidationBatchEnd(trainer, model, batchIndex: index) }
      try collect(log.validation)
      try sendStepMetrics(log.validation)
      if Interrupts.isRaised {
        wasCutShort = true
        return
      }
    }
  }

  // MARK: - Steps

  private func runBatch(_ batch: Model.Batch, _ index: Int, weight: Double) throws {
    guard let stepper else { fatalError("a step before the optimizer is configured") }
    for callback in callbacks {
      try callback.onTrainBatchStart(trainer, model, batchIndex: index)
    }
    log.training.batchWeight = weight
    let loss = model.trainingStep(batch, batchIndex: index)
    require(
      loss.elementCount == 1,
      "trainingStep of \(moduleName) returned a loss of shape \(loss.shape); take its mean or sum")
    try log.training.throwRejection()
    let value = try take(stepper, loss)
    epochLoss.add(value, weight: weight)
    lossDType = loss.dtype
    trainer.globalStep += 1
    for callback in callbacks {
      try callback.onTrainBatchEnd(trainer, model, loss: value, batchIndex: index)
    }
    try collect(log.training)
    try sendStepMetrics(log.training)
  }

  private func take(_ stepper: Stepper, _ loss: Tensor) throws -> Double {
    switch stepper.take(loss, logging: log.training) {
    case .taken(let value):
      if let text = stepper.newsAboutIdleParameters() { trainer.warn(text) }
      try log.training.settle()
      return value
    case .lossWithoutGradient:
      throw TrainerError.lossWithoutGradient(module: moduleName, step: trainer.globalStep)
    case .notFinite(let value, let culprit):
      log.training.discardPending()
      throw TrainerError.nonFinite(
        NonFiniteStep(
          epoch: trainer.currentEpoch, step: trainer.globalStep, loss: value, culprit: culprit,
          result: result(.nonFinite)))
    }
  }

  // MARK: - Metrics

  // What hooks and validation steps logged; a training step evaluates its own.
  private func collect(_ collector: MetricCollector) throws {
    guard collector.hasPending else { return }
    var tensors: [Tensor] = []
    collector.appendPendingTensors(to: &tensors)
    evaluate(tensors)
    try collector.settle()
  }

  private func sendStepMetrics(_ collector: MetricCollector) throws {
    let metrics = collector.takeStepMetrics()
    if metrics.isEmpty { return }
    publish(metrics)
    try send(metrics, epoch: trainer.currentEpoch)
  }

  // One row an epoch for training, validation and what hooks logged since.
  private func sendEpochMetrics() throws {
    guard epochMetrics != nil else { return }
    try collect(log.training)
    try addEpochMetrics(log.training.takeStepMetrics() + log.training.takeEpochMetrics())
    let metrics = epochMetrics ?? []
    epochMetrics = nil
    if !metrics.isEmpty { try send(metrics, epoch: trainer.currentEpoch) }
  }

  // What hooks logged when the last epoch was over.
  private func sendLateMetrics() throws {
    try collect(log.training)
    let metrics = log.training.takeStepMetrics() + log.training.takeEpochMetrics()
    if metrics.isEmpty { return }
    publish(metrics)
    try send(metrics, epoch: max(trainer.currentEpoch - 1, 0))
  }

  private func addEpochMetrics(_ metrics: NamedValues) throws {
    for (name, _) in metrics where epochMetrics?.contains(where: { $0.name == name }) == true {
      throw TrainerError.invalidLog(
        name: name,
        problem: "it has a value in this epoch already, from the training or validation step or a "
          + "hook; give them different names, such as 'train_\(name)' and 'val_\(name)'")
    }
    epochMetrics?.append(contentsOf: metrics)
    publish(metrics)
  }

  private func publish(_ metrics: NamedValues) {
    for (name, value) in metrics { trainer.metrics.update(name, value) }
  }

  private func send(_ metrics: NamedValues, epoch: Int) throws {
    let record = MetricsRecord(
      epoch: epoch, step: max(trainer.globalStep - 1, 0), metrics: metrics)
    for callback in callbacks { try callback.onMetrics(trainer, model, record: record) }
  }
}
