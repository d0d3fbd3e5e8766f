import Foundation
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
    for (name, value) in record.metrics {
      // JSON has no words for NaN and infinities, and names may hold quotes.
      let number = value.value.isFinite ? "\(value)" : "\"\(value)\""
      fields.append("\(String(decoding: try JSONEncoder().encode(name), as: UTF8.self)): \(number)")
    }
    try file?.append("{\(fields.joined(separator: ", "))}\n")
  }

  /// Closes the file, so that the next fit begins a new one.
  public override func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {
    defer { file = nil }
    try file?.close()
  }
}
