internal import LevinTensor

/// The parts of a fit that its loops share: the trainer, the callbacks, the board of metrics, and what is to be sent.
final class FitSession {
  let trainer: Trainer
  let module: any LightningModule
  let settings: TrainerSettings
  private(set) var callbacks: [Callback]
  let board = MetricsBoard()
  let warnings: Warnings
  /// The generator of the fit.
  let generator: DefaultGenerator
  /// The epoch that records belong to: the one that runs or ran last.
  var epochOfRecords = 0
  /// The mean loss over the batches so far of the epoch in which the last step was taken; nil before the first.
  @exclusivity(unchecked) var loss: MetricValue?
  /// The batches of the validation that runs.
  var validated: ProgressFacts.Count?
  /// Whether the fit has validation data.
  var hasValidation = false
  /// When validations are due.
  var validations: ValidationSchedule
  /// The schedules of learning rates.
  var schedules: ScheduleLoop?
  /// What is to be sent to the loggers.
  @exclusivity(unchecked) var outbox = Outbox()
  /// Takes down everything that a fit needs that goes on from here.
  var makeState: (() -> State)?
  /// What a fit needs that goes on where this one was left, within an epoch.
  private(set) var keptState: State?
  /// The seconds that the fit had run for before it was resumed.
  var secondsBefore = 0.0
  // The stream of the generator when the moment began, and the moment.
  @exclusivity(unchecked) private(set) var mark: (moment: FitProgress.Moment, stream: PCG64)
  private var hasToldOfMinimum = false
  private let stepsPerEpoch: Int?
  // The task that waits for this fit on another thread.
  private let caller = CallerTask.current
  private let started: Double

  /// Puts together what the loops need.
  ///
  /// - Parameter batchesPerEpoch: The number of batches in an epoch; nil when nobody knows.
  init(
    _ trainer: Trainer, _ module: any LightningModule, _ settings: TrainerSettings,
    batchesPerEpoch: Int?, validations: ValidationSchedule
  ) {
    self.trainer = trainer
    self.module = module
    self.settings = settings
    self.validations = validations
    let window = max(settings.accumulateGradientBatches, 1)
    stepsPerEpoch = batchesPerEpoch.map { ($0 + window - 1) / window }
    generator = DefaultGenerator.makeChild()
    mark = (.epoch, generator.stream)
    warnings = Warnings(trainer.console, areShown: trainer.announcements.warnings)
    started = trainer.console.now()
    board.warn = warnings.show
    let given = trainer.callbacks + trainer.companions
    let own = given.filter { !settings.isTrial || $0.runsInTrials }
    callbacks = own.filter { !$0.runsLast }
    if let hooks = ModuleHooks(module) { callbacks.append(hooks) }
    if trainer.announcements.progressBar {
      callbacks.append(ProgressBar(trainer.console) { [unowned self] in facts })
    }
    callbacks += own.filter(\.runsLast)
  }

  /// The number of steps that the fit has at most; nil when nobody knows.
  var totalSteps: Int? {
    let inEpochs = settings.maxEpochs.flatMap { epochs -> Int? in
      guard let stepsPerEpoch else { return nil }
      let (product, overflow) = stepsPerEpoch.multipliedReportingOverflow(by: epochs)
      return overflow ? nil : product
    }
    return [inEpochs, settings.maxSteps].compactMap { $0 }.min()
  }

  // The progress bar's view of the fit.
  private var facts: ProgressFacts {
    let epoch = progress.epoch + 1
    return ProgressFacts(
      epoch: .init(
        done: settings.maxEpochs.map { min(epoch, $0) } ?? epoch, total: settings.maxEpochs),
      step: .init(done: progress.step, total: totalSteps), validation: validated, loss: loss?.value,
      metrics: board.progressMetrics.map { ($0.name, $0.value.value) })
  }

  var moduleName: String { String(describing: type(of: module)) }
  var progress: FitProgress { trainer.progress }

  /// The seconds that the fit has run for, those before it was resumed included.
  var now: Double { secondsBefore + trainer.console.now() - started }

  /// The weight of a batch in means.
  func weight(of observationCount: Int, _ role: DataRole) throws -> Double {
    // Means are weighted in double precision, which counts no further.
    if (1...1 << 53).contains(observationCount) { return Double(observationCount) }
    throw TrainerError.invalidObservationCount(observationCount, role)
  }

  // MARK: - The end

