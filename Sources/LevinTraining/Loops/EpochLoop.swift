internal import LevinTensor

/// The epochs of a fit: batches, validations, and the row of metrics at the end of each.
///
/// It goes from moment to moment. What a moment does is either done as a whole or done once more by a fit that goes on from
/// there, so that a resumed fit has the bits of one that was never stopped; hooks are called at most once.
final class EpochLoop<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let train: any BatchSource<Model.Batch>
  private let validation: EvaluationLoop<Model>?
  private let stepping: TrainingStep<Model>
  private let check: DataCheck<Model>?
  @exclusivity(unchecked) private var reader: BatchReader<Model.Batch>?
  // The batch whose hooks are to be called, with what became of it.
  @exclusivity(unchecked) private var doneBatch: Model.Batch?
  @exclusivity(unchecked) private var doneOutcome: StepOutcome?
  // The reason for which the epoch is not completed.
  @exclusivity(unchecked) private var cut: StopReason?

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
    try session.finishRecord()
    while true {
      session.markMoment()
      if let ending = try advance() { return ending }
    }
  }

  // Does what comes next; the reason for the end of the fit, if it is over.
  private func advance() throws -> StopReason? {
    switch progress.moment {
    case .epoch:
      if let ending = session.endingBetweenEpochs { return ending }
      try beginEpoch()
    case .batch: return try runBatch()
    case .batchEnd: try endBatch()
    case .stepRow: try sendStepRow()
    case .validation: return try validateAfterBatch()
    case .validationRow:
      progress.moment = .batch
      try session.sendValidationRow()
    case .epochEnd: return try endEpoch()
    case .epochHooks:
      progress.moment = .epochRow
      try session.callAll { try $0.onTrainEpochEnd(trainer, model) }
    case .epochRow: return try finishEpoch()
    }
    return nil
  }

  // MARK: - Batches

  private func beginEpoch() throws {
    session.epochOfRecords = progress.epoch
    session.board.beginEpoch()
    stepping.beginEpoch()
    progress.moment = .batch
    try session.callAll { try $0.onTrainEpochStart(trainer, model) }
  }

  private func runBatch() throws -> StopReason? {
    if let ending = session.ending { return try leave(ending) }
    let reader = try openReader()
    guard let batch = try reader.next() else {
      if progress.batchesConsumed == 0 { throw TrainerError.emptyDataset(.training) }
      progress.moment = .epochEnd
      return nil
    }
    try check?.look(at: batch)
    let index = progress.batchesConsumed
    let isLast = try stepping.window > 1 && reader.isAtEnd
    guard let outcome = try stepping.run(batch, index: index, isLast: isLast) else { return nil }
    (doneBatch, doneOutcome) = (batch.content, outcome)
    session.outbox.hasAccumulated = outcome.isAccumulated
    progress.batchesConsumed += 1
    progress.totalBatches += 1
    progress.moment = .batchEnd
    return nil
  }

  private func openReader() throws -> BatchReader<Model.Batch> {
    if let reader { return reader }
    check?.begin()
    let reader = try BatchReader(train, epoch: progress.epoch, from: progress.batchesConsumed)
    self.reader = reader
    return reader
  }

  private func endBatch() throws {
    progress.moment = .stepRow
    guard let batch = doneBatch, let outcome = doneOutcome else { return }
    (doneBatch, doneOutcome) = (nil, nil)
    if session.callbacks.isEmpty { return }
    let index = progress.batchesConsumed - 1
    try session.callAll {
      try $0.onTrainBatchEnd(trainer, model, outcome: outcome, batch: batch, batchIndex: index)
    }
  }

  private func sendStepRow() throws {
    progress.moment = .validation
    // Values of hooks outside of a batch count once each.
    defer { session.board.batchWeight = 1 }
    try session.sendTrainingRow()
  }

  // MARK: - Validations

  private var isEpochOver: Bool {
    train.batchesPerEpoch.map { progress.batchesConsumed >= $0 } ?? false
  }

  private func validateAfterBatch() throws -> StopReason? {
    let isOver = isEpochOver
    guard !isOver, let validation, session.validations.isDue(progress, session.now) else {
      progress.moment = isOver ? .epochEnd : .batch
      return nil
    }
    guard let found = try validation.run() else { return try leave(session.ending ?? .cancelled) }
    progress.moment = .validationRow
    session.validations.note(progress, session.now)
    session.keepForRow(found)
    try validation.close()
    return nil
  }

  private func endEpoch() throws -> StopReason? {
    if let validation, session.validations.isDueAtEnd(progress, isCut: cut != nil, session.now) {
      if let ending = session.urgentEnding { return try leave(ending) }
      guard let found = try validation.run() else {
        return try leave(session.ending ?? .cancelled)
      }
      session.validations.note(progress, session.now)
      closeMetrics(found)
      try validation.close()
    } else {
      closeMetrics([])
    }
    return nil
  }

  private func closeMetrics(_ found: MetricsBoard.NamedValues) {
    session.keepForRow(session.board.takeEpochMetrics(.training) + found)
    progress.moment = .epochHooks
  }

  // MARK: - The end

  // Somebody wants the end within an epoch. A fit that goes on later does so from here; what was learnt up to now is
  // reported.
  private func leave(_ ending: StopReason) throws -> StopReason? {
    if cut == nil { session.keepState() }
    if ending == .interrupted || ending == .cancelled {
      // Without hooks: the user waits.
      session.keepForRow(session.board.takeEpochMetrics(.training))
      try session.sendEpochRow()
      return ending
    }
    cut = ending
    progress.moment = .epochEnd
    return nil
  }

  private func finishEpoch() throws -> StopReason? {
    reader = nil
    try session.sendEpochRow()
    if let cut { return cut }
    try session.schedules?.advance(.epoch)
    progress.epoch += 1
    progress.batchesConsumed = 0
    progress.moment = .epoch
    return nil
  }
}
