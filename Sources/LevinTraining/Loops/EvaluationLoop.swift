internal import LevinTensor

/// A pass over validation data.
final class EvaluationLoop<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  let source: any BatchSource<Model.Batch>
  private let step: (Model.Batch, Int) throws -> Void
  /// Looks at batches that could not be looked at before the fit.
  var check: DataCheck<Model>?

  init(
    _ session: FitSession, _ model: Model, _ source: any BatchSource<Model.Batch>,
    step: @escaping (Model.Batch, Int) throws -> Void
  ) {
    self.session = session
    self.model = model
    self.source = source
    self.step = step
  }

  private var trainer: Trainer { session.trainer }

  /// Runs all batches, and gives the means over them; nil when the fit was interrupted.
  func run() throws -> MetricsBoard.NamedValues? {
    try session.callAll { try $0.onValidationStart(trainer, model) }
    try session.callAll { try $0.onValidationEpochStart(trainer, model) }
    session.board.phase = .validation
    session.validated = .init(done: 0, total: source.batchesPerEpoch)
    defer {
      session.board.phase = .training
      session.board.batchWeight = 1
      session.validated = nil
    }
    check?.begin()
    let isComplete = try runBatches()
    let metrics = session.board.takeEpochMetrics(.validation)
    return isComplete ? metrics : nil
  }

  /// Calls the hooks at the end of a validation, whose metrics are known.
  func close() throws {
    try session.callAll { try $0.onValidationEpochEnd(trainer, model) }
    try session.callAll { try $0.onValidationEnd(trainer, model) }
  }

  private func runBatches() throws -> Bool {
    var batches = try source.makeBatches(epoch: 0)
    var index = 0
    while let batch = try batches.next() {
      try check?.look(at: batch)
      session.board.batchWeight = try session.weight(of: batch.observationCount, .validation)
      try session.callAll { try $0.onValidationBatchStart(trainer, model, batchIndex: index) }
      try look(at: batch.content, index)
      session.validated?.done = index + 1
      try session.callAll { try $0.onValidationBatchEnd(trainer, model, batchIndex: index) }
      try session.sendStepMetrics(batchIndex: index)
      if let ending = session.ending, ending != .requested { return false }
      index += 1
    }
    if index == 0 { throw TrainerError.emptyDataset(.validation) }
    return true
  }

  // Hooks are outside: they may begin a fit of their own.
  private func look(at batch: Model.Batch, _ index: Int) throws {
    try withoutGradient { () throws -> Void in
      try step(batch, index)
      try session.board.collect()
    }
  }
}
