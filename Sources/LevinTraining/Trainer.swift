public import LevinNN
internal import LevinTensor
internal import Synchronization

/// Runs fits: epochs, steps, validation, and the callbacks that watch them.
///
///     let trainer = Trainer(maxEpochs: 100, callbacks: [CSVLogger()])
///     let result = try trainer.fit(model, train: DataLoader(dataset, batchSize: 1000))
///
/// Settings are checked when a fit begins, all of them before the first step and before anything is
/// written. A trainer runs one fit at a time; each fit begins anew, with a folder of its own.
public final class Trainer {
  /// The number of times that a fit goes through the training data.
  public let maxEpochs: Int
  /// Everything that takes part in each fit, in the order in which hooks are called.
  public let callbacks: [Callback]

  /// The optimizers of the running fit, or of the last: those of a group one by one.
  public internal(set) var optimizers: [any Optimizer] = []
  /// The outcome of the fit, from the hook ``Callback/onFitEnd(_:_:)`` on; nil while a fit runs.
  public internal(set) var result: FitResult?

  /// The messages that the user sees while a fit runs.
  struct Announcements {
    var progressBar: Bool
    var summary: Bool
    var warnings = true
  }

  var announcements: Announcements
  let console: Console
  let folder: RunFolder
  let progress = FitProgress()
  private var board = MetricsBoard()
  private let isFitting = Atomic<Bool>(false)

  /// Makes a trainer.
  ///
  /// - Parameters:
  ///   - maxEpochs: The number of times that a fit goes through the training data.
  ///   - directory: The folder of all runs, relative to the working directory.
  ///   - name: A name for runs of one kind: a run's folder is `directory/name/version_0`,
  ///     `version_1` and so on, made when the first file is written into it.
  ///   - callbacks: Everything that takes part in each fit: loggers and the like.
  ///   - progressBar: Whether progress is shown on standard error: a line that is redrawn on a
  ///     terminal, and otherwise a plain line now and then.
  ///   - summary: Whether the parameters are listed on standard error when a fit begins.
  public convenience init(
    maxEpochs: Int, directory: String = "logs", name: String = "", callbacks: [Callback] = [],
    progressBar: Bool = true, summary: Bool = true
  ) {
    self.init(
      maxEpochs: maxEpochs, directory: directory, name: name, callbacks: callbacks,
      progressBar: progressBar, summary: summary, console: .standardError)
  }

  package init(
    maxEpochs: Int, directory: String = "logs", name: String = "", callbacks: [Callback] = [],
    progressBar: Bool = true, summary: Bool = true, console: Console
  ) {
    self.maxEpochs = maxEpochs
    self.callbacks = callbacks
    self.console = console
    announcements = Announcements(progressBar: progressBar, summary: summary)
    folder = RunFolder(directory: directory, name: name)
  }

  /// The epoch that the fit is in, counted from 0; after the fit, the epochs completed.
  public var currentEpoch: Int { progress.epoch }

  /// The steps taken since the fit began.
  public var globalStep: Int { progress.step }

  /// The newest values of everything that was logged.
  public var metrics: Metrics { board.metrics }

  /// Whether the fit is to end: no further batch is learnt from, and the epoch is closed as usual.
  ///
  /// An epoch that was not complete does not count. A callback sets it, best by ``stop(_:)``.
  public var shouldStop: Bool {
    get { progress.isStopRequested }
    set {
      progress.isStopRequested = newValue
      if !newValue { progress.stopReason = nil }
    }
  }

  /// Asks for the end of the fit.
  ///
  /// - Parameter reason: Words for ``FitResult/stopDetail``, such as `no improvement in 10 epochs`.
  public func stop(_ reason: String? = nil) {
    shouldStop = true
    progress.stopReason = reason ?? progress.stopReason
  }

  /// Lets fits begin again after Ctrl-C ended one.
  ///
  /// Ctrl-C ends the fit that runs, which returns ``StopReason/interrupted``. The user may mean the whole program, so
  /// every later fit of the process throws ``TrainerError/interruptedBefore``, until this is called.
  public static func clearInterrupt() { Interrupts.clear() }

  /// The folder of this run, for callbacks that write files.
  ///
  /// The first call of a run makes it, with the module's settings in `hparams.yaml`.
  ///
  /// - Throws: ``TrainerError/runDirectory(path:reason:)``, and ``RunFileError`` for the settings.
  public func runDirectory() throws -> String { try folder.make() }

  /// Fits a module to training data.
  ///
  /// The parameters of `model` are changed in place. Ctrl-C ends the fit after the step it is in, and so does
  /// cancelling the task that it runs in. What is drawn from the default generator inside comes from a stream of the
  /// fit's own, the next child of the one in force: in the order in which fits begin, so fits on several threads are best
  /// given seeds by ``withSeed(_:_:)``.
  ///
  /// - Parameters:
  ///   - model: The module.
  ///   - train: The training data: a ``DataLoader`` or another source of batches.
  /// - Returns: The reason for the end, and the outcome.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, before the first step, and
  ///   for a loss, gradient or parameter that is not finite; and whatever a callback, the module or the data throw.
  @discardableResult
  public func fit<Model: LightningModule>(
    _ model: Model, train: some BatchSource<Model.Batch>
  ) throws -> FitResult {
    try FitLoop(self, model, train: train, validation: nil).run()
  }

  /// Fits a module to training data and tries it on validation data after each epoch.
  ///
  /// As ``fit(_:train:)`` otherwise.
  @discardableResult
  public func fit<Model: ValidatingModule>(
    _ model: Model, train: some BatchSource<Model.Batch>, validation: some BatchSource<Model.Batch>
  ) throws -> FitResult {
    let loop = FitLoop(
      self, model, train: train,
      validation: (validation, { try model.validationStep($0, batchIndex: $1) }))
    return try loop.run()
  }

  /// Runs `body`, and refuses another fit of this trainer meanwhile.
  func exclusively<R>(_ body: () throws -> R) throws -> R {
    if isFitting.exchange(true, ordering: .acquiringAndReleasing) {
      throw TrainerError.trainerInUse
    }
    defer { isFitting.store(false, ordering: .releasing) }
    do {
      return try body()
    } catch {
      flushPrintedText()
      throw error
    }
  }

  /// Makes everything ready for a fit.
  func begin(_ session: FitSession) {
    board = session.board
    (progress.epoch, progress.batchesConsumed, progress.step) = (0, 0, 0)
    shouldStop = false
    result = nil
    optimizers = []
    folder.reset()
  }
}
