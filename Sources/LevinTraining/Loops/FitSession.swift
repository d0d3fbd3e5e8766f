internal import LevinTensor

/// The parts of a fit that its loops share: the trainer, the callbacks, the board of metrics.
final class FitSession {
  let trainer: Trainer
  let module: any LightningModule
  private(set) var callbacks: [Callback] = []
  let board = MetricsBoard()
  let warnings: Warnings
  /// The epoch that records belong to: the one that runs or ran last.
  var epochOfRecords = 0
  /// The mean loss over the batches so far of the epoch in which the last step was taken; nil before the first.
  var loss: MetricValue?
  /// The batches of the validation that runs.
  var validated: ProgressFacts.Count?
  private let totalSteps: Int?
  // The task that waits for this fit on another thread.
  private let caller = CallerTask.current
  private let started: Double

  /// Puts together what the loops need.
  ///
  /// - Parameter stepsPerEpoch: The number of batches in an epoch, for the progress bar; nil when nobody knows.
  init(_ trainer: Trainer, _ module: any LightningModule, stepsPerEpoch: Int?) {
    self.trainer = trainer
    self.module = module
    let total = stepsPerEpoch.map { $0.multipliedReportingOverflow(by: trainer.maxEpochs) }
    totalSteps = total.flatMap { $0.overflow ? nil : $0.partialValue }
    warnings = Warnings(trainer.console, areShown: trainer.announcements.warnings)
    started = trainer.console.now()
    board.warn = warnings.show
    callbacks = trainer.callbacks
    guard trainer.announcements.progressBar else { return }
    callbacks.append(ProgressBar(trainer.console) { [unowned self] in facts })
  }

  // The progress bar's view of the fit.
  private var facts: ProgressFacts {
    ProgressFacts(
      epoch: .init(done: min(progress.epoch + 1, trainer.maxEpochs), total: trainer.maxEpochs),
      step: .init(done: progress.step, total: totalSteps), validation: validated, loss: loss?.value,
      metrics: board.progressMetrics.map { ($0.name, $0.value.value) })
  }

  var moduleName: String { String(describing: type(of: module)) }
  var progress: FitProgress { trainer.progress }

  /// The reason to go no further; nil to go on.
  var ending: StopReason? {
    if Interrupts.isRaised { return .interrupted }
    if Task.isCancelled || caller?.isCancelled == true { return .cancelled }
    return progress.isStopRequested ? .requested : nil
  }

  /// The weight of a batch in means.
  func weight(of observationCount: Int, _ role: DataRole) throws -> Double {
    if observationCount > 0 { return Double(observationCount) }
    throw TrainerError.invalidObservationCount(observationCount, role)
  }

  // MARK: - Hooks

  /// Calls a hook of each callback.
  ///
  /// Everything that it logs is current before the next callback's is called.
  func callAll(_ hook: (Callback) throws -> Void) throws {
    for callback in callbacks {
      try hook(callback)
      try board.collect()
    }
  }

  // MARK: - Records

  /// Sends the row of the step that was just settled, if it has one.
  func sendStepMetrics(batchIndex: Int? = nil) throws {
    let metrics = board.takeStepMetrics(board.phase)
    try send(metrics, batchIndex: batchIndex, closesEpoch: false)
  }

  /// Sends the row of an epoch: the metrics given, and what hooks logged since they were taken.
  func sendEpochMetrics(_ metrics: MetricsBoard.NamedValues) throws {
    try board.collect()
    let late = board.takeStepMetrics(.training) + board.takeEpochMetrics(.training)
    try send(metrics + late, batchIndex: nil, closesEpoch: true)
  }

  // Hands a record to all callbacks, and then what they logged in answer.
  private func send(
    _ metrics: MetricsBoard.NamedValues, batchIndex: Int?, closesEpoch: Bool
  ) throws {
    if closesEpoch { board.beginEpoch() }
    let media = board.takeMedia()
    if metrics.isEmpty && media.isEmpty || callbacks.isEmpty { return }
    let record = MetricsRecord(
      epoch: epochOfRecords, step: max(progress.step - 1, 0), batchIndex: batchIndex,
      metrics: metrics, media: media)
    // What is logged in answer belongs to no batch.
    let (phase, weight) = (board.phase, board.batchWeight)
    (board.phase, board.batchWeight) = (.records, 1)
    defer { (board.phase, board.batchWeight) = (phase, weight) }
    try callAll { try $0.onMetrics(trainer, module, record: record) }
    try sendAnswers(to: record, closesEpoch)
  }

  // A callback that logs in `onMetrics` has its values in a record of the same epoch and step. It is called for that
  // one too, and what it logs then is not taken again, or there would be no end.
  private func sendAnswers(to record: MetricsRecord, _ closesEpoch: Bool) throws {
    guard board.isFresh || closesEpoch else { return }
    var answers = board.takeStepMetrics(.records)
    if closesEpoch { answers += board.takeEpochMetrics(.records) }
    let media = board.takeMedia()
    if answers.isEmpty && media.isEmpty { return }
    let answer = MetricsRecord(
      epoch: record.epoch, step: record.step, batchIndex: record.batchIndex, metrics: answers,
      media: media)
    let known = answers.map(\.name) + media.map(\.name)
    board.intake = .answering(Set(known.map(ExactName.init)))
    defer { board.intake = .open }
    try callAll { try $0.onMetrics(trainer, module, record: answer) }
  }

  // MARK: - The result

  /// The outcome of the fit up to now.
  func result(_ reason: StopReason) -> FitResult {
    FitResult(
      stopReason: reason, stopDetail: progress.stopReason,
      epochs: progress.epoch, steps: progress.step, loss: loss, metrics: board.metrics,
      seconds: trainer.console.now() - started, directory: trainer.folder.path)
  }
}
