internal import LevinTensor

/// The epochs of a fit: batches, validations, and the row of metrics at the end of each.
///
/// It goes from moment to moment. What a moment does is either done as a whole or done once more by a fit that goes on from
/// there, so that a resumed fit has the bits of one that was never stopped. Moments of hooks go from callback to callback:
/// each is called once, and once more if it threw.
final class EpochLoop<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let train: any BatchSource<Model.Batch>
  private let validation: EvaluationLoop<Model>?
  private let stepping: TrainingStep<Model>
  private let check: DataCheck<Model>?
  @exclusivity(unchecked) private var reader: BatchReader<Model.Batch>?
  // The batch that was read and not learnt from.
  @exclusivity(unchecked) private var batch: LoadedBatch<Model.Batch>?
  // The batch whose hooks are to be called.
  @exclusivity(unchecked) private var doneBatch: Model.Batch?
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
    session.resumeAverages()
    while true {
      if let ending = try advance() { return ending }
    }
  }

  // Does what comes next; the reason for the end of the fit, if it is over.
  private func advance() throws -> StopReason? {
    switch progress.moment {
    case .epoch:
      if let ending = session.endingBetweenEpochs { return ending }
      beginEpoch()
    case .epochStart:
      try session.callInTurn { try $0.onTrainEpochStart(trainer, model) }
      progress.moment = .batchStart
    case .batchStart: return try beginBatch()
    case .batch: return try runBatch()
    case .schedules:
      try session.schedules?.advance(.step)
      progress.moment = .batchEnd
    case .batchEnd: try endBatch()
    case .stepRow: try sendStepRow()
    case .validation: return try validateAfterBatch()
    case .validationEpochEnd:
      try validation?.callEpochEnd()
      progress.moment = .validationEnd
    case .validationEnd:
      try validation?.callEnd()
      progress.moment = progress.isAtEpochEnd ? .epochHooks : .validationRow
    case .validationRow:
      progress.moment = .batchStart
      try session.sendValidationRow()
    case .epochEnd: return try endEpoch()
    case .epochHooks:
      try session.callInTurn { try $0.onTrainEpochEnd(trainer, model) }
      progress.moment = .epochRow
    case .epochRow: return try finishEpoch()
    }
    return nil
  }

  // MARK: - Batches

  private func beginEpoch() {
    session.epochOfRecords = progress.epoch
    session.board.beginEpoch()
    stepping.beginEpoch()
    (progress.isAtEpochEnd, progress.isEpochEndWanted) = (false, false)
    progress.moment = .epochStart
  }

  private func beginBatch() throws -> StopReason? {
    if let ending = session.ending { return try leave(ending) }
    try session.standardCheckpoint?.writeIfDue(trainer)
    if progress.isEpochEndWanted {
      progress.moment = .epochEnd
      return nil
    }
    guard let batch = try readBatch() else {
      if progress.batchesConsumed == 0 { throw TrainerError.emptyDataset(.training) }
      progress.moment = .epochEnd
      return nil
    }
    if session.callbacks.isEmpty {
      progress.moment = .batch
      try learn(from: batch)
      return nil
    }
    self.batch = batch
    session.board.batchWeight = try session.weight(of: batch.observationCount, .training)
    let index = progress.batchesConsumed
    try session.callInTurn {
      try $0.onTrainBatchStart(trainer, model, batch: batch.content, batchIndex: index)
    }
    progress.moment = .batch
    return nil
  }

  private func readBatch() throws -> LoadedBatch<Model.Batch>? {
    let reader = try openReader(from: progress.batchesConsumed)
    guard let profiler = session.profiler else { return try looked(at: reader.next()) }
    return try looked(at: profiler.measure("reading batches") { try reader.next() })
  }

  private func looked(
    at batch: LoadedBatch<Model.Batch>?
  ) throws -> LoadedBatch<Model.Batch>? {
    if let check, let batch { try check.look(at: batch) }
    return batch
  }

  private func openReader(from position: Int) throws -> BatchReader<Model.Batch> {
    if let reader { return reader }
    check?.begin()
    let reader = try BatchReader(train, epoch: progress.epoch, from: position)
    self.reader = reader
    return reader
  }

  private func runBatch() throws -> StopReason? {
    // A hook may have asked for the end.
    if let ending = session.ending {
      session.board.batchWeight = 1
      return try leave(ending)
    }
    if progress.isEpochEndWanted {
      session.board.batchWeight = 1
      (batch, progress.moment) = (nil, .epochEnd)
      return nil
    }
    guard let batch = try batch ?? readBatch() else {
      throw TrainerError.cannotResume(
        "the training data of the epoch end before batch \(progress.batchesConsumed), which the fit had come to"
      )
    }
    try learn(from: batch)
    self.batch = nil
    return nil
  }

  private func learn(from batch: LoadedBatch<Model.Batch>) throws {
    session.markMoment()
    let isLast = try stepping.window > 1 && reader?.isAtEnd ?? false
    let outcome = try stepping.run(batch, index: progress.batchesConsumed, isLast: isLast)
    session.forgetMoment()
    if !session.callbacks.isEmpty { doneBatch = batch.content }
    session.outbox.outcome = outcome
    progress.batchesConsumed += 1
    progress.totalBatches += 1
    progress.moment = session.hasStepSchedules && outcome.isTaken ? .schedules : .batchEnd
  }

  private func endBatch() throws {
    if !session.callbacks.isEmpty, let outcome = session.outbox.outcome {
      let batch = try doneBatch ?? readAgain()
      let index = progress.batchesConsumed - 1
      try session.callInTurn {
        try $0.onTrainBatchEnd(trainer, model, outcome: outcome, batch: batch, batchIndex: index)
      }
      doneBatch = nil
    }
    progress.moment = .stepRow
  }

  // The batch that a fit which goes on in the middle of its hooks had learnt from.
  private func readAgain() throws -> Model.Batch {
    guard let batch = try openReader(from: progress.batchesConsumed - 1).next() else {
      throw TrainerError.cannotResume("the training data have fewer batches than the fit had")
    }
    return batch.content
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
      progress.moment = isOver ? .epochEnd : .batchStart
      return nil
    }
    return try validate(validation)
  }

  private func endEpoch() throws -> StopReason? {
    progress.isAtEpochEnd = true
    guard let validation,
      session.validations.isDueAtEnd(progress, isCut: cut != nil, session.now)
    else {
      session.keepForRow(session.board.takeEpochMetrics(.training))
      progress.moment = .epochHooks
      return nil
    }
    if let ending = session.urgentEnding { return try leave(ending) }
    return try validate(validation)
  }

  private func validate(_ validation: EvaluationLoop<Model>) throws -> StopReason? {
    session.markMoment()
    session.keepCallbackStates()
    let metrics = try session.measured("validation") { try validation.run() }
    guard let found = metrics else { return try leave(session.ending ?? .cancelled) }
    session.forgetMoment()
    session.forgetCallbackStates()
    session.validations.note(progress, session.now)
    let ofEpoch = progress.isAtEpochEnd ? session.board.takeEpochMetrics(.training) : []
    session.keepForRow(ofEpoch + found)
    progress.moment = .validationEpochEnd
    return nil
  }

  // MARK: - The end

  // Somebody wants the end within an epoch. A fit that goes on later does so from here; what was learnt up to now is
  // reported.
  private func leave(_ ending: StopReason) throws -> StopReason? {
    if cut == nil, session.keptState == nil { session.keepState(endedBy: ending) }
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
    (reader, batch) = (nil, nil)
    try session.sendEpochRow()
    if let cut { return cut }
    try session.schedules?.advance(.epoch)
    progress.epoch += 1
    progress.batchesConsumed = 0
    progress.moment = .epoch
    return nil
  }
}
