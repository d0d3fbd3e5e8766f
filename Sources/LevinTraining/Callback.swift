/// Something that takes part in a fit without being the model: a logger, a plot, a stopping rule.
///
/// Subclasses override the hooks they need. Hooks are called on the thread of the fit, callback after
/// callback in the order given to the trainer. They run in this order, with Lightning's names:
///
///     setup, onFitStart, onTrainStart
///       onTrainEpochStart
///         onTrainBatchStart, onTrainBatchEnd                              per batch
///         onValidationStart, onValidationEpochStart,
///           onValidationBatchStart, onValidationBatchEnd,                 per batch
///         onValidationEpochEnd, onValidationEnd
///       onTrainEpochEnd, onMetrics
///     onTrainEnd, onFitEnd, teardown
///
/// ``onMetrics(_:_:record:)`` comes whenever metrics are complete: once at the end of each epoch, with
/// what training, validation and hooks logged in it, and after each step that logged some by step.
///
/// An error that a hook throws ends the fit: then ``onException(_:_:error:)`` and ``teardown(_:_:)``
/// follow, and `fit` throws the error.
open class Callback {
  /// Makes a callback; one that is given to several trainers must keep nothing from run to run.
  public init() {}

  /// The fit begins, its settings and data have been checked.
  open func setup(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The optimizer is configured.
  open func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The first epoch is about to begin.
  open func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// An epoch begins.
  open func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A batch is about to be learnt from.
  open func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batchIndex: Int
  ) throws {}
  /// A step is done and its parameters are in force.
  open func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, loss: Double, batchIndex: Int
  ) throws {}
  /// An epoch is over, validation included; its metrics are known.
  open func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  /// A validation is about to begin.
  open func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The pass over the validation data begins.
  open func onValidationEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A validation batch is about to be looked at.
  open func onValidationBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batchIndex: Int
  ) throws {}
  /// A validation batch has been looked at.
  open func onValidationBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batchIndex: Int
  ) throws {}
  /// The pass over the validation data is over; its metrics are known.
  open func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The validation is over.
  open func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  /// Metrics are complete: the seam for loggers.
  open func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {}

  /// The last epoch is over.
  open func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The fit is over.
  open func onFitEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The fit ends with an error.
  open func onException(
    _ trainer: Trainer, _ module: any LightningModule, error: any Error
  ) {}
  /// The last call of every fit that reached ``setup(_:_:)``, whatever happened: let go of things.
  open func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {}
}