  /// The reason to go no further; nil to go on.
  var ending: StopReason? {
    if let ending = urgentEnding { return ending }
    if let most = settings.maxSteps, progress.step >= most { return .maxSteps }
    let isTimeOver = settings.maxTime.map { now >= $0.seconds } ?? false
    guard isTimeOver || progress.isEndWanted, mayEnd else { return nil }
    return isTimeOver ? .maxTime : progress.kindOfEnd
  }

  /// The reason to go no further at once, for which somebody waits.
  var urgentEnding: StopReason? {
    if Interrupts.isRaised { return .interrupted }
    return Task.isCancelled || caller?.isCancelled == true ? .cancelled : nil
  }

  /// The reason to begin no other epoch.
  var endingBetweenEpochs: StopReason? {
    if let most = settings.maxEpochs, progress.epoch >= most { return .maxEpochs }
    return ending
  }

  private var mayEnd: Bool {
    if progress.epoch >= settings.minEpochs, progress.step >= settings.minSteps { return true }
    if !hasToldOfMinimum {
      hasToldOfMinimum = true
      warnings.show(
        "the end was asked for after \(Text.counted(progress.epoch, "epoch")) and "
          + "\(Text.counted(progress.step, "step")); the fit goes on until it has minEpochs "
          + "\(settings.minEpochs) and minSteps \(settings.minSteps)")
    }
    return false
  }

  // MARK: - Moments

  /// Notes that what comes next begins.
  func markMoment() { mark = (progress.moment, generator.stream) }

  /// The stream that a fit goes on with that starts from the moment in progress: the one at its beginning, if that is
  /// done once more.
  var streamToKeep: PCG64 {
    mark.moment == progress.moment ? mark.stream : generator.stream
  }

  /// Keeps what a later fit needs to go on from here.
  func keepState() {
    guard let state = makeState?() else { return }
    keptState = state
    trainer.lastState = state
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
    try send(board.takeStepMetrics(board.phase), batchIndex: batchIndex, closesEpoch: false)
  }

  /// Sends the row of the training batch that is done, every so many steps and at the end.
  func sendTrainingRow() throws {
    defer { outbox.hasAccumulated = false }
    if settings.logEveryNSteps == 1, !outbox.hasAccumulated { return try sendStepMetrics() }
    let isDue =
      settings.logEveryNSteps > 0
      && (progress.step.isMultiple(of: settings.logEveryNSteps) || ending != nil)
    if isDue, !outbox.hasAccumulated { return try sendStepMetrics() }
    _ = board.takeStepMetrics(.training)
  }

  /// Keeps metrics that are known for the next row of an epoch or a validation.
  func keepForRow(_ metrics: MetricsBoard.NamedValues) { outbox.metrics = metrics }

  /// Sends the row of an epoch, if there is one: the metrics that were kept, and what hooks logged since.
  func sendEpochRow() throws {
    guard let metrics = outbox.metrics else { return }
    outbox.metrics = nil
    try sendEpochMetrics(metrics)
  }

  /// Sends the row of a validation within an epoch.
  func sendValidationRow() throws {
    guard let metrics = outbox.metrics else { return }
    outbox.metrics = nil
    try board.collect()
    try send(metrics, batchIndex: nil, closesEpoch: false)
  }

  /// Sends the row of an epoch: the metrics given, and what hooks logged since they were taken.
  func sendEpochMetrics(_ metrics: MetricsBoard.NamedValues) throws {
    try board.collect()
    let late = board.takeStepMetrics(.training) + board.takeEpochMetrics(.training)
    try send(metrics + late, batchIndex: nil, closesEpoch: true)
  }

  /// Sends a record that some callbacks have not got, because one of them failed.
  func finishRecord() throws {
    if let record = outbox.record { try deliver(record) }
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
    try deliver(record)
    try sendAnswers(to: record, closesEpoch)
  }

  private func deliver(_ record: MetricsRecord) throws {
    outbox.record = record
    while outbox.deliveredCount < callbacks.count {
      let callback = callbacks[outbox.deliveredCount]
      try callback.onMetrics(trainer, module, record: record)
      outbox.deliveredCount += 1
      try board.collect()
    }
    outbox.record = nil
    outbox.deliveredCount = 0
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
    try deliver(answer)
  }

  // MARK: - The result

  /// The outcome of the fit up to now.
  func result(_ reason: StopReason) -> FitResult {
    FitResult(
      stopReason: reason, stopDetail: progress.wordsForEnd,
      epochs: progress.epoch, steps: progress.step, loss: loss, metrics: board.metrics,
      seconds: trainer.console.now() - started, directory: trainer.folder.path)
  }
}
