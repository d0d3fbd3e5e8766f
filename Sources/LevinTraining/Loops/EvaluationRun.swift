internal import LevinNN
internal import LevinTensor

/// One validation, test or prediction that is no part of a fit.
struct EvaluationRun<Model: LightningModule> {
  private let trainer: Trainer
  private let model: Model
  private let stage: EvaluationStage
  private let session: FitSession
  private let loop: EvaluationLoop<Model>

  init(
    _ trainer: Trainer, _ model: Model, _ stage: EvaluationStage,
    _ sources: [any BatchSource<Model.Batch>], _ limit: BatchLimit, _ name: String,
    _ work: @escaping EvaluationLoop<Model>.Work
  ) throws {
    (self.trainer, self.model, self.stage) = (trainer, model, stage)
    for (name, problem) in [(name, limit.problem)] {
      if let problem { throw TrainerError.invalidSetting(name: name, problem: problem) }
    }
    for source in sources { try source.checkSettings(for: stage.role) }
    session = FitSession(
      trainer, model, trainer.settings.inForce, batchesPerEpoch: nil,
      validations: try ValidationSchedule(.epochs(1), of: nil))
    let limited = try sources.compactMap { try $0.limited(to: limit, name) }
    loop = EvaluationLoop(session, model, stage, limited, work)
  }

  /// Runs the pass, and gives what was logged and what came of the batches.
  func run() throws -> (metrics: Metrics, results: [Any]) {
    try trainer.exclusively {
      if Interrupts.isRaised { throw TrainerError.interruptedBefore }
      try session.checkCallbacks()
      loop.checks = try loop.sources.map { try DataCheck.begin(model, $0, for: stage.role) }
      trainer.beginEvaluation(session)
      try trainer.folder.takeSettings(of: model)
      return try Interrupts.watching {
        try session.withSurroundings { try session.withTeardown(runPhases) }
      }
    }
  }

  private func runPhases() throws -> (metrics: Metrics, results: [Any]) {
    try session.callAll { try $0.setup(trainer, model) }
    // Without data there is nothing to do.
    if loop.sources.isEmpty { return (session.board.metrics, []) }
    session.epochOfRecords = trainer.currentEpoch
    guard let found = try loop.run() else { throw TrainerError.evaluationCutShort(stage.role) }
    try session.sendEpochMetrics(found)
    try loop.callEpochEnd()
    try loop.callEnd()
    try session.sendEpochMetrics([])
    return (session.board.metrics, loop.results.flatMap(\.self))
  }
}
