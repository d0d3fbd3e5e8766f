internal import LevinNN
internal import LevinTensor

/// Takes the steps of a fit, one for each batch.
final class TrainingStep<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let optimizer: any Optimizer
  private let buffers: [Buffer]
  private let bufferNames: [String]
  // The names of the optimizer's parameters, in its order.
  private let names: [String]
  private let source: any BatchSource<Model.Batch>
  private var reach: GradientReach?
  private var looks = ParameterLooks()
  private var loss = WeightedMean()
  private var dtype = DType.float32

  init(
    _ session: FitSession, _ model: Model, _ optimizer: any Optimizer, _ walk: ModuleWalk,
    _ source: any BatchSource<Model.Batch>
  ) {
    self.source = source
    self.session = session
    self.model = model
    self.optimizer = optimizer
    buffers = walk.buffers.map(\.buffer)
    bufferNames = walk.buffers.map(\.name)
    names = parameterNames(of: optimizer, among: walk.parameters)
    reach = GradientReach(optimizer, names: names, others: walk.parameters)
  }

  private var trainer: Trainer { session.trainer }

  /// The mean loss since the epoch began; nil when no step was taken.
  private var epochLoss: MetricValue? { loss.weight > 0 ? MetricValue(loss.mean, dtype) : nil }

  func beginEpoch() { loss = WeightedMean() }

  /// Learns from a batch.
  ///
  /// - Returns: Whether it did; a hook may ask for the end before.
  func run(_ batch: LoadedBatch<Model.Batch>, index: Int) throws -> Bool {
    let board = session.board
    board.batchWeight = try session.weight(of: batch.observationCount, .training)
    // Values of hooks outside of a batch count once each.
    defer { board.batchWeight = 1 }
    for callback in session.callbacks {
      try callback.onTrainBatchStart(trainer, model, batchIndex: index)
      try board.collect()
    }
    if session.progress.isStopRequested { return false }
    let outcome = try learn(from: batch.content, index)
    for callback in session.callbacks {
      try callback.onTrainBatchEnd(trainer, model, outcome: outcome, batchIndex: index)
      try board.collect()
    }
    try session.sendStepMetrics()
    return true
  }

  // Whatever keeps the step from being taken, what it would have changed or logged is forgotten.
  private func learn(from batch: Model.Batch, _ index: Int) throws -> StepOutcome {
    session.board.trainingBatch = Int(session.board.batchWeight)
    defer { session.board.trainingBatch = nil }
    let stream = DefaultGenerator.streamInForce
    do {
      let output = try output(of: batch, index)
      try session.board.throwRejection()
      return try output.loss.map(take) ?? skip()
    } catch {
      forget()
      throw explained(error, batch, index, drawingFrom: stream)
    }
  }

  private func forget() {
    for buffer in buffers { buffer.discard() }
    session.board.discardPending()
  }

  // Parameters of distributions are looked at now and then: a look costs an evaluation of its own.
  private func output(of batch: Model.Batch, _ index: Int) throws -> Model.Output {
    defer { looks.stepBegan() }
    return try withMode(.training) {
      if !looks.isDue { return try model.trainingStep(batch, batchIndex: index) }
      return try withParameterChecks { try model.trainingStep(batch, batchIndex: index) }
    }
  }

  private func skip() throws -> StepOutcome {
    for buffer in buffers { buffer.discard() }
    try session.board.collect()
    return .skipped
  }

  private func take(_ loss: Tensor) throws -> StepOutcome {
    require(
      loss.elementCount == 1,
      "trainingStep of \(session.moduleName) returned a loss of shape \(loss.shape); take its mean or sum"
    )
    if !loss.dtype.isFloatingPoint {
      throw TrainerError.integerLoss(module: session.moduleName, dtype: "\(loss.dtype)")
    }
    var step = Step(loss, optimizer: optimizer, buffers: buffers)
    if reach != nil && step.hasGradient { noteReach(of: step) }
    if !step.hasGradient {
      throw TrainerError.lossWithoutGradient(
        module: session.moduleName, step: session.progress.step)
    }
    try callBeforeOptimizerStep(&step)
    step.compute(session.board.pendingTensors)
    return try settle(step.take(), loss.dtype)
  }

  private func settle(_ value: Double, _ dtype: DType) throws -> StepOutcome {
    try session.board.settle()
    loss.add(value, weight: session.board.batchWeight)
    self.dtype = dtype
    session.loss = epochLoss
    session.progress.step += 1
    return .taken(loss: value)
  }

  private func callBeforeOptimizerStep(_ step: inout Step) throws {
    if session.callbacks.isEmpty { return }
    var gradients = NamedGradients(names: names, tensors: step.gradients)
    for callback in session.callbacks {
      try callback.onBeforeOptimizerStep(trainer, model, gradients: &gradients)
    }
    try session.board.throwRejection()
    step.revise { $0 = gradients.tensors }
  }

  private func noteReach(of step: Step) {
    for text in reach?.findings(in: step) ?? [] { session.warnings.show(text) }
    if reach?.isDone == true { reach = nil }
  }

  // MARK: - Steps that fail

  private func explained(
    _ error: any Error, _ batch: Model.Batch, _ index: Int, drawingFrom stream: PCG64
  ) -> any Error {
    if let violation = error as? DomainViolation {
      return TrainerError.nonFinite(
        NonFiniteStep(
          refusedFor: violation, input: NonFiniteInput(in: batch, of: source, otherwise: nil),
          in: session.progress, result: result))
    }
    guard let failure = error as? Step.NonFinite else { return error }
    let violation = violation(batch, index, drawingFrom: stream)
    return TrainerError.nonFinite(
      NonFiniteStep(
        epoch: session.progress.epoch, step: session.progress.step, loss: failure.loss,
        culprit: name(failure.culprit), element: failure.element,
        input: NonFiniteInput(in: batch, of: source, otherwise: failure.input),
        violation: violation, result: result))
  }

  private var result: FitResult { session.result(.nonFinite) }

  // The step is run once more with the same draws, this time with a look at what its distributions are given.
  private func violation(
    _ batch: Model.Batch, _ index: Int, drawingFrom stream: PCG64
  ) -> DomainViolation? {
    defer { forget() }
    return session.board.withoutIntake {
      withDefaultGenerator(stream) {
        firstParameterViolation {
          try withMode(.training) { _ = try model.trainingStep(batch, batchIndex: index) }
        }
      }
    }
  }

  private func name(_ culprit: Step.NonFinite.Culprit?) -> NonFiniteStep.Culprit? {
    func name(_ index: Int?) -> String { index.map { names[$0] } ?? "" }
    return culprit.map { culprit in
      switch culprit {
      case .parameter(let index): .parameter(names[index])
      case .gradient(let index): .gradient(names[index])
      case .update(let index): .update(name(index))
      case .optimizerState(let index): .optimizerState(name(index))
      case .buffer(let index): .buffer(bufferNames[index])
      case .fault(let error): .fault(error)
      }
    }
  }
}
