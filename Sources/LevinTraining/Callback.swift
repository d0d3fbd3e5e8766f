public import LevinNN
public import LevinTensor

/// Something that takes part in a fit without being the model: a logger, a plot, a stopping rule.
///
/// Subclasses override the hooks they need. Hooks are called on the thread of the fit, callback after
/// callback in the order given to the trainer, those that ``runsLast`` after all others. They run in this order, with
/// Lightning's names:
///
///     setup, onFitStart
///     onSanityCheckStart, (validation), onSanityCheckEnd
///     onTrainStart
///       onTrainEpochStart
///         onTrainBatchStart, onBeforeZeroGrad, onBeforeBackward, onAfterBackward,
///         onBeforeOptimizerStep, onTrainBatchEnd                        per batch
///         onValidationStart, onValidationEpochStart,
///           onValidationBatchStart, onValidationBatchEnd,               per batch
///         onValidationEpochEnd, onValidationEnd
///       onTrainEpochEnd, onMetrics
///     onTrainEnd, onFitEnd, teardown
///
/// Of a window of several batches whose gradients are accumulated, `onBeforeZeroGrad` comes with the first and
/// `onBeforeOptimizerStep` with the last. `Trainer.test` and `Trainer.predict` have hooks of their own names in the place
/// of those of a validation.
///
/// ``onMetrics(_:_:record:)`` comes whenever metrics are complete: once at the end of each epoch, with
/// what training, validation and hooks logged in it, after each validation in mid-epoch, and after each step that logged
/// some by step.
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

  /// Whether its hooks come after those of all other callbacks: for those that write down what others keep, such as
  /// checkpoints.
  open var runsLast: Bool { false }

  /// Whether it takes part in a trial of the whole program (`fastDevRun`), which leaves nothing on disk and stops for no
  /// metric.
  open var runsInTrials: Bool { true }

  /// The name of its state in a checkpoint, which tells two callbacks of one kind apart; the type unless overridden.
  open var stateName: String { "\(type(of: self))" }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  open func settingsProblem(_ trainer: Trainer) -> String? { nil }

  // MARK: - A fit

  /// The fit begins, its settings and data have been checked.
  open func setup(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The optimizer is configured.
  open func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A few batches of validation are about to be tried, before anything is learnt; their metrics count for nothing.
  open func onSanityCheckStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The trial of a few batches of validation is over.
  open func onSanityCheckEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The first epoch is about to begin.
  open func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// An epoch begins.
  open func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A batch is about to be learnt from.
  open func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// A step of gradients begins anew, with the first batch that it is made of.
  open func onBeforeZeroGrad(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The loss of a batch is known as a graph, of which the gradients are about to be made.
  open func onBeforeBackward(
    _ trainer: Trainer, _ module: any LightningModule, loss: Tensor
  ) throws {}
  /// The gradients of a batch are known as a graph.
  open func onAfterBackward(
    _ trainer: Trainer, _ module: any LightningModule, gradients: NamedGradients
  ) throws {}
  /// The gradients of a step are known as a graph, and the optimizer has not seen them.
  ///
  /// Nothing is computed yet: what is made of the gradients here, and what is logged, joins the one evaluation of the
  /// step. An assigned gradient takes the place of the old one; it is clipped afterwards. It is not called for a batch
  /// that is skipped or only adds to the gradients of a window.
  open func onBeforeOptimizerStep(
    _ trainer: Trainer, _ module: any LightningModule, gradients: inout NamedGradients
  ) throws {}
  /// A batch is done: its step is in force, or it was skipped.
  open func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) throws {}
  /// An epoch is over, validation included; its metrics are known.
  open func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  // MARK: - A validation

  /// A validation is about to begin.
  open func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The pass over the validation data begins.
  open func onValidationEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A validation batch is about to be looked at.
  open func onValidationBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// A validation batch has been looked at.
  open func onValidationBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// The pass over the validation data is over; its metrics are known.
  open func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The validation is over.
  open func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  // MARK: - A test

  /// A test is about to begin.
  open func onTestStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The pass over the test data begins.
  open func onTestEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A test batch is about to be looked at.
  open func onTestBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// A test batch has been looked at.
  open func onTestBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// The pass over the test data is over; its metrics are known.
  open func onTestEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The test is over.
  open func onTestEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  // MARK: - A prediction

  /// A prediction is about to begin.
  open func onPredictStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// The pass over the data begins.
  open func onPredictEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {}
  /// A batch is about to be predicted from.
  open func onPredictBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) throws {}
  /// A batch has been predicted from.
  open func onPredictBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, prediction: Any, batch: Any, batchIndex: Int
  ) throws {}
  /// The pass over the data is over.
  open func onPredictEpochEnd(
    _ trainer: Trainer, _ module: any LightningModule, predictions: [Any]
  ) throws {}
  /// The prediction is over.
  open func onPredictEnd(_ trainer: Trainer, _ module: any LightningModule) throws {}

  // MARK: - Metrics

  /// Metrics are complete: the seam for loggers.
  open func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) throws {}

  // MARK: - The end

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

  // MARK: - State

  /// Everything that the callback keeps from hook to hook; nothing unless overridden.
  open func state() -> State { State() }

  /// Takes over what another callback of this kind kept.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  open func restore(from state: State) throws { try state.expectOnly([]) }
}
