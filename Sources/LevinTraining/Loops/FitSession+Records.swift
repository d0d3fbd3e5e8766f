internal import LevinTensor

// The records that loggers get: rows of steps, validations and epochs.
extension FitSession {
  /// Sends the row of the step that was just settled, if it has one.
  func sendStepMetrics(batchIndex: Int? = nil) throws {
    try send(board.takeStepMetrics(board.phase), batchIndex: batchIndex, closesEpoch: false)
  }

  /// Sends the row of the training batch that is done, every so many steps and at the end.
  func sendTrainingRow() throws {
    let hasRow = outbox.outcome?.isAccumulated != true
    outbox.outcome = nil
    if hasRow, settings.logEveryNSteps == 1 { return try sendStepMetrics() }
    if hasRow, settings.logEveryNSteps > 0 {
      if progress.step.isMultiple(of: settings.logEveryNSteps) { return try sendStepMetrics() }
      if let ending {
        let metrics = board.takeStepMetrics(.training)
        // A fit that goes on has no row here.
        if keptState == nil { keepState(endedBy: ending) }
        return try send(metrics, batchIndex: nil, closesEpoch: false)
      }
    }
    _ = board.takeStepMetrics(.training)
  }

  /// Keeps metrics that are known for the next row of an epoch or a validation.
  func keepForRow(_ metrics: MetricsBoard.NamedValues) { outbox.metrics = metrics }

  /// Sends the row of an epoch, if there is one: the metrics that were kept, and what hooks logged since.
  func sendEpochRow() throws {
    guard let metrics = outbox.metrics else { return }
    outbox.metrics = nil
    try sendEpochMetrics(metrics)
  }

  /// Sends the row of a validation within an epoch.
  func sendValidationRow() throws {
    guard let metrics = outbox.metrics else { return }
    outbox.metrics = nil
    try board.collect()
    try send(metrics + lateMetrics(.validation), batchIndex: nil, closesEpoch: false)
  }

  /// Sends the row of an epoch: the metrics given, and what hooks logged since they were taken.
  func sendEpochMetrics(_ metrics: MetricsBoard.NamedValues) throws {
    try board.collect()
    let late = lateMetrics(.training) + lateMetrics(.validation)
    try send(metrics + late, batchIndex: nil, closesEpoch: true)
  }

  // What hooks have logged since the metrics of a phase were closed.
  private func lateMetrics(_ phase: MetricsBoard.Phase) -> MetricsBoard.NamedValues {
    board.takeStepMetrics(phase) + board.takeEpochMetrics(phase)
  }

  /// Sends a record that some callbacks have not got, because one of them failed.
  func finishRecord() throws {
    guard let record = outbox.record else { return }
    try board.inPhase(.records) { try deliver(record) }
  }

  // Hands a record to all callbacks, and then what they logged in answer.
  private func send(
    _ metrics: MetricsBoard.NamedValues, batchIndex: Int?, closesEpoch: Bool
  ) throws {
    if closesEpoch { board.beginEpoch() }
    let media = board.takeMedia()
    if metrics.isEmpty && media.isEmpty || callbacks.isEmpty { return }
    let record = MetricsRecord(
      epoch: epochOfRecords, step: max(progress.step - 1, 0), batchIndex: batchIndex,
      metrics: metrics, media: media)
    // What is logged in answer belongs to no batch.
    let (phase, weight) = (board.phase, board.batchWeight)
    (board.phase, board.batchWeight) = (.records, 1)
    defer { (board.phase, board.batchWeight) = (phase, weight) }
    try deliver(record)
    try sendAnswers(to: record, closesEpoch)
  }

  private func deliver(_ record: MetricsRecord) throws {
    outbox.record = record
    try callInTurn { try $0.onMetrics(trainer, module, record: record) }
    outbox.record = nil
  }

  // A callback that logs in `onMetrics` has its values in a record of the same epoch and step. It is called for that
  // one too, and what it logs then is not taken again, or there would be no end.
  private func sendAnswers(to record: MetricsRecord, _ closesEpoch: Bool) throws {
    guard board.isFresh || closesEpoch else { return }
    var answers = board.takeStepMetrics(.records)
    if closesEpoch { answers += board.takeEpochMetrics(.records) }
    let media = board.takeMedia()
    if answers.isEmpty && media.isEmpty { return }
    let answer = MetricsRecord(
      epoch: record.epoch, step: record.step, batchIndex: record.batchIndex, metrics: answers,
      media: media)
    let known = answers.map(\.name) + media.map(\.name)
    board.intake = .answering(Set(known.map(ExactName.init)))
    defer { board.intake = .open }
    try deliver(answer)
  }
}
