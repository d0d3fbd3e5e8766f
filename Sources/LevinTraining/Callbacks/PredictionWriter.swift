/// Hands predictions to whoever writes them, batch by batch or all at the end.
///
/// A subclass overrides ``write(_:batchIndex:dataloaderIndex:)``, ``writeAll(_:)``, or both.
open class PredictionWriter: Callback {
  /// The moments at which predictions are written.
  public enum Interval: Sendable, Hashable {
    /// After each batch.
    case batch
    /// When all batches have been predicted from.
    case epoch
    /// At both.
    case batchAndEpoch
  }

  /// The moments at which predictions are written.
  public let interval: Interval

  /// Writes predictions.
  public init(interval: Interval = .batch) {
    self.interval = interval
    super.init()
  }

  /// Writes the prediction from one batch.
  open func write(_ prediction: Any, batchIndex: Int, dataloaderIndex: Int) throws {}

  /// Writes the predictions from all batches, in order.
  open func writeAll(_ predictions: [Any]) throws {}

  /// Calls ``write(_:batchIndex:dataloaderIndex:)``.
  public final override func onPredictBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, prediction: Any, batch: Any, batchIndex: Int
  ) throws {
    if interval == .epoch { return }
    try write(prediction, batchIndex: batchIndex, dataloaderIndex: trainer.dataloaderIndex)
  }

  /// Calls ``writeAll(_:)``.
  public final override func onPredictEpochEnd(
    _ trainer: Trainer, _ module: any LightningModule, predictions: [Any]
  ) throws {
    if interval != .batch { try writeAll(predictions) }
  }
}
