public import LevinNN
public import LevinTensor

/// A callback made of closures, for what is too small for a class.
///
///     let callback = LambdaCallback()
///     callback.onTrainEpochEnd = { trainer, _ in print(trainer.metrics["train_loss"] ?? .nan) }
public final class LambdaCallback: Callback {
  /// A hook that is given the trainer and the module.
  public typealias Hook = (_ trainer: Trainer, _ module: any LightningModule) throws -> Void
  /// A hook that is given the trainer, the module, a batch and its index.
  public typealias BatchHook = (
    _ trainer: Trainer, _ module: any LightningModule, _ batch: Any, _ batchIndex: Int
  ) throws -> Void

  /// The closure of ``Callback/setup(_:_:)``.
  public var setup: Hook?
  /// The closure of ``Callback/onFitStart(_:_:)``.
  public var onFitStart: Hook?
  /// The closure of ``Callback/onSanityCheckStart(_:_:)``.
  public var onSanityCheckStart: Hook?
  /// The closure of ``Callback/onSanityCheckEnd(_:_:)``.
  public var onSanityCheckEnd: Hook?
  /// The closure of ``Callback/onTrainStart(_:_:)``.
  public var onTrainStart: Hook?
  /// The closure of ``Callback/onTrainEpochStart(_:_:)``.
  public var onTrainEpochStart: Hook?
  /// The closure of ``Callback/onTrainBatchStart(_:_:batch:batchIndex:)``.
  public var onTrainBatchStart: BatchHook?
  /// The closure of ``Callback/onBeforeZeroGrad(_:_:)``.
  public var onBeforeZeroGrad: Hook?
  /// The closure of ``Callback/onBeforeBackward(_:_:loss:)``.
  public var onBeforeBackward:
    ((_ trainer: Trainer, _ module: any LightningModule, _ loss: Tensor) throws -> Void)?
  /// The closure of ``Callback/onAfterBackward(_:_:gradients:)``.
  public var onAfterBackward:
    ((_ trainer: Trainer, _ module: any LightningModule, NamedGradients) throws -> Void)?
  /// The closure of ``Callback/onBeforeOptimizerStep(_:_:gradients:)``.
  public var onBeforeOptimizerStep:
    ((_ trainer: Trainer, _ module: any LightningModule, inout NamedGradients) throws -> Void)?
  /// The closure of ``Callback/onTrainBatchEnd(_:_:outcome:batch:batchIndex:)``.
  public var onTrainBatchEnd:
    (
      (
        _ trainer: Trainer, _ module: any LightningModule, _ outcome: StepOutcome, _ batch: Any,
        _ batchIndex: Int
      ) throws -> Void
    )?
  /// The closure of ``Callback/onTrainEpochEnd(_:_:)``.
  public var onTrainEpochEnd: Hook?
  /// The closure of ``Callback/onValidationStart(_:_:)``.
  public var onValidationStart: Hook?
  /// The closure of ``Callback/onValidationEpochStart(_:_:)``.
  public var onValidationEpochStart: Hook?
  /// The closure of ``Callback/onValidationBatchStart(_:_:batch:batchIndex:)``.
  public var onValidationBatchStart: BatchHook?
  /// The closure of ``Callback/onValidationBatchEnd(_:_:batch:batchIndex:)``.
  public var onValidationBatchEnd: BatchHook?
  /// The closure of ``Callback/onValidationEpochEnd(_:_:)``.
  public var onValidationEpochEnd: Hook?
  /// The closure of ``Callback/onValidationEnd(_:_:)``.
  public var onValidationEnd: Hook?
  /// The closure of ``Callback/onTestStart(_:_:)``.
  public var onTestStart: Hook?
  /// The closure of ``Callback/onTestEpochStart(_:_:)``.
  public var onTestEpochStart: Hook?
  /// The closure of ``Callback/onTestBatchStart(_:_:batch:batchIndex:)``.
  public var onTestBatchStart: BatchHook?
  /// The closure of ``Callback/onTestBatchEnd(_:_:batch:batchIndex:)``.
  public var onTestBatchEnd: BatchHook?
  /// The closure of ``Callback/onTestEpochEnd(_:_:)``.
  public var onTestEpochEnd: Hook?
  /// The closure of ``Callback/onTestEnd(_:_:)``.
  public var onTestEnd: Hook?
  /// The closure of ``Callback/onPredictStart(_:_:)``.
  public var onPredictStart: Hook?
  /// The closure of ``Callback/onPredictEpochStart(_:_:)``.
  public var onPredictEpochStart: Hook?
  /// The closure of ``Callback/onPredictBatchStart(_:_:batch:batchIndex:)``.
  public var onPredictBatchStart: BatchHook?
  /// The closure of ``Callback/onPredictBatchEnd(_:_:prediction:batch:batchIndex:)``.
  public var onPredictBatchEnd:
    (
      (
        _ trainer: Trainer, _ module: any LightningModule, _ prediction: Any, _ batch: Any,
        _ batchIndex: Int
      ) throws -> Void
    )?
  /// The closure of ``Callback/onPredictEpochEnd(_:_:predictions:)``.
  public var onPredictEpochEnd:
    ((_ trainer: Trainer, _ module: any LightningModule, _ predictions: [Any]) throws -> Void)?
  /// The closure of ``Callback/onPredictEnd(_:_:)``.
  public var onPredictEnd: Hook?
  /// The closure of ``Callback/onMetrics(_:_:record:)``.
  public var onMetrics:
    ((_ trainer: Trainer, _ module: any LightningModule, MetricsRecord) throws -> Void)?
  /// The closure of ``Callback/onTrainEnd(_:_:)``.
  public var onTrainEnd: Hook?
  /// The closure of ``Callback/onFitEnd(_:_:)``.
  public var onFitEnd: Hook?
  /// The closure of ``Callback/onException(_:_:error:)``.
  public var onException: ((_ trainer: Trainer, _ module: any LightningModule, any Error) -> Void)?
  /// The closure of ``Callback/teardown(_:_:)``.
  public var teardown: Hook?

