internal import LevinTensor

/// The epochs of a fit: batches, validation, and the row of metrics at the end of each.
final class EpochLoop<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let train: any BatchSource<Model.Batch>
  private let validation: EvaluationLoop<Model>?
  private let stepping: TrainingStep<Model>
  private let check: DataCheck<Model>?
  // The epoch's metrics, from when they are known to when they are sent.
  private var metrics: MetricsBoard.NamedValues?

  init(
    _ session: FitSession, _ model: Model, train: any BatchSource<Model.Batch>,
    validation: EvaluationLoop<Model>?, stepping: TrainingStep<Model>, check: DataCheck<Model>?
  ) {
    self.session = session
    self.model = model
    self.train = train
    self.validation = validation
    self.stepping = stepping
    self.check = check
  }

  private var trainer: Trainer { session.trainer }
  private var progress: FitProgress { session.progress }

  /// Runs epochs until all are done or somebody asks for the end.
  func run() throws -> StopReason {
    while progress.epoch < trainer.maxEpochs {
      if let ending = session.ending { return ending }
      if let ending = try runEpoch() { return ending }
    }
    return .maxEpochs
  }

  // The reason why the epoch was not completed.
  private func runEpoch() throws -> StopReason? {
    session.epochOfRecords = progress.epoch
    session.board.beginEpoch()
    stepping.beginEpoch()
    try session.callAll { try $0.onTrainEpochStart(trainer, model) }
    var ending = session.ending
    if ending == nil { ending = try runBatches() }
    ending = try closeEpoch(ending)
    if ending == nil {
      progress.epoch += 1
      progress.batchesConsumed = 0
    }
    return ending
  }

  private func runBatches() throws -> StopReason? {
    var batches = try train.makeBatches(epoch: progress.epoch)
    check?.begin()
    while let batch = try batches.next() {
      try check?.look(at: batch)
      guard try stepping.run(batch, index: progress.batchesConsumed) else { return session.ending }
      progress.batchesConsumed += 1
      guard let ending = session.ending else { continue }
      // An epoch whose last batch it was is complete, unless its validation would be left out. Where nobody knows the
      // number of batches it counts as incomplete: to ask for another one would take it from the stream.
      let isComplete = train.batchesPerEpoch.map { progress.batchesConsumed >= $0 } ?? false
      let mayBeClosed = ending == .requested || validation == nil
      return isComplete && mayBeClosed ? nil : ending
    }
    if progress.batchesConsumed == 0 { throw TrainerError.emptyDataset(.training) }
    return nil
  }

  // An epoch that was cut short reports what it has. One that was stopped on request is closed with validation and
  // hooks; one that was interrupted is not, since the user waits.
  private func closeEpoch(_ ending: StopReason?) throws -> StopReason? {
    metrics = session.board.takeEpochMetrics(.training)
    var ending = ending
    if ending == nil || ending == .requested {
      if progress.batchesConsumed > 0, let validation, try !validate(validation) {
        ending = session.ending
      }
      if ending == nil || ending == .requested {
        try session.callAll { try $0.onTrainEpochEnd(trainer, model) }
      }
    }
    try sendMetricsOfEpoch()
    return ending
  }

  private func validate(_ validation: EvaluationLoop<Model>) throws -> Bool {
    guard let found = try validation.run() else { return false }
    metrics?.append(contentsOf: found)
    try validation.close()
    return true
  }

  /// Sends the epoch's row, if it has not been sent: training, validation and what hooks logged since.
  func sendMetricsOfEpoch() throws {
    guard let metrics else { return }
    self.metrics = nil
    try session.sendEpochMetrics(metrics)
  }
}
