public import Levin

/// Writes what a fit logs to `metrics.csv`, and the settings of its module to `hparams.yaml`.
///
/// Both lie in the folder of the run, which the trainer owns: `logs/name/version_0` and so on. The table
/// has a column for each metric besides `epoch` and `step`, in alphabetical order; a row has a number
/// for those that it is about. A row is on disk as soon as it is logged.
///
///     let trainer = Trainer(maxEpochs: 100, name: "zip", callbacks: [CSVLogger()])
public final class CSVLogger: Callback {
  private var table: MetricsTable?

  /// Makes a logger; it begins new files in each fit.
  public override init() { super.init() }

  /// Forgets the files of the run before.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    table = nil
  }

  /// Writes `hparams.yaml`.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    let hyperparameters = (module as? any HyperparameterProviding)?.hyperparameters ?? [:]
    let file = try AppendingFile(creating: trainer.runDirectory() + "/hparams.yaml")
    try file.append(Array(YAML.document(hyperparameters).utf8))
    try file.close()
  }

  /// Writes a row to `metrics.csv`.
  public override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    if table == nil { table = MetricsTable(path: try trainer.runDirectory() + "/metrics.csv") }
    try table?.append(record)
  }

  /// Closes the file.
  public override func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {
    defer { table = nil }
    try table?.close()
  }
}
