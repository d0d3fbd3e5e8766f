internal import LevinTensor

/// A pass over data that nothing is learnt from: a validation, a test, a prediction.
final class EvaluationLoop<Model: LightningModule> {
  /// What is done with a batch, given its index and that of its source.
  typealias Work = (_ batch: Model.Batch, _ index: Int, _ loader: Int) throws -> Any

  private let session: FitSession
  private let model: Model
  private let stage: EvaluationStage
  private let work: Work
  /// The data, one source after the other.
  private(set) var sources: [any BatchSource<Model.Batch>]
  /// Looks at batches of a source that could not be looked at before the fit.
  var checks: [DataCheck<Model>?] = []
  /// What came of the batches of a prediction, source by source.
  private(set) var results: [[Any]] = []

  init(
    _ session: FitSession, _ model: Model, _ stage: EvaluationStage,
    _ sources: [any BatchSource<Model.Batch>], _ work: @escaping Work
  ) {
    self.session = session
    self.model = model
    self.stage = stage
    self.sources = sources.map { $0.separate }
    self.work = work
  }

  private var trainer: Trainer { session.trainer }

  /// Runs all batches, and gives the means over them; nil when the fit was interrupted.
  func run() throws -> MetricsBoard.NamedValues? {
    let (trainer, model, stage) = (trainer, model, stage)
    let board = session.board
    board.beginPass(.validation)
    board.batchWeight = 1
    session.validated = .init(done: 0, total: total)
    defer {
      board.batchWeight = 1
      board.suffix = ""
      session.validated = nil
      trainer.dataloaderIndex = 0
    }
    return try board.inPhase(.validation) {
      try session.callAll { try $0.onStart(stage, trainer, model) }
      try session.callAll { try $0.onEpochStart(stage, trainer, model) }
      results = []
      var isComplete = true
      for index in sources.indices where isComplete { isComplete = try runSource(index) }
      board.suffix = ""
      let metrics = board.takeEpochMetrics(.validation)
      return isComplete ? metrics : nil
    }
  }

  /// Calls the hooks at the end of a pass, whose metrics are known.
  func callEpochEnd() throws {
    let (trainer, model, stage) = (trainer, model, stage)
    let all = results.flatMap(\.self)
    try session.board.inPhase(.validation) {
      try session.callInTurn { try $0.onEpochEnd(stage, trainer, model, all) }
    }
  }

  /// Calls the last hooks.
  func callEnd() throws {
    let (trainer, model, stage) = (trainer, model, stage)
    try session.board.inPhase(.validation) {
      try session.callInTurn { try $0.onEnd(stage, trainer, model) }
    }
  }

  /// Runs the first batches as a trial whose metrics and draws count for nothing.
  func rehearse(_ limit: BatchLimit) throws {
    let all = sources
    defer { sources = all }
    sources = try all.compactMap { try $0.limited(to: limit, "sanityValidationBatches") }
    if sources.isEmpty { return }
    let (trainer, model) = (trainer, model)
    try session.callAll { try $0.onSanityCheckStart(trainer, model) }
    try withDefaultGenerator(session.generator.stream) {
      try session.board.withoutIntake {
        trainer.isSanityChecking = true
        defer { trainer.isSanityChecking = false }
        if try run() != nil {
          try callEpochEnd()
          try callEnd()
        }
      }
    }
    try session.callAll { try $0.onSanityCheckEnd(trainer, model) }
  }

  private var total: Int? {
    sources.reduce(0) { sum, source in
      guard let sum, let count = source.batchesPerEpoch else { return nil }
      return sum + count
    }
  }

  private func runSource(_ loader: Int) throws -> Bool {
    let source = sources[loader]
    trainer.dataloaderIndex = loader
    if sources.count > 1 { session.board.suffix = "/dataloader_idx_\(loader)" }
    let check = loader < checks.count ? checks[loader] : nil
    check?.begin()
    results.append([])
    let batches = try BatchReader(source, for: stage.role, loader: loader, epoch: 0)
    var index = 0
    while let batch = try batches.next() {
      try check?.look(at: batch)
      session.board.batchWeight = try session.weight(of: batch.observationCount, stage.role)
      try run(batch.content, index, loader)
      if session.urgentEnding != nil { return false }
      index += 1
    }
    if index == 0 { throw TrainerError.emptyDataset(stage.role) }
    return true
  }

  private func run(_ batch: Model.Batch, _ index: Int, _ loader: Int) throws {
    let (trainer, model, stage) = (trainer, model, stage)
    try session.callAll { try $0.onBatchStart(stage, trainer, model, batch, index) }
    let result = try look(at: batch, index, loader)
    if stage == .prediction { results[loader].append(result) }
    session.validated?.done += 1
    try session.callAll { try $0.onBatchEnd(stage, trainer, model, result, batch, index) }
    try session.sendStepMetrics(batchIndex: index)
  }

  // Hooks are outside: they may begin a fit of their own.
  private func look(at batch: Model.Batch, _ index: Int, _ loader: Int) throws -> Any {
    try withoutGradient { () throws -> Any in
      let result = try work(batch, index, loader)
      try session.board.collect()
      return result
    }
  }
}