  /// Makes a callback without closures.
  public override init() { super.init() }

  /// Calls ``setup``.
  public override func setup(_ t: Trainer, _ m: any LightningModule) throws { try setup?(t, m) }
  /// Calls ``onFitStart``.
  public override func onFitStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onFitStart?(t, m)
  }
  /// Calls ``onSanityCheckStart``.
  public override func onSanityCheckStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onSanityCheckStart?(t, m)
  }
  /// Calls ``onSanityCheckEnd``.
  public override func onSanityCheckEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onSanityCheckEnd?(t, m)
  }
  /// Calls ``onTrainStart``.
  public override func onTrainStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onTrainStart?(t, m)
  }
  /// Calls ``onTrainEpochStart``.
  public override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onTrainEpochStart?(t, m)
  }
  /// Calls ``onTrainBatchStart``.
  public override func onTrainBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onTrainBatchStart?(t, m, batch, batchIndex) }
  /// Calls ``onBeforeZeroGrad``.
  public override func onBeforeZeroGrad(_ t: Trainer, _ m: any LightningModule) throws {
    try onBeforeZeroGrad?(t, m)
  }
  /// Calls ``onBeforeBackward``.
  public override func onBeforeBackward(_ t: Trainer, _ m: any LightningModule, loss: Tensor) throws
  { try onBeforeBackward?(t, m, loss) }
  /// Calls ``onAfterBackward``.
  public override func onAfterBackward(
    _ t: Trainer, _ m: any LightningModule, gradients: NamedGradients
  ) throws { try onAfterBackward?(t, m, gradients) }
  /// Calls ``onBeforeOptimizerStep``.
  public override func onBeforeOptimizerStep(
    _ t: Trainer, _ m: any LightningModule, gradients: inout NamedGradients
  ) throws { try onBeforeOptimizerStep?(t, m, &gradients) }
  /// Calls ``onTrainBatchEnd``.
  public override func onTrainBatchEnd(
    _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
  ) throws { try onTrainBatchEnd?(t, m, outcome, batch, batchIndex) }
  /// Calls ``onTrainEpochEnd``.
  public override func onTrainEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onTrainEpochEnd?(t, m)
  }
  /// Calls ``onValidationStart``.
  public override func onValidationStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onValidationStart?(t, m)
  }
  /// Calls ``onValidationEpochStart``.
  public override func onValidationEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onValidationEpochStart?(t, m)
  }
  /// Calls ``onValidationBatchStart``.
  public override func onValidationBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onValidationBatchStart?(t, m, batch, batchIndex) }
  /// Calls ``onValidationBatchEnd``.
  public override func onValidationBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onValidationBatchEnd?(t, m, batch, batchIndex) }
  /// Calls ``onValidationEpochEnd``.
  public override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onValidationEpochEnd?(t, m)
  }
  /// Calls ``onValidationEnd``.
  public override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onValidationEnd?(t, m)
  }
  /// Calls ``onTestStart``.
  public override func onTestStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onTestStart?(t, m)
  }
  /// Calls ``onTestEpochStart``.
  public override func onTestEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onTestEpochStart?(t, m)
  }
  /// Calls ``onTestBatchStart``.
  public override func onTestBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onTestBatchStart?(t, m, batch, batchIndex) }
  /// Calls ``onTestBatchEnd``.
  public override func onTestBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onTestBatchEnd?(t, m, batch, batchIndex) }
  /// Calls ``onTestEpochEnd``.
  public override func onTestEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onTestEpochEnd?(t, m)
  }
  /// Calls ``onTestEnd``.
  public override func onTestEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onTestEnd?(t, m)
  }
  /// Calls ``onPredictStart``.
  public override func onPredictStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onPredictStart?(t, m)
  }
  /// Calls ``onPredictEpochStart``.
  public override func onPredictEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
    try onPredictEpochStart?(t, m)
  }
  /// Calls ``onPredictBatchStart``.
  public override func onPredictBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) throws { try onPredictBatchStart?(t, m, batch, batchIndex) }
  /// Calls ``onPredictBatchEnd``.
  public override func onPredictBatchEnd(
    _ t: Trainer, _ m: any LightningModule, prediction: Any, batch: Any, batchIndex: Int
  ) throws { try onPredictBatchEnd?(t, m, prediction, batch, batchIndex) }
  /// Calls ``onPredictEpochEnd``.
  public override func onPredictEpochEnd(_ t: Trainer, _ m: any LightningModule, predictions: [Any])
    throws
  { try onPredictEpochEnd?(t, m, predictions) }
  /// Calls ``onPredictEnd``.
  public override func onPredictEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onPredictEnd?(t, m)
  }
  /// Calls ``onMetrics``.
  public override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord)
    throws
  { try onMetrics?(t, m, record) }
  /// Calls ``onTrainEnd``.
  public override func onTrainEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onTrainEnd?(t, m)
  }
  /// Calls ``onFitEnd``.
  public override func onFitEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onFitEnd?(t, m)
  }
  /// Calls ``onException``.
  public override func onException(_ t: Trainer, _ m: any LightningModule, error: any Error) {
    onException?(t, m, error)
  }
  /// Calls ``teardown``.
  public override func teardown(_ t: Trainer, _ m: any LightningModule) throws {
    try teardown?(t, m)
  }
}
