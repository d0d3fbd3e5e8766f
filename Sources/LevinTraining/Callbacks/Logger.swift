public import LevinTensor

/// A callback that writes down what a fit logs: what the loggers of plug-ins have in common.
///
/// A subclass opens something in ``open(_:_:after:)``, writes records to it, and closes it. The rest is done here: the
/// records that it has written are counted in the state of the fit, so that a fit which goes on can tell which of them
/// are its own; a trial (`fastDevRun`) has no logger; and a failure is met as ``failurePolicy`` says.
///
///     final class RecordPrinter: Logger {
///       override func write(_ record: MetricsRecord) { print(record.step, record.metrics) }
///     }
open class Logger: Callback {
  /// What becomes of a fit whose logger cannot write.
  public enum FailurePolicy: Sendable {
    /// The fit warns once, with the reason, and goes on without the logger.
    case warn
    /// The fit ends with the error.
    case stop
  }

  /// What becomes of a fit when this logger cannot write.
  public let failurePolicy: FailurePolicy
  /// The error that the logger of the fit was given up for, with ``FailurePolicy/warn``; nil if there was none.
  public private(set) var failure: (any Error)?

  private var isOpen = false
  private var recordCount = 0
  // Those that an earlier fit of the run had written.
  private var restoredCount: Int?

  /// Makes a logger.
  ///
  /// - Parameter failurePolicy: What becomes of a fit when it cannot write.
  public init(failurePolicy: FailurePolicy = .warn) {
    self.failurePolicy = failurePolicy
    super.init()
  }

  // MARK: - What a subclass overrides

  /// Opens what the records of a fit go to.
  ///
  /// - Parameters:
  ///   - trainer: The trainer; ``Trainer/runDirectory()`` is the folder for files.
  ///   - module: The module.
  ///   - count: The records to keep of those that an earlier fit of the same run has written, whose folder is there;
  ///     nil for a run that begins.
  open func open(
    _ trainer: Trainer, _ module: any LightningModule, after count: Int?
  ) throws {}

  /// Writes a record.
  ///
  /// What an error leaves half-written has to be taken back.
  open func write(_ record: MetricsRecord) throws {}

  /// Closes what was opened, at the end of a fit; ``Trainer/result`` tells why it ended.
  ///
  /// It is called as well after an error of ``write(_:)``, and then may write nothing more.
  open func close(_ trainer: Trainer, _ module: any LightningModule) throws {}

  /// The number of records that were written and will stay, those of earlier fits of the run included.
  ///
  /// A logger that counts something else, such as rows of a table, says so here and in ``open(_:_:after:)``.
  open var rowCount: Int { recordCount }

  // MARK: - Hooks

  /// Takes no part in a trial, which leaves nothing on disk.
  open override var runsInTrials: Bool { false }

  /// Forgets the run before.
  open override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if trainer.isFitting { (failure, restoredCount, recordCount, isOpen) = (nil, nil, 0, false) }
  }

  /// Opens what is written to.
  ///
  /// - Throws: With ``FailurePolicy/stop``, what ``open(_:_:after:)`` throws.
  open override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    let count = trainer.continuesRun ? restoredCount : nil
    recordCount = count ?? 0
    restoredCount = nil
    isOpen = true
    try attempt(trainer, module) { try open(trainer, module, after: count) }
  }

  /// Writes a record.
  ///
  /// - Throws: With ``FailurePolicy/stop``, what ``write(_:)`` throws.
  open override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    if !isOpen { return }
    try attempt(trainer, module) {
      try write(record)
      recordCount += 1
    }
  }

  /// Closes what was written to.
  ///
  /// - Throws: With ``FailurePolicy/stop``, what ``close(_:_:)`` throws.
  open override func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {
    if !isOpen { return }
    isOpen = false
    do { try close(trainer, module) } catch { try meet(error, trainer) }
  }

  /// Runs what may fail outside of ``write(_:)``, and meets its errors as ``failurePolicy`` says.
  ///
  /// - Throws: With ``FailurePolicy/stop``, what `body` throws.
  public final func attempt(
    _ trainer: Trainer, _ module: any LightningModule, _ body: () throws -> Void
  ) throws {
    do { try body() } catch {
      try meet(error, trainer)
      isOpen = false
      // The first error is the one to tell of.
      try? close(trainer, module)
    }
  }

  private func meet(_ error: any Error, _ trainer: Trainer) throws {
    if failurePolicy == .stop { throw error }
    failure = error
    warn("\(type(of: self)) writes nothing more in this fit: \(error)")
  }

  /// The number of records that were written, as `rows`.
  open override func state() -> State {
    var state = State()
    state["rows"] = .integer(restoredCount ?? rowCount)
    return state
  }

  /// Lets the next fit go on after as many records.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  open override func restore(from state: State) throws {
    try state.expectOnly(["rows"])
    let count = try state.integer("rows")
    if count < 0 {
      throw StateError.mismatch(path: "rows", expected: "a number of rows", found: "\(count)")
    }
    restoredCount = count
  }
}
