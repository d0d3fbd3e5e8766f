public import LevinNN
public import LevinTensor

/// Something that takes part in a fit without being the model: a logger, a plot, a stopping rule.
///
/// Subclasses override the hooks they need. Hooks are called on the thread of the fit, callback after
/// callback in the order given to the trainer. They run in this order, with Lightning's names:
///
///     setup, onFitStart, onTrainStart
///       onTrainEpochStart
///         onTrainBatchStart, onBeforeOptimizerStep, onTrainBatchEnd       per batch
///         onValidationStart, onValidationEpochStart,
///           onValidationBatchStart, onValidationBatchEnd,                 per batch
///         onValidationEpochEnd, onValidationEnd
///       onTrainEpochEnd, onMetrics
///     onTrainEnd, onFitEnd, teardown
///
/// ``onMetrics(_:_:record:)`` comes whenever metrics are complete: once at the end of each epoch, with
/// what training, validation and hooks logged in it, and after each step that logged some by step.
///
/// A value that a step or a hook logs is in ``Trainer/metrics`` before the next callback's hook is called, under the name it
/// was logged with. What `onMetrics` itself logs comes in a second record of the same epoch and step.
///
/// Hooks of a start have their hook of an end, but for two cases: a batch that is not learnt from, since somebody asked
/// for the end in `onTrainBatchStart`, has no `onTrainBatchEnd`; and after Ctrl-C or a cancelled task, for which the user
/// waits, an epoch or a validation that was cut short has no hooks of its end.
///
/// An error that a hook throws ends the fit: then ``onException(_:_:error:)`` and ``teardown(_:_:)``
/// follow, and `fit` throws the error.
///
/// A callback that keeps something from hook to hook, which a resumed run would miss, says so by ``state()`` and
/// ``restore(from:)``.
open class Callback: Stateful {
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
  /// The gradients of a step are known as a graph, and the optimizer has not seen them.
  ///
  /// Nothing is computed yet: what is made of the gradients here, and what is logged, joins the one evaluation of the
  /// step. An assigned gradient takes the place of the old one. It is not called for a batch that is skipped.
  open func onBeforeOptimizerStep(
    _ trainer: Trainer, _ module: any LightningModule, gradients: inout NamedGradients
  ) throws {}
  /// A batch is done: its step is in force, or it was skipped.
  open func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batchIndex: Int
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
  /// The fit is over; ``Trainer/result`` is known.
  open func onFitEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The fit ends with an error.
  open func onException(
    _ trainer: Trainer, _ module: any LightningModule, error: any Error
  ) {}
  /// The last call of every fit that reached ``setup(_:_:)``, whatever happened: let go of things.
  open func teardown(_ trainer: Trainer, _ module: any LightningModule) throws {}

  /// Everything that the callback keeps from hook to hook; nothing unless overridden.
  open func state() -> State { State() }

  /// Takes over what another callback of this kind kept.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  open func restore(from state: State) throws { try state.expectOnly([]) }
}
