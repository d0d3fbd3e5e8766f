internal import LevinNN
internal import LevinTensor

/// One fit, from the checks to the teardown.
final class FitLoop<Model: LightningModule> {
  private let trainer: Trainer
  private let model: Model
  private let settings: TrainerSettings
  private let train: (any BatchSource<Model.Batch>)?
  private let validation: EvaluationLoop<Model>?
  private let walk: ModuleWalk
  private let session: FitSession
  private var check: DataCheck<Model>?

  init(
    _ trainer: Trainer, _ model: Model, train: some BatchSource<Model.Batch>,
    validation sources: [any BatchSource<Model.Batch>], work: EvaluationLoop<Model>.Work?
  ) throws {
    try trainer.settings.check()
    let settings = trainer.settings.inForce
    try train.checkSettings(for: .training)
    for source in sources { try source.checkSettings(for: .validation) }
    let isFixed = !settings.overfitBatches.isZero
    let limited = try train.limited(
      to: settings.limitTrainBatches, "limitTrainBatches", isFixed: isFixed)
    let limitedSources = try sources.compactMap {
      try $0.limited(
        to: settings.limitValidationBatches, "limitValidationBatches", isFixed: isFixed)
    }
    let batches = limited?.batchesPerEpoch ?? nil
    let session = FitSession(
      trainer, model, settings, batchesPerEpoch: limited == nil ? 0 : batches,
      validations: try ValidationSchedule(
        limitedSources.isEmpty ? .epochs(1) : settings.validationInterval, of: batches))
    session.hasValidation = !limitedSources.isEmpty
    session.board.trainingCount = train.observationCount
    (self.trainer, self.model, self.settings) = (trainer, model, settings)
    (self.train, self.session, walk) = (limited, session, ModuleWalk(model))
    validation = work.flatMap {
      limitedSources.isEmpty
        ? nil : EvaluationLoop(session, model, .validation, limitedSources, $0)
    }
  }

  func run(from state: State? = nil) throws -> FitResult {
    // The state is taken down by what holds the session.
    defer { session.makeState = nil }
    return try trainer.exclusively {
      if Interrupts.isRaised { throw TrainerError.interruptedBefore }
      try checkBeforeStart()
      trainer.begin(session)
      try trainer.folder.takeSettings(of: model)
      return try Interrupts.watching {
        try session.withSurroundings { try runWithTeardown(from: state) }
      }
    }
  }

  private func checkBeforeStart() throws {
    if walk.parameters.isEmpty { throw unreachableParameters ?? noParameters }
    try session.checkCallbacks()
    do {
      if let train { check = try DataCheck.begin(model, train, for: .training) }
      if let validation {
        validation.checks = try validation.sources.map {
          try DataCheck.begin(model, $0, for: .validation)
        }
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

  private func runWithTeardown(from state: State?) throws -> FitResult {
    try session.withTeardown { try runPhases(from: state) }
  }

  private func runPhases(from state: State?) throws -> FitResult {
    try session.callAtEdge { try $0.setup(trainer, model) }
    let (optimizer, schedules) = try configureOptimizer(
      of: model, parameters: walk.parameters, session)
    session.schedules = schedules
    trainer.optimizers = optimizer.groups
    if state == nil { try findLearningRate(for: optimizer, hasSchedules: !schedules.isEmpty) }
    // Of a loop by hand that took no steps; those of a step that was not taken are gone.
    for (_, buffer) in walk.buffers { buffer.commit() }
    let stepping = train.map { TrainingStep(session, model, optimizer, walk, $0) }
    var keeper = FitKeeper(session, model, optimizer, train, stepping)
    if let state { try restore(&keeper, from: state) }
    session.makeState = keeper.state
    announce()
    try session.callAtEdge { try $0.onFitStart(trainer, model) }
    if state == nil { try validation?.rehearse(settings.sanityValidationBatches) }
    try session.callAll { try $0.onTrainStart(trainer, model) }
    let reason = try runEpochs(keeper.train, stepping)
    if session.keptState == nil { session.keepState(endedBy: reason) }
    try session.callAtEdge { try $0.onTrainEnd(trainer, model) }
    trainer.result = session.result(reason)
    try session.callAll { try $0.onFitEnd(trainer, model) }
    try session.sendEpochMetrics([])
    let result = session.result(reason)
    trainer.result = result
    return result
  }

  private func findLearningRate(for optimizer: any Optimizer, hasSchedules: Bool) throws {
    guard let train,
      let finder = session.callbacks.lazy.compactMap({ $0 as? LearningRateFinder }).first
    else { return }
    if hasSchedules {
      throw TrainerError.invalidCallback(
        name: "LearningRateFinder",
        problem:
          "the optimizer has schedules, which set its rates by those that it was made with; call findLearningRate "
          + "of the trainer before the fit, and make the optimizer with its suggestion")
    }
    let search = try finder.range.search(model, train: train, for: trainer)
    finder.search = search
    guard let rate = search.suggestion() else {
      return session.warnings.show(
        "LearningRateFinder has found no rate in \(Text.counted(search.losses.count, "step")); give it more of them"
      )
    }
    optimizer.learningRate = rate
  }

  private func restore(_ keeper: inout FitKeeper<Model>, from state: State) throws {
    do {
      // Before anything is changed.
      let epoch = try state.tree("session").tree("progress").integer("epoch")
      if let most = settings.maxEpochs, epoch > most {
        throw TrainerError.cannotResume(
          "it has \(Text.counted(epoch, "epoch")) behind it, and maxEpochs is \(most); give more")
      }
      try keeper.restore(from: state)
    } catch let error as StateError { throw TrainerError.cannotResume("\(error)") }
  }

  private func runEpochs(
    _ train: (any BatchSource<Model.Batch>)?, _ stepping: TrainingStep<Model>?
  ) throws -> StopReason {
    // Without batches there is nothing to learn.
    guard let train, let stepping, settings.maxSteps != 0 else {
      return settings.maxSteps == 0 ? .maxSteps : .maxEpochs
    }
    let epochs = EpochLoop(
      session, model, train: train, validation: validation, stepping: stepping, check: check)
    return try epochs.run()
  }

  private func announce() {
    if trainer.announcements.summary {
      let summary = trainer.callbacks.lazy.compactMap { $0 as? ModelSummary }.first
      trainer.console.line((summary ?? ModelSummary()).text(of: model))
    }
    if let problem = unreachableParameters { session.warnings.show(problem.description) }
    if !settings.isTrial, let batches = train?.batchesPerEpoch ?? nil {
      tellOfLongInterval(batches)
    }
  }

  private func tellOfLongInterval(_ batches: Int) {
    let window = settings.accumulateGradientBatches
    let (steps, interval) = ((batches + window - 1) / window, settings.logEveryNSteps)
    if steps >= interval { return }
    session.warnings.show(
      "an epoch has \(Text.counted(steps, "step")), and logEveryNSteps is \(interval), so some epochs have no row of "
        + "metrics by step; give at most \(steps) to see some of each")
  }
}
