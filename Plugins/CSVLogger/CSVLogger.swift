public import Levin

/// Writes what a fit logs to `metrics.csv` in the folder of the run, such as `logs/name/version_0`.
///
/// The table has a column for each metric besides `epoch` and `step`, in alphabetical order, and
/// `validation_batch` if validation steps log rows of their own; a row has a number for those that it is
/// about. A row is on disk as soon as it is logged; only where hundreds of metrics come up one after the other, each of
/// which makes the whole table wider, do rows wait for the next ones.
///
/// A table that somebody deleted or replaced meanwhile is not put in the place of what is there now: the fit throws
/// `RunFileError` at its end, or when it needs a wider table. So it does for a table that somebody else wrote to.
///
/// A validation, test or prediction by itself has no rows: what it logs is what it returns.
///
/// A run that goes on keeps the rows that were written when its state was taken, cuts off those that came later, and
/// appends to them.
///
///     let trainer = Trainer(maxEpochs: 100, name: "zip", callbacks: [CSVLogger()])
///
/// ## Beside Lightning's table
///
/// Names of columns, rows and numbers are those of Lightning's `CSVLogger`, also with `onStep` and `onEpoch`, several
/// validation sources and accumulated gradients. These differ:
///
/// - **Rows of epochs.** The means of an epoch and those of the validation at its end are one row; Lightning's are two. So
///   are learning rates, which have rows without an epoch there. A validation within an epoch has a row of its own in both.
/// - **Rows of validation steps.** They have the epoch and the step of training that they come after, and in
///   `validation_batch` the index of their batch. Lightning numbers the batches of all validations in the column `step`.
/// - **Metrics for which nothing is said.** `log(name, value)` in a training step is a mean for each epoch; Lightning
///   logs by step there. With one batch an epoch these are the same rows.
/// - **How many steps have a row.** `Trainer(logEveryNSteps:)` is 1, and 50 in Lightning, where a fit of fewer steps leaves
///   no file.
/// - **A fit that ends within an epoch** is validated there, so that its last row is complete. Lightning does so only if a
///   callback asked for the end.
/// - **Steps of accumulated gradients.** Where the last window of an epoch has fewer batches, its step is their mean;
///   Lightning divides by the full number, so losses differ from there on.
/// - **Numbers.** Means are taken in double precision, and numbers have the fewest digits that give them back in the dtype
///   in which they were logged.
/// - **Names.** A metric cannot be called `epoch`, `step` or `validation_batch`, which are columns of their own; in Lightning
///   one called `step` takes the place of the step.
/// - **Files.** Lines end with a line feed alone. No fit writes to the table of another, whereas Lightning deletes that of a
///   version that is used again, also when a fit goes on.
public final class CSVLogger: Callback {
  private var table: MetricsTable?
  // The rows of the run that goes on, until its table is open.
  private var restoredRows: Int?
  // Those of the fit that is over.
  private var finishedRows = 0

  /// Takes no part in a trial, which leaves nothing on disk.
  public override var runsInTrials: Bool { false }

  /// Makes a logger; it begins a new file in each fit, unless a state is restored into it.
  public override init() { super.init() }

  /// Forgets the file of the run before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if trainer.isFitting { (table, restoredRows, finishedRows) = (nil, nil, 0) }
  }

  /// Makes sure that the run has a folder, so that its settings are there from the beginning; after a state was
  /// restored, opens the table that is there.
  ///
  /// - Throws: `RunFileError` if that table is missing, is none, or has fewer rows than the run had written.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    let path = try trainer.runDirectory() + "/metrics.csv"
    defer { restoredRows = nil }
    // A run whose folder is gone goes on in a new one.
    guard let rows = restoredRows, trainer.continuesRun else {
      table = MetricsTable(path: path)
      return
    }
    table = try MetricsTable(continuing: path, after: rows)
  }

  /// Writes a row to `metrics.csv`.
  public override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    // A record of histograms or texts alone has no number for a cell.
    if !record.metrics.isEmpty { try table?.append(record) }
  }

  /// Closes the file.
  ///
  /// - Throws: `RunFileError`, also if the file is no longer there.
  public override func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {
    defer {
      finishedRows = table?.rowCount ?? finishedRows
      table = nil
    }
    try table?.close()
  }

  /// The number of rows that are in the file, as `rows`.
  public override func state() -> State {
    var state = State()
    state["rows"] = .integer(table?.rowCount ?? restoredRows ?? finishedRows)
    return state
  }

  /// Lets the next fit go on with the table that is in the folder of its run, after as many rows.
  ///
  /// It is called between ``setup(_:_:)`` and ``onFitStart(_:_:)``.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public override func restore(from state: State) throws {
    try state.expectOnly(["rows"])
    let rows = try state.integer("rows")
    if rows < 0 {
      throw StateError.mismatch(path: "rows", expected: "a number of rows", found: "\(rows)")
    }
    restoredRows = rows
  }
}
