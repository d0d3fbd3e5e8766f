internal import LevinNN
internal import LevinTensor

/// One fit, from the checks to the teardown.
final class FitLoop<Model: LightningModule> {
  private let trainer: Trainer
  private let model: Model
  private let train: any BatchSource<Model.Batch>
  private let validation: EvaluationLoop<Model>?
  private let walk: ModuleWalk
  private let session: FitSession
  private var check: DataCheck<Model>?
  private var epochs: EpochLoop<Model>?

  init(
    _ trainer: Trainer, _ model: Model, train: any BatchSource<Model.Batch>,
    validation: (source: any BatchSource<Model.Batch>, step: (Model.Batch, Int) throws -> Void)?
  ) {
    self.trainer = trainer
    self.model = model
    self.train = train
    walk = ModuleWalk(model)
    session = FitSession(trainer, model, stepsPerEpoch: train.batchesPerEpoch)
    session.board.trainingCount = train.observationCount
    self.validation = validation.map { [session] in
      EvaluationLoop(session, model, $0.source, step: $0.step)
    }
  }

  func run() throws -> FitResult {
    try trainer.exclusively {
      if Interrupts.isRaised { throw TrainerError.interruptedBefore }
      try checkBeforeStart()
      trainer.begin(session)
      try trainer.folder.takeSettings(of: model)
      return try Interrupts.watching { try withSurroundings { try runWithTeardown() } }
    }
  }

  // What the code of a fit finds in force: its log, its warnings, evaluation outside of steps, and a generator of its
  // own, so that two fits at once do not take turns with each other's draws.
  private func withSurroundings<R>(_ body: () throws -> R) throws -> R {
    try OpenFits.including(session.warnings) {
      try Warnings.$current.withValue(session.warnings) {
        try MetricsBoard.$inherited.withValue(session.board) {
          try withDefaultGenerator(DefaultGenerator.makeChild()) { try withMode(.evaluation, body) }
        }
      }
    }
  }

  private func checkBeforeStart() throws {
    if trainer.maxEpochs < 0 { throw TrainerError.invalidMaxEpochs(trainer.maxEpochs) }
    try train.checkSettings(for: .training)
    try validation?.source.checkSettings(for: .validation)
    if walk.parameters.isEmpty { throw unreachableParameters ?? noParameters }
    do {
      check = try DataCheck.begin(model, train, for: .training)
      if let validation {
        validation.check = try DataCheck.begin(model, validation.source, for: .validation)
      }
    } catch let violation as DomainViolation {
      throw TrainerError.nonFinite(
        NonFiniteStep(
          refusedFor: violation, in: session.progress, result: session.result(.nonFinite)))
    } catch let fault as EvaluationError {
      throw TrainerError.nonFinite(
        NonFiniteStep(
          epoch: 0, step: 0, loss: .nan, culprit: .fault(fault), result: session.result(.nonFinite))
      )
    }
  }

  private var noParameters: TrainerError { .noParameters(module: session.moduleName) }

  private var unreachableParameters: TrainerError? {
    walk.unreachable.isEmpty
      ? nil : .unreachableParameters(walk.unreachable, module: session.moduleName)
  }

  private func runWithTeardown() throws -> FitResult {
    let outcome = Result { try runPhases() }
    if case .failure(let error) = outcome { close(after: error) }
    session.board.intake = .closed
    var failure: (any Error)?
    for callback in session.callbacks {
      do { try callback.teardown(trainer, model) } catch { failure = failure ?? error }
    }
    let result = try outcome.get()
    if let failure { throw failure }
    return result
  }

  // The row of an epoch that was over is not lost, and the callbacks see what the fit had come to.
  private func close(after error: any Error) {
    session.board.discardPending()
    try? epochs?.sendMetricsOfEpoch()
    _ = session.board.takeEpochMetrics(.training)
    session.board.beginEpoch()
    if case TrainerError.nonFinite(let step) = error {
      trainer.result = step.result
    } else {
      trainer.result = session.result(.failed)
    }
    for callback in session.callbacks {
      callback.onException(trainer, model, error: error)
      try? session.board.collect()
    }
    try? session.sendEpochMetrics([])
  }

  private func runPhases() throws -> FitResult {
    try session.callAll { try $0.setup(trainer, model) }
    let optimizer = try configureOptimizer(of: model, parameters: walk.parameters)
    trainer.optimizers = optimizer.groups
    // Of a loop by hand that took no steps; those of a step that was not taken are gone.
    for (_, buffer) in walk.buffers { buffer.commit() }
    let epochs = EpochLoop(
      session, model, train: train, validation: validation,
      stepping: TrainingStep(session, model, optimizer, walk, train), check: check)
    self.epochs = epochs
    announce()
    try session.callAll { try $0.onFitStart(trainer, model) }
    try session.callAll { try $0.onTrainStart(trainer, model) }
    let reason = try epochs.run()
    try session.callAll { try $0.onTrainEnd(trainer, model) }
    trainer.result = session.result(reason)
    try session.callAll { try $0.onFitEnd(trainer, model) }
    try session.sendEpochMetrics([])
    let result = session.result(reason)
    trainer.result = result
    return result
  }

  private func announce() {
    if trainer.announcements.summary {
      trainer.console.line(ParameterSummary.text(session.moduleName, walk.parameters))
    }
    if let problem = unreachableParameters { session.warnings.show(problem.description) }
  }
}
