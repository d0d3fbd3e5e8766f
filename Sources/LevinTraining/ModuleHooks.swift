// What modules that want hooks conform to: one requirement each, so that a misspelt hook does not compile. A module's
// hook comes after those of the callbacks.

/// A module that does something when a fit begins, once its optimizer is configured.
public protocol FitStartHandling: LightningModule {
  /// The fit begins.
  func onFitStart(_ trainer: Trainer) throws
}

/// A module that does something when a fit is over.
public protocol FitEndHandling: LightningModule {
  /// The fit is over; ``Trainer/result`` is known.
  func onFitEnd(_ trainer: Trainer) throws
}

/// A module that does something when an epoch begins.
public protocol TrainEpochStartHandling: LightningModule {
  /// An epoch begins.
  func onTrainEpochStart(_ trainer: Trainer) throws
}

/// A module that does something when an epoch is over.
public protocol TrainEpochEndHandling: LightningModule {
  /// An epoch is over, validation included; its metrics are known.
  func onTrainEpochEnd(_ trainer: Trainer) throws
}

/// A module that does something when a validation begins.
public protocol ValidationEpochStartHandling: LightningModule {
  /// The pass over the validation data begins.
  func onValidationEpochStart(_ trainer: Trainer) throws
}

/// A module that does something when the validation data have been gone through.
public protocol ValidationEpochEndHandling: LightningModule {
  /// The pass over the validation data is over; its metrics are known.
  func onValidationEpochEnd(_ trainer: Trainer) throws
}

/// Hands hooks on to a module that has some.
final class ModuleHooks: Callback {
  private let fitStart: (any FitStartHandling)?
  private let fitEnd: (any FitEndHandling)?
  private let epochStart: (any TrainEpochStartHandling)?
  private let epochEnd: (any TrainEpochEndHandling)?
  private let validationStart: (any ValidationEpochStartHandling)?
  private let validationEnd: (any ValidationEpochEndHandling)?

  /// The hooks of a module; nil if it has none.
  init?(_ module: any LightningModule) {
    fitStart = module as? any FitStartHandling
    fitEnd = module as? any FitEndHandling
    epochStart = module as? any TrainEpochStartHandling
    epochEnd = module as? any TrainEpochEndHandling
    validationStart = module as? any ValidationEpochStartHandling
    validationEnd = module as? any ValidationEpochEndHandling
    super.init()
    let all: [Any?] = [fitStart, fitEnd, epochStart, epochEnd, validationStart, validationEnd]
    if all.allSatisfy({ $0 == nil }) { return nil }
  }

  override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    try fitStart?.onFitStart(trainer)
  }

  override func onFitEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    try fitEnd?.onFitEnd(trainer)
  }

  override func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    try epochStart?.onTrainEpochStart(trainer)
  }

  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    try epochEnd?.onTrainEpochEnd(trainer)
  }

  override func onValidationEpochStart(
    _ trainer: Trainer, _ module: any LightningModule
  ) throws {
    try validationStart?.onValidationEpochStart(trainer)
  }

  override func onValidationEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    try validationEnd?.onValidationEpochEnd(trainer)
  }
}
