public import Levin

/// Writes what a fit logs to `metrics.csv` in the folder of the run, such as `logs/name/version_0`.
///
/// The table has a column for each metric besides `epoch` and `step`, in alphabetical order, and
/// `validation_batch` if validation steps log rows of their own; a row has a number for those that it is
/// about. A row is on disk as soon as it is logged; only where hundreds of metrics come up one after the other, each of
/// which makes the whole table wider, do rows wait for the next ones.
///
/// A table that somebody deleted or replaced meanwhile is not put in the place of what is there now: the fit throws
/// `RunFileError` at its end, or when it needs a wider table.
///
///     let trainer = Trainer(maxEpochs: 100, name: "zip", callbacks: [CSVLogger()])
public final class CSVLogger: Callback {
  private var table: MetricsTable?

  /// Makes a logger; it begins a new file in each fit.
  public override init() { super.init() }

  /// Forgets the file of the run before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    table = nil
  }

  /// Makes sure that the run has a folder, so that its settings are there from the beginning.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    table = MetricsTable(path: try trainer.runDirectory() + "/metrics.csv")
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
    defer { table = nil }
    try table?.close()
  }
}
