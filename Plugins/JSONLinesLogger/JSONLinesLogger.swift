public import Levin

/// Writes what a fit logs to `metrics.jsonl` in the folder of the run: an object on a line of its own for each record.
///
///     {"epoch":0,"step":9,"metrics":{"train_loss":0.25,"lr":0.1}}
///
/// `validation_batch` is there as well for the rows of validation steps, and `media` for histograms, texts and images, the
/// bytes of which are in base64. JSON has no words for numbers that are not finite: they are the strings `"nan"`, `"inf"` and
/// `"-inf"`.
///
/// A line is on disk as soon as it is logged. A run that goes on keeps the lines that were written when its state was
/// taken, cuts off those that came later, and appends to them.
///
///     Trainer(maxEpochs: 100, callbacks: [JSONLinesLogger()])
public final class JSONLinesLogger: Logger {
  private var file: RunFile?

  /// Makes a logger.
  ///
  /// - Parameter failurePolicy: What becomes of a fit when the file cannot be written.
  public override init(failurePolicy: FailurePolicy = .warn) {
    super.init(failurePolicy: failurePolicy)
  }

  /// Makes the file, or opens that of a run that goes on.
  ///
  /// - Throws: `RunFileError`, also for a file with fewer lines than the run had written.
  public override func open(
    _ trainer: Trainer, _ module: any LightningModule, after count: Int?
  ) throws {
    let path = try trainer.runDirectory() + "/metrics.jsonl"
    file = try count.map { try Self.reopened(path, after: $0) } ?? RunFile(creating: path)
  }

  private static func reopened(_ path: String, after count: Int) throws(RunFileError) -> RunFile {
    let file = try RunFile(reopening: path)
    let content = try file.content()
    var (end, found) = (0, 0)
    while found < count, let next = content[end...].firstIndex(of: UInt8(ascii: "\n")) {
      (end, found) = (next + 1, found + 1)
    }
    if found < count {
      throw RunFileError(
        path: path, action: .open,
        reason: "it holds \(found) lines, and the run had written \(count)")
    }
    if end < content.count { try file.replace(with: Array(content[..<end])) }
    return file
  }

  /// Writes a line.
  public override func write(_ record: MetricsRecord) throws {
    try file?.append(RecordLine.bytes(of: record))
  }

  /// Closes the file.
  ///
  /// - Throws: `RunFileError`, also if the file is no longer there.
  public override func close(_ trainer: Trainer, _ module: any LightningModule) throws {
    defer { file = nil }
    try file?.close()
  }
}
