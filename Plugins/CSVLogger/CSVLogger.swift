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
public final class CSVLogger: Logger {
  private var table: MetricsTable?

  /// Makes a logger; it begins a new file in each fit, unless a state is restored into it.
  ///
  /// - Parameter failurePolicy: What becomes of a fit when its table cannot be written: it ends with a `RunFileError`
  ///   unless this says otherwise.
  public override init(failurePolicy: FailurePolicy = .stop) {
    super.init(failurePolicy: failurePolicy)
  }

  /// Forgets the file of the run before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    super.setup(trainer, module)
    if trainer.isFitting { table = nil }
  }

  /// Makes sure that the run has a folder, so that its settings are there from the beginning; after a state was
  /// restored, opens the table that is there.
  ///
  /// - Throws: `RunFileError` if that table is missing, is none, or has fewer rows than the run had written.
  public override func open(
    _ trainer: Trainer, _ module: any LightningModule, after count: Int?
  ) throws {
    let path = try trainer.runDirectory() + "/metrics.csv"
    // A run whose folder is gone goes on in a new one.
    table =
      try count.map { try MetricsTable(continuing: path, after: $0) } ?? MetricsTable(path: path)
  }

  /// Writes a row to `metrics.csv`.
  public override func write(_ record: MetricsRecord) throws {
    // A record of histograms or texts alone has no number for a cell.
    if !record.metrics.isEmpty { try table?.append(record) }
  }

  /// Closes the file.
  ///
  /// - Throws: `RunFileError`, also if the file is no longer there.
  public override func close(_ trainer: Trainer, _ module: any LightningModule) throws {
    try table?.close()
  }

  /// The number of rows in the file.
  public override var rowCount: Int { table?.rowCount ?? 0 }
}
