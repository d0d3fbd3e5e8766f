public import LevinNN
public import LevinTensor
internal import Synchronization

/// Runs fits: epochs, steps, validation, and the callbacks that watch them.
///
///     let trainer = Trainer(maxEpochs: 100, callbacks: [CSVLogger()])
///     let result = try trainer.fit(model, train: DataLoader(dataset, batchSize: 1000))
///
/// Settings are checked when a fit begins, all of them before the first step and before anything is
/// written. A trainer runs one fit at a time; each fit begins anew, with a folder of its own, unless it is asked to go on
/// from where another one stopped.
public final class Trainer {
  /// Everything that takes part in each fit, in the order in which hooks are called.
  public let callbacks: [Callback]

  /// The optimizers of the running fit, or of the last: those of a group one by one.
  public internal(set) var optimizers: [any Optimizer] = []
  /// The outcome of the fit, from the hook ``Callback/onFitEnd(_:_:)`` on; nil while a fit runs.
  public internal(set) var result: FitResult?
  /// Whether a few batches of validation are tried before the fit.
  public internal(set) var isSanityChecking = false
  /// The index of the source that the batch of a validation, test or prediction comes from.
  public internal(set) var dataloaderIndex = 0
  /// The batches whose gradients make one step; callbacks may change it, best when an epoch begins.
  public var accumulateGradientBatches = 1

  /// The messages that the user sees while a fit runs.
  struct Announcements {
    var progressBar: Bool
    var summary: Bool
    var warnings = true
    var defaultCheckpoint = true
  }

  var announcements: Announcements
  /// What measures the time of each kind of work, if anybody asked.
  package var profiler: SimpleProfiler?
  /// Whether there is a progress bar among the callbacks and is not to be.
  let refusesBar: Bool
  // Of whoever runs this trainer as one of several; after the callbacks.
  var companions: [Callback] = []
  let settings: TrainerSettings
  let console: Console
  let folder: RunFolder
  let progress = FitProgress()
  // While a fit, or another pass over data, runs; then model and data are let go.
  weak var session: FitSession?
  var lastState: State?
  // The checkpoint that the fit goes on from.
  var resumedPath: String?
  private var board = MetricsBoard()
  private let isInUse = Atomic<Bool>(false)

  /// Makes a trainer.
  ///
  /// One of `maxEpochs`, `maxSteps` and `maxTime` is needed; a fit ends with the first that is reached.
  ///
  /// - Parameters:
  ///   - maxEpochs: The number of times that a fit goes through the training data.
  ///   - minEpochs: The epochs before which nobody's wish for the end counts, but that of Ctrl-C.
  ///   - maxSteps: The number of steps of the optimizer.
  ///   - minSteps: The steps before which nobody's wish for the end counts, but that of Ctrl-C.
  ///   - maxTime: The time that a fit may take; the step it is in is completed.
  ///   - limitTrainBatches: The part of the training batches of an epoch.
  ///   - limitValidationBatches: The part of the batches of a validation, for each source.
  ///   - limitTestBatches: The part of the batches of a test.
  ///   - limitPredictBatches: The part of the batches of a prediction.
  ///   - overfitBatches: Batches to learn by heart, as a test of a model: every epoch has the same ones, in the order of the
  ///     data, and a validation as many of its own; 0 for a real fit.
  ///   - fastDevRun: The batches of a trial of the whole program, with one epoch and nothing left on disk: no loggers, no
  ///     checkpoints, no early stop; 0 for a real fit.
  ///   - validationInterval: The moments at which the module is tried on the validation data.
  ///   - sanityValidationBatches: The batches of each validation source that are tried before the first step, so that a
  ///     mistake in them shows at once.
  ///   - logEveryNSteps: The steps from one row of metrics by step to the next; 0 for none.
  ///   - accumulateGradientBatches: The batches whose gradients make one step: their mean, also over those of a last
  ///     window that has fewer.
  ///   - gradientClipping: A bound on the gradients of a step.
  ///   - directory: The folder of all runs, relative to the working directory.
  ///   - name: A name for runs of one kind: a run's folder is `directory/name/version_0`,
  ///     `version_1` and so on, made when the first file is written into it.
  ///   - callbacks: Everything that takes part in each fit: loggers and the like.
  ///   - checkpoints: Whether a fit without a ``ModelCheckpoint`` of its own leaves `checkpoints/last.safetensors` in the
  ///     run's folder: where it stopped, and meanwhile every five minutes where it is, for `resume: .last`.
  ///   - progressBar: Whether progress is shown on standard error: a line that is redrawn on a
  ///     terminal, and otherwise a plain line now and then.
  ///   - summary: Whether the parameters are listed on standard error when a fit begins.
  ///   - profiler: What measures where the time goes, and has its table printed on standard error at the end of a fit.
  public convenience init(
    maxEpochs: Int? = nil, minEpochs: Int = 0, maxSteps: Int? = nil, minSteps: Int = 0,
    maxTime: Duration? = nil, limitTrainBatches: BatchLimit = .all,
    limitValidationBatches: BatchLimit = .all, limitTestBatches: BatchLimit = .all,
    limitPredictBatches: BatchLimit = .all, overfitBatches: BatchLimit = 0, fastDevRun: Int = 0,
    validationInterval: ValidationInterval = .epochs(1), sanityValidationBatches: BatchLimit = 0,
    logEveryNSteps: Int = 1, accumulateGradientBatches: Int = 1,
    gradientClipping: GradientClipping? = nil, directory: String = "logs", name: String = "",
    callbacks: [Callback] = [], checkpoints: Bool = true, progressBar: Bool = true,
    summary: Bool = true, profiler: SimpleProfiler? = nil
  ) {
    let settings = TrainerSettings(
      maxEpochs: maxEpochs, minEpochs: minEpochs, maxSteps: maxSteps, minSteps: minSteps,
      maxTime: maxTime, limitTrainBatches: limitTrainBatches,
      limitValidationBatches: limitValidationBatches, limitTestBatches: limitTestBatches,
      limitPredictBatches: limitPredictBatches, overfitBatches: overfitBatches,
      fastDevRun: fastDevRun, validationInterval: validationInterval,
      sanityValidationBatches: sanityValidationBatches, logEveryNSteps: logEveryNSteps,
      accumulateGradientBatches: accumulateGradientBatches, gradientClipping: gradientClipping,
      checkpoints: checkpoints)
    let isMissing = checkpoints && !callbacks.contains { $0 is ModelCheckpoint }
    self.init(
      settings, directory: directory, name: name,
      callbacks: callbacks + (isMissing ? [ModelCheckpoint.standard()] : []),
      progressBar: progressBar, summary: summary, console: .standardError)
    self.profiler = profiler
  }

