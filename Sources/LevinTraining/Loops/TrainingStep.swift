internal import LevinNN
internal import LevinTensor

/// Takes the steps of a fit, one for each batch.
final class TrainingStep<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let optimizer: any Optimizer
  private let accumulator: GradientAccumulator
  @exclusivity(unchecked) private var isStepDue = true
  private let asksAgain: Bool
  // The stream that the loss of this step was drawn from, and the loss once more.
  @exclusivity(unchecked) private var repetition: (stream: PCG64, again: () throws -> Tensor)?
  private let buffers: [Buffer]
  private let bufferNames: [String]
  // The names of the optimizer's parameters, in its order.
  private let names: [String]
  private let parameters: [(name: String, parameter: Parameter)]
  private let source: any BatchSource<Model.Batch>
  private var reach: GradientReach?
  private var looks = ParameterLooks()
  @exclusivity(unchecked) private var loss = WeightedMean()
  private var dtype = DType.float32
  // That of the last batch that had one.
  @exclusivity(unchecked) private var lastLoss: Double?

  init(
    _ session: FitSession, _ model: Model, _ optimizer: any Optimizer, _ walk: ModuleWalk,
    _ source: any BatchSource<Model.Batch>
  ) {
    self.source = source
    self.session = session
    self.model = model
    self.optimizer = optimizer
    accumulator = GradientAccumulator(optimizer)
    asksAgain = optimizer is any ClosureOptimizer
    buffers = walk.buffers.map(\.buffer)
    bufferNames = walk.buffers.map(\.name)
    parameters = walk.parameters
    names = parameterNames(of: optimizer, among: walk.parameters)
    reach = GradientReach(optimizer, names: names, others: walk.parameters)
  }

  private var trainer: Trainer { session.trainer }

  // MARK: - State

  /// What a fit needs of the steps before: the loss of the epoch, the gradients of a window that is not full.
  func state() -> State {
    var state = State()
    state["loss"] = .tree(loss.state())
    state["lastLoss"] = lastLoss.map { .real($0) }
    state["dtype"] = .text("\(dtype)")
    state["window"] = .tree(accumulator.state())
    return state
  }

  func restore(from state: State) throws {
    try loss.restore(from: state.tree("loss"))
    lastLoss = state["lastLoss"] == nil ? nil : try state.real("lastLoss")
    let name = try state.text("dtype")
    dtype = DType.allCases.first { "\($0)" == name } ?? dtype
    try accumulator.restore(from: state.tree("window"))
    session.loss = epochLoss
  }

  // MARK: - Steps

  /// The mean loss since the epoch began; nil when no step was taken.
  private var epochLoss: MetricValue? { loss.weight > 0 ? MetricValue(loss.mean, dtype) : nil }

  func beginEpoch() { loss = WeightedMean() }

  /// The number of batches that a step is made of.
  var window: Int { trainer.accumulateGradientBatches }

  /// Learns from a batch.
  ///
  /// - Parameter isLast: Whether the epoch has no further batch, so that a window of several ends with this one.
  /// - Returns: What became of it.
  func run(
    _ batch: LoadedBatch<Model.Batch>, index: Int, isLast: Bool
  ) throws -> StepOutcome {
    session.board.batchWeight = try session.weight(of: batch.observationCount, .training)
    isStepDue = isLast || accumulator.count + 1 >= window
    return try learn(from: batch.content, index)
  }

  // Whatever keeps the step from being taken, what it would have changed or logged is forgotten.
  private func learn(from batch: Model.Batch, _ index: Int) throws -> StepOutcome {
    session.board.trainingBatch = Int(session.board.batchWeight)
    defer { session.board.trainingBatch = nil }
    let known = session.knownStream
    let stepsBefore = session.progress.step
    if asksAgain { repetition = (known.stream, { [self] in try loss(of: batch, index) }) }
    defer { repetition = nil }
    do {
      let output = try output(of: batch, index)
      try session.board.throwRejection()
      let outcome = try output.loss.map(take) ?? skip()
      session.board.manualSteps.close()
      return outcome
    } catch {
      forget()
      session.progress.step = stepsBefore
      let explained = explained(error, batch, index, drawingFrom: known.stream)
      guard case TrainerError.nonFinite(let step) = explained, goesOn(after: step) else {
        throw explained
      }
      return try closeWindow()
    }
  }

  // The loss once more, for a search; nothing of it is logged.
  private func loss(of batch: Model.Batch, _ index: Int) throws -> Tensor {
    try session.board.withoutIntake {
      let stepCount = session.board.manualSteps.losses.count
      let output = try withMode(.training) { try model.trainingStep(batch, batchIndex: index) }
      require(
        session.board.manualSteps.losses.count == stepCount,
        "takeStep: the optimizer of \(session.moduleName) computes the loss of a batch several times, and each would "
          + "take the module's own steps again; take all steps by takeStep, or configure another optimizer"
      )
      guard let loss = output.loss else {
        throw TrainerError.lossWithoutGradient(
          module: session.moduleName, step: session.progress.step)
      }
      return loss
    }
  }

  private func goesOn(after step: NonFiniteStep) -> Bool {
    session.callbacks.contains { callback in
      (callback as? NonFinitePolicy)?.goesOn(after: step, trainer) ?? false
    }
  }

  private func forget() {
    do {
      try session.board.manualSteps.undo()
    } catch {
      preconditionFailure("takeStep: an optimizer does not take back its own state: \(error)")
    }
    for buffer in buffers { buffer.discard() }
    session.board.discardPending()
  }

  // Parameters of distributions are looked at now and then: a look costs an evaluation of its own.
  private func output(of batch: Model.Batch, _ index: Int) throws -> Model.Output {
    defer { looks.stepBegan() }
    return try withMode(.training) {
      if let profiler = session.profiler {
        return try profiler.measure("trainingStep") { try checkedOutput(of: batch, index) }
      }
      return try checkedOutput(of: batch, index)
    }
  }

  private func checkedOutput(of batch: Model.Batch, _ index: Int) throws -> Model.Output {
    if !looks.isDue { return try model.trainingStep(batch, batchIndex: index) }
    return try withParameterChecks { try model.trainingStep(batch, batchIndex: index) }
  }

  private func skip() throws -> StepOutcome {
    for buffer in buffers { buffer.discard() }
    try session.board.collect()
    guard let last = session.board.manualSteps.losses.last else { return try closeWindow() }
    countManualSteps()
    note(last, dtype)
    return .taken(loss: last)
  }

  private func countManualSteps() {
    session.progress.step += session.board.manualSteps.losses.count
  }

  // A batch that would have closed a window and is not learnt from: the step is made of those before it.
  private func closeWindow() throws -> StepOutcome {
    guard isStepDue, accumulator.count > 0, let lastLoss else { return .skipped }
    var step = Step(Tensor(lastLoss).cast(to: dtype), optimizer: optimizer)
    accumulator.average(into: &step, addsGradients: false)
    do {
      try finish(&step)
    } catch let failure as Step.NonFinite {
      throw TrainerError.nonFinite(
        NonFiniteStep(
          epoch: session.progress.epoch, step: session.progress.step, loss: failure.loss,
          culprit: name(failure.culprit, names), element: failure.element, result: result))
    }
    return .taken(loss: lastLoss)
  }

  private func take(_ loss: Tensor) throws -> StepOutcome {
    require(
      loss.elementCount == 1,
      "trainingStep of \(session.moduleName) returned a loss of shape \(loss.shape); take its mean or sum"
    )
    if !loss.dtype.isFloatingPoint {
      throw TrainerError.integerLoss(module: session.moduleName, dtype: "\(loss.dtype)")
    }
    countManualSteps()
    return try isStepDue ? step(on: loss) : accumulate(loss)
  }

  private func step(on loss: Tensor) throws -> StepOutcome {
    var step = try makeStep(loss, optimizer)
    accumulator.average(into: &step)
    let value = try finish(&step)
    note(value, loss.dtype)
    return .taken(loss: value)
  }

  // What comes between the gradients and their step; the loss before it.
  @discardableResult
  private func finish(_ step: inout Step) throws -> Double {
    try callBeforeOptimizerStep(&step)
    if let clipping = session.settings.gradientClipping {
      step.revise { $0 = withoutGradient { [gradients = $0] in clipping.clipped(gradients) } }
    }
    step.compute(session.board.pendingTensors)
    let value = try session.measured("computing steps") { try step.take() }
    try session.board.settle()
    session.progress.step += 1
    return value
  }

  // Adds the gradients to those of the window; no parameter changes.
  private func accumulate(_ loss: Tensor) throws -> StepOutcome {
    var step = try makeStep(loss, accumulator.collector)
    try session.board.throwRejection()
    step.compute(session.board.pendingTensors)
    let value = try session.measured("computing steps") { try step.take() }
    try session.board.settle()
    note(value, loss.dtype)
    return .accumulated(loss: value)
  }

  private func makeStep(_ loss: Tensor, _ optimizer: any Optimizer) throws -> Step {
    try call {
      if accumulator.count == 0 { try $0.onBeforeZeroGrad(trainer, model) }
      try $0.onBeforeBackward(trainer, model, loss: loss)
    }
    let step = session.measured("gradients") { begin(loss, optimizer) }
    if reach != nil && step.hasGradient { noteReach(of: step) }
    if !step.hasGradient {
      throw TrainerError.lossWithoutGradient(
        module: session.moduleName, step: session.progress.step)
    }
    if !session.callbacks.isEmpty {
      let gradients = NamedGradients(names: names, tensors: step.gradients)
      try call { try $0.onAfterBackward(trainer, model, gradients: gradients) }
    }
    return step
  }

  private func begin(_ loss: Tensor, _ optimizer: any Optimizer) -> Step {
    guard let (stream, again) = repetition else {
      return Step(loss, optimizer: optimizer, buffers: buffers)
    }
    return Step(
      loss, optimizer: optimizer, buffers: buffers, drawingFrom: stream, again: again)
  }

  // What is logged here joins the evaluation of the step.
  private func call(_ hook: (Callback) throws -> Void) throws {
    for callback in session.callbacks {
      try session.measured("callback \(type(of: callback))") { try hook(callback) }
    }
  }

  private func note(_ value: Double, _ dtype: DType) {
    loss.add(value, weight: session.board.batchWeight)
    lastLoss = value
    self.dtype = dtype
    session.loss = epochLoss
  }

  private func callBeforeOptimizerStep(_ step: inout Step) throws {
    if session.callbacks.isEmpty { return }
    var gradients = NamedGradients(names: names, tensors: step.gradients)
    try call { try $0.onBeforeOptimizerStep(trainer, model, gradients: &gradients) }
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
    let manual = error as? ManualStepFailure
    guard let failure = manual?.failure ?? error as? Step.NonFinite else { return error }
    let names = manual.map { self.names(of: $0.parameters) } ?? names
    let violation = violation(batch, index, drawingFrom: stream)
    return TrainerError.nonFinite(
      NonFiniteStep(
        epoch: session.progress.epoch, step: session.progress.step, loss: failure.loss,
        culprit: name(failure.culprit, names), element: failure.element,
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

  private func names(of identifiers: [ObjectIdentifier]) -> [String] {
    identifiers.map { identifier in
      parameters.first { ObjectIdentifier($0.parameter) == identifier }?.name ?? ""
    }
  }

  private func name(
    _ culprit: Step.NonFinite.Culprit?, _ names: [String]
  ) -> NonFiniteStep.Culprit? {
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
