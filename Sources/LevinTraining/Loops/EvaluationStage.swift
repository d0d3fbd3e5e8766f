/// The passes over data that nothing is learnt from.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum EvaluationStage: Sendable, Hashable {
  /// A validation.
  case validation
  /// A test.
  case test
  /// A prediction.
  case prediction

  var role: DataRole {
    switch self {
    case .validation: .validation
    case .test: .test
    case .prediction: .prediction
    }
  }
}

// The hooks of each pass.
extension Callback {
  func onStart(_ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule) throws {
    switch stage {
    case .validation: try onValidationStart(t, m)
    case .test: try onTestStart(t, m)
    case .prediction: try onPredictStart(t, m)
    }
  }

  func onEpochStart(_ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule) throws {
    switch stage {
    case .validation: try onValidationEpochStart(t, m)
    case .test: try onTestEpochStart(t, m)
    case .prediction: try onPredictEpochStart(t, m)
    }
  }

  func onBatchStart(
    _ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule, _ batch: Any, _ index: Int
  ) throws {
    switch stage {
    case .validation: try onValidationBatchStart(t, m, batch: batch, batchIndex: index)
    case .test: try onTestBatchStart(t, m, batch: batch, batchIndex: index)
    case .prediction: try onPredictBatchStart(t, m, batch: batch, batchIndex: index)
    }
  }

  func onBatchEnd(
    _ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule, _ result: Any, _ batch: Any,
    _ index: Int
  ) throws {
    switch stage {
    case .validation: try onValidationBatchEnd(t, m, batch: batch, batchIndex: index)
    case .test: try onTestBatchEnd(t, m, batch: batch, batchIndex: index)
    case .prediction:
      try onPredictBatchEnd(t, m, prediction: result, batch: batch, batchIndex: index)
    }
  }

  func onEpochEnd(
    _ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule, _ results: [Any]
  ) throws {
    switch stage {
    case .validation: try onValidationEpochEnd(t, m)
    case .test: try onTestEpochEnd(t, m)
    case .prediction: try onPredictEpochEnd(t, m, predictions: results)
    }
  }

  func onEnd(_ stage: EvaluationStage, _ t: Trainer, _ m: any LightningModule) throws {
    switch stage {
    case .validation: try onValidationEnd(t, m)
    case .test: try onTestEnd(t, m)
    case .prediction: try onPredictEnd(t, m)
    }
  }
}