  package convenience init(
    maxEpochs: Int, directory: String = "logs", name: String = "", callbacks: [Callback] = [],
    progressBar: Bool = true, summary: Bool = true, console: Console
  ) {
    self.init(
      TrainerSettings(maxEpochs: maxEpochs), directory: directory, name: name,
      callbacks: callbacks, progressBar: progressBar, summary: summary, console: console)
  }

  package init(
    _ settings: TrainerSettings, directory: String = "logs", name: String = "",
    callbacks: [Callback] = [], progressBar: Bool = true, summary: Bool = true, console: Console
  ) {
    self.settings = settings
    self.callbacks = callbacks
    self.console = console
    accumulateGradientBatches = settings.accumulateGradientBatches
    announcements = Announcements(progressBar: progressBar, summary: summary)
    refusesBar = !progressBar && callbacks.contains { $0 is ProgressBar }
    folder = RunFolder(directory: directory, name: name)
  }

  /// The number of times that a fit goes through the training data; nil for no limit.
  public var maxEpochs: Int? { settings.maxEpochs }

  /// The epoch that the fit is in, counted from 0; after the fit, the epochs completed.
  public var currentEpoch: Int { progress.epoch }

  /// The steps of the optimizer since the fit began.
  public var globalStep: Int { progress.step }

  /// The batches since the fit began, over all epochs.
  public var globalBatch: Int { progress.totalBatches }

  /// The steps that the running fit, or the last, has at most; nil when nobody knows.
  public private(set) var estimatedSteps: Int?

  /// The newest values of everything that was logged.
  public var metrics: Metrics { board.metrics }

  /// Whether the fit is a trial of the whole program that leaves nothing on disk.
  public var isTrial: Bool { settings.isTrial }

  /// Whether the fit is to end: no further batch is learnt from, and the epoch is closed as usual.
  ///
  /// An epoch that was not complete does not count. A callback sets it, best by ``stop(_:)``.
  public var shouldStop: Bool {
    get { progress.isEndWanted }
    set {
      if newValue { progress.isStopRequested = true } else { progress.clearRequests() }
    }
  }

  /// Asks for the end of the fit.
  ///
  /// - Parameter reason: Words for ``FitResult/stopDetail``, such as `no improvement in 10 epochs`.
  public func stop(_ reason: String? = nil) {
    shouldStop = true
    progress.stopReason = reason ?? progress.stopReason
  }

