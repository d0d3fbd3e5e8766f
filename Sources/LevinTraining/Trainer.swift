/// Runs fits: epochs, steps, validation, and the callbacks that watch them.
///
///     let trainer = Trainer(maxEpochs: 100, callbacks: [CSVLogger()])
///     let result = try trainer.fit(model, train: DataLoader(dataset, batchSize: 1000))
///
/// Settings are checked when a fit begins, all of them before the first step and before anything is
/// written. A trainer runs one fit at a time; each fit begins anew, with a folder of its own.
public final class Trainer {
  /// How often a fit goes through the training data.
  public let maxEpochs: Int
  /// What takes part in every fit, in the order in which hooks are called.
  public let callbacks: [Callback]

  /// The epoch that the fit is in, counted from 0; after the fit, the epochs completed.
  public internal(set) var currentEpoch = 0
  /// The steps taken since the fit began.
  public internal(set) var globalStep = 0
  /// The last values of everything that was logged.
  public internal(set) var metrics = Metrics()
  /// Set by a callback that wants the fit to end: no further batch is learnt from, and the epoch is
  /// closed as usual.
  public var shouldStop = false

  /// What is told to the user while a fit runs.
  struct Announcements {
    var progressBar: Bool
    var summary: Bool
    var warnings = true
  }

  var announcements: Announcements
  let console: Console
  let folder: RunFolder

  /// Makes a trainer.
  ///
  /// - Parameters:
  ///   - maxEpochs: How often a fit goes through the training data.
  ///   - directory: Where the folders of runs lie, relative to the working directory.
  ///   - name: A name for runs of one kind: a run's folder is `directory/name/version_0`,
  ///     `version_1` and so on, made when the first file is written into it.
  ///   - callbacks: What takes part in every fit: loggers and the like.
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

  /// The folder of this run, for callbacks that write files.
  ///
  /// The first call of a run makes it, with the module's settings in `hparams.yaml`.
  ///
  /// - Throws: ``TrainerError/runDirectory(path:reason:)``, and ``RunFileError`` for the settings.
  public func runDirectory() throws -> String { try folder.make() }

  /// Fits a module to training data.
  ///
  /// The parameters of `model` are changed in place. Ctrl-C ends the fit after the step it is in.
  ///
  /// - Returns: Why the fit ended, and what it came to.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, before the first step, and
  ///   for a loss, gradient or parameter that is not finite; and whatever a callback throws.
  @discardableResult
  public func fit<Model: LightningModule>(
    _ model: Model, train: DataLoader<Model.Batch>
  ) throws -> FitResult {
    try FitLoop(self, model, train: train, validation: nil).run()
  }

  /// Fits a module to training data and tries it on validation data after each epoch.
  ///
  /// As ``fit(_:train:)`` otherwise.
  @discardableResult
  public func fit<Model: ValidatingModule>(
    _ model: Model, train: DataLoader<Model.Batch>, validation: DataLoader<Model.Batch>
  ) throws -> FitResult {
    let loop = FitLoop(
      self, model, train: train,
      validation: .init(loader: validation) { model.validationStep($0, batchIndex: $1) })
    return try loop.run()
  }

  func reset() {
    currentEpoch = 0
    globalStep = 0
    metrics = Metrics()
    shouldStop = false
    folder.reset()
  }

  func warn(_ text: String) {
    if announcements.warnings { console.line("warning: " + text) }
  }
}
