public import LevinNN

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
  /// The closure of ``Callback/onTrainStart(_:_:)``.
  public var onTrainStart: Hook?
  /// The closure of ``Callback/onTrainEpochStart(_:_:)``.
  public var onTrainEpochStart: Hook?
  /// The closure of ``Callback/onTrainBatchStart(_:_:batch:batchIndex:)``.
  public var onTrainBatchStart: BatchHook?
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
  /// The closure of ``Callback/onValidationEnd(_:_:)``.
  public var onValidationEnd: Hook?
  /// The closure of ``Callback/onTestEnd(_:_:)``.
  public var onTestEnd: Hook?
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
  /// Calls ``onValidationEnd``.
  public override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onValidationEnd?(t, m)
  }
  /// Calls ``onTestEnd``.
  public override func onTestEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onTestEnd?(t, m)
  }
  /// Calls ``onPredictEnd``.
  public override func onPredictEnd(_ t: Trainer, _ m: any LightningModule) throws {
    try onPredictEnd?(t, m)
  }
  /// Calls ``onMetrics``.
  public override func onMetrics(
    _ t: Trainer, _ m: any LightningModule, record: MetricsRecord
  ) throws { try onMetrics?(t, m, record) }
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
