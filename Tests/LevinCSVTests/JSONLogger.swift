public import Levin

/// Writes each record of metrics as a line of JSON.
public final class JSONLogger: Callback {
  private var file: RunFile?

  /// Makes a logger.
  public override init() { super.init() }

  /// Makes the file.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    file = try RunFile(creating: trainer.runDirectory() + "/metrics.jsonl")
  }

  /// Writes a line.
  public override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {
    var fields = ["\"epoch\": \(record.epoch)", "\"step\": \(record.step)"]
    if let index = record.batchIndex { fields.append("\"validation_batch\": \(index)") }
    fields += record.metrics.map { "\"\($0.name)\": \($0.value)" }
    try file?.append("{\(fields.joined(separator: ", "))}\n")
  }

  /// Closes the file, so that the next fit begins a new one.
  public override func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {
    defer { file = nil }
    try file?.close()
  }
}