  /// Asks for the end of the fit as things stand: the wish is taken back by ``withdrawStop(by:)`` when they change
  /// before the fit may end.
  ///
  /// - Parameters:
  ///   - callback: The callback that asks.
  ///   - reason: Words for ``FitResult/stopDetail``.
  ///   - stopReason: The reason that the fit's result gives.
  public func stop(
    by callback: Callback, _ reason: String, as stopReason: StopReason = .requested
  ) {
    progress.request(by: callback, reason, stopReason)
  }

  /// Takes back a callback's wish for the end of the fit.
  public func withdrawStop(by callback: Callback) { progress.withdraw(by: callback) }

  /// Ends the epoch that runs, as if it had no further batch; called in ``Callback/onTrainBatchStart(_:_:batch:batchIndex:)``,
  /// the batch is not learnt from.
  ///
  /// Unlike an epoch that ``stop(_:)`` has cut short it counts as completed, and the next one begins.
  public func endEpoch() { progress.isEpochEndWanted = true }

  /// Lets fits begin again after Ctrl-C ended one.
  ///
  /// Ctrl-C ends the fit that runs, which returns ``StopReason/interrupted``. The user may mean the whole program, so
  /// every later fit of the process throws ``TrainerError/interruptedBefore``, until this is called.
  public static func clearInterrupt() { Interrupts.clear() }

  /// Whether a fit runs, rather than a validation, test or prediction by itself.
  public internal(set) var isFitting = false

  /// Has a tensor computed together with the step whose gradients a hook has just been shown, so that it costs no pass of
  /// its own.
  public func computeWithStep(_ tensor: Tensor) { board.compute(tensor) }

  /// Whether there is one validation for each epoch, at its end.
  var validatesOncePerEpoch: Bool {
    guard let session, session.hasValidation else { return true }
    switch session.settings.validationInterval {
    case .epochs(1), .fraction(1): return true
    default: return false
    }
  }

  /// Whether the fit has validation data.
  var hasValidation: Bool { session?.hasValidation ?? false }

  /// Whether a metric is that of validations, or not known yet.
  func isMetricOfValidation(_ name: String) -> Bool { board.phase(of: name) != .training }

  /// Whether a metric of training has been logged, and has no value under this name of it yet.
  func awaitsValue(of name: String) -> Bool {
    board.phase(of: name) == .training && board.value(of: name) == nil
  }

  /// The newest value of one metric; nil if it has none.
  func newestValue(of name: String) -> Double? { board.value(of: name) }

  /// The number of observations in the batch that runs.
  var batchObservationCount: Double { board.batchWeight }

  /// The folder of this run, for callbacks that write files.
  ///
  /// The first call of a run makes it, with the module's settings in `hparams.yaml`.
  ///
  /// - Throws: ``TrainerError/runDirectory(path:reason:)``, and ``RunFileError`` for the settings.
  public func runDirectory() throws -> String { try folder.make() }

  /// The settings of the module that is fitted, as they stand in `hparams.yaml`.
  ///
  /// A setting within a map has both names, with a point between them; a list is one text.
  public var hyperparameters: [(name: String, value: HyperparameterValue)] {
    folder.hyperparameters
  }

  /// Whether the fit goes on in the folder of an earlier one, with the files that are there.
  public var continuesRun: Bool { folder.isReopened }

  /// Goes on in the folder of an earlier run; false if it is no longer there.
  package func continueRun(in path: String) -> Bool { folder.reopen(path) }

  /// Runs `body`, and refuses another fit of this trainer meanwhile.
  func exclusively<R>(_ body: () throws -> R) throws -> R {
    if isInUse.exchange(true, ordering: .acquiringAndReleasing) {
      throw TrainerError.trainerInUse
    }
    defer {
      isFitting = false
      isInUse.store(false, ordering: .releasing)
    }
    do {
      return try body()
    } catch {
      flushPrintedText()
      throw error
    }
  }

  /// Everything that a fit needs to go on where the last one of this trainer stopped; nil before the end of the first.
  public var keptState: State? { lastState }

  /// Makes everything ready for a fit.
  func begin(_ session: FitSession) {
    self.session = session
    board = session.board
    progress.reset()
    isFitting = true
    estimatedSteps = session.totalSteps
    result = nil
    optimizers = []
    accumulateGradientBatches = session.settings.accumulateGradientBatches
    folder.reset()
  }

  /// Makes everything ready for a pass over data that is no fit: counts and the folder stay those of the last fit.
  func beginEvaluation(_ session: FitSession) {
    self.session = session
    board = session.board
  }
}
