internal import LevinTensor

/// The parts of a fit that its loops share: the trainer, the callbacks, the board of metrics, and what is to be sent.
final class FitSession {
  let trainer: Trainer
  let module: any LightningModule
  let settings: TrainerSettings
  private(set) var callbacks: [Callback]
  /// The callback that writes where the fit is, of a trainer that was given none.
  ///
  /// It is not among the callbacks: hooks that it does not have would cost each step something.
  let standardCheckpoint: ModelCheckpoint?
  let board = MetricsBoard()
  let warnings: Warnings
  /// What measures the time of each kind of work; nil if nobody asked.
  let profiler: SimpleProfiler?
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
  /// Whether schedules take steps with those of the optimizer.
  var hasStepSchedules: Bool { schedules.map { !$0.isIdle } ?? false }
  /// Takes down everything that a fit needs that goes on from here.
  var makeState: (() -> State)?
  /// What a fit needs that goes on where this one was left, within an epoch.
  private(set) var keptState: State?
  /// What the callbacks kept before the validation that runs.
  var callbackStates: State?
  /// The callbacks whose hook of the first moment was called before the fit was resumed.
  var skipped: Set<ObjectIdentifier> = []
  /// The callbacks by the names of their states: of several with one name the later ones have a number behind it.
  private(set) lazy var namedCallbacks = Self.named(callbacks)
  /// The seconds that the fit had run for before it was resumed.
  var secondsBefore = 0.0
  // The stream of the generator when the moment began, and the moment.
  @exclusivity(unchecked) private var mark: (moment: FitProgress.Moment, stream: KnownStream)?
  @exclusivity(unchecked) private var known: KnownStream?
  private var hasToldOfMinimum = false
  private let stepsPerEpoch: Int?
  // The task that waits for this fit on another thread.
  private let caller = CallerTask.current
  let started: Double

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
    profiler = trainer.profiler
    let window = max(settings.accumulateGradientBatches, 1)
    stepsPerEpoch = batchesPerEpoch.map { ($0 + window - 1) / window }
    generator = DefaultGenerator.makeChild()
    warnings = Warnings(trainer.console, areShown: trainer.announcements.warnings)
    started = trainer.console.now()
    board.warn = warnings.show
    let given = trainer.callbacks + trainer.companions
    let standard = given.lazy.compactMap { $0 as? ModelCheckpoint }.first(where: \.isStandard)
    standardCheckpoint =
      trainer.announcements.defaultCheckpoint && !settings.isTrial ? standard : nil
    let own = given.filter { callback in
      if settings.isTrial, !callback.runsInTrials { return false }
      if callback is ProgressBar, !trainer.announcements.progressBar { return false }
      return callback !== standard
    }
    callbacks = own.filter { !$0.runsLast }
    if let hooks = ModuleHooks(module) { callbacks.append(hooks) }
    if trainer.announcements.progressBar { addProgressBar() }
    callbacks += own.filter(\.runsLast)
  }

  private func addProgressBar() {
    let given = callbacks.lazy.compactMap { $0 as? ProgressBar }.first
    let bar = given ?? ProgressBar()
    bar.attach(to: trainer.console) { [weak self] in
      self?.facts ?? ProgressFacts(epoch: .init(done: 0), step: .init(done: 0))
    }
    if given == nil { callbacks.append(bar) }
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
    if let most = settings.maxSteps, progress.step >= most {
      return progress.hasConverged ? .converged : .maxSteps
    }
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
    if let most = settings.maxEpochs, progress.epoch >= most {
      return progress.hasConverged ? .converged : .maxEpochs
    }
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

  /// Notes that a moment begins which draws and is done once more if it fails: a step or a validation.
  func markMoment() { mark = (progress.moment, knownStream) }

  /// Notes that it is done.
  func forgetMoment() { mark = nil }

  /// The stream of the generator as it is, which is asked for anew only when somebody has drawn.
  var knownStream: KnownStream {
    let count = generator.changeCount
    if let known, known.changeCount == count { return known }
    let fresh = KnownStream(generator.stream, changeCount: count)
    known = fresh
    return fresh
  }

  /// The stream that a fit goes on with that starts from the moment in progress: the one at its beginning, if that is
  /// done once more.
  var streamToKeep: PCG64 {
    guard let mark, mark.moment == progress.moment else { return generator.stream }
    return mark.stream.stream
  }

  /// Keeps what a later fit needs to go on from here.
  ///
  /// - Parameter reason: The reason for which the fit ends; who goes on with it does not want that end again.
  func keepState(endedBy reason: StopReason? = nil) {
    guard var state = makeState?() else { return }
    if let reason, reason.isRequest, var own = try? state.tree("session") {
      (own["requests"], own["stopReason"]) = (nil, nil)
      own["isStopRequested"] = .boolean(false)
      state["session"] = .tree(own)
    }
    take(state)
  }

  /// Puts what a callback keeps now in the place of what it kept before, in the state that a later fit goes on from.
  func keepState(of callback: Callback) {
    guard var state = keptState, var own = try? state.tree("session"),
      var states = try? own.tree("callbacks"),
      let name = namedCallbacks.first(where: { $0.callback === callback })?.name
    else { return }
    states[name] = .tree(callback.state())
    own["callbacks"] = .tree(states)
    state["session"] = .tree(own)
    take(state)
  }

  private func take(_ state: State) {
    keptState = state
    trainer.lastState = state
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

/// The stream of a generator as it was after a number of changes; a copy of the stream costs more than one of this.
final class KnownStream {
  let stream: PCG64
  let changeCount: Int

  init(_ stream: PCG64, changeCount: Int) {
    (self.stream, self.changeCount) = (stream, changeCount)
  }
}
