public import LevinNN
public import LevinTensor
public import LevinTraining

/// A model and a guide as a module that a `Trainer` fits: callbacks, CSV, early ends and restarts come with it.
///
///     let module = try SVIModule(
///       gmm, AutoDelta(gmm, expose: ["weights", "locs", "scale"]),
///       loss: TraceEnumELBO(maxPlateNesting: 1), prototype: data
///     ) { Adam($0, learningRate: 0.1, betas: (0.8, 0.99)) }
///     let trainer = Trainer(maxEpochs: 500, directory: "logs", name: "gmm", callbacks: [CSVLogger()])
///     try trainer.fit(module, train: DataLoader(TensorDataset(data), batchSize: data.count))
///
/// A step is one of ``SVI``: the loss is that of the objective, a sum over the data. Where a batch is a part of the data,
/// the plates of the model that have the size of the batch and stand around observations, such as
/// `plate("data", batch.count)`, count for all data: the trainer knows both sizes. See ``BatchScaling``. Where nobody
/// knows the size of all data, as that of a stream, a batch counts for itself.
///
/// Before the first step every observation is looked at: each must be a value that its distribution can produce, unless
/// a mask leaves it out.
public final class SVIModule<Input>: BatchCheckingModule, ExtraState {
  /// The guide that is trained.
  public let guide: any Guide<Input>
  private let model: (Input) throws -> Void
  private let objective: any Objective
  private let others: [Parameter]
  private let makeOptimizer: ([Parameter]) -> any Optimizer
  private let scaling: BatchScaling
  private var edges = EdgeWatch()
  private let support = SupportWatch()
  private var batchPlates: [Int: BatchPlates] = [:]
  private var batchPlateNames: Set<String>?
  private let plateSizes = PlateSizes()
  private var hasLooked = false
  private var stepCount = 0

  // A fit that runs to an edge does so for hundreds of steps.
  private static var stepsBetweenLooks: Int { 50 }

  /// Warnings so far, such as of a value that runs to the edge of its support; each is shown when it happens, through
  /// the console of the fit.
  public var warnings: [String] { edges.warnings }

  /// Makes a module, and runs the model and the guide once.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - guide: The guide, whose parameters are trained.
  ///   - objective: The loss that is made small.
  ///   - parameters: Parameters of the model that are trained too.
  ///   - prototype: Data like those of the batches: a guide makes its parameters when it first sees some. Where several
  ///     plates have the size of a batch, another number of observations here tells which of them is the batch's.
  ///   - scaling: The way in which a batch stands for all data.
  ///   - optimizer: Makes the optimizer of all parameters.
  /// - Throws: ``InferenceError`` if the model and the guide do not fit together.
  public init(
    _ model: @escaping (Input) throws -> Void, _ guide: some Guide<Input>,
    loss objective: some Objective, training parameters: [Parameter] = [], prototype: Input,
    scaling: BatchScaling = .automatic, optimizer: @escaping ([Parameter]) -> any Optimizer
  ) throws {
    self.model = model
    self.guide = guide
    self.objective = objective
    others = parameters
    self.scaling = scaling
    makeOptimizer = optimizer
    _ = try withoutGradient { () throws -> Tensor in
      try HandlerStack.with(plateSizes) {
        try objective.loss(model: { try model(prototype) }, guide: { try guide(prototype) })
      }
    }
  }

  /// The loss of the objective for one batch, logged as `train_loss`.
  ///
  /// - Throws: ``InferenceError`` if the model and the guide do not fit together for this batch, it cannot stand for
  ///   all data, or an observation is outside its support.
  public func trainingStep(_ batch: Input, batchIndex: Int) throws -> Tensor {
    if stepCount % Self.stepsBetweenLooks == 0 { edges.inspect(guide, atStep: stepCount) }
    if !hasLooked { lookForFlatSites(batch) }
    stepCount += 1
    let (loss, findings) = try support.findings(where: mayBeNew) { try scaledLoss(batch) }
    try support.settle(findings)
    log("train_loss", loss, progressBar: true)
    return loss
  }

  /// Looks for an observation outside the support of its distribution.
  ///
  /// - Throws: ``InferenceError/outsideSupport(_:)`` for the first one.
  public func check(_ data: Input, role: DataRole, firstIndex: Int) throws {
    let (_, findings) = try withSeed(0) {
      try support.findings { try withoutGradient { try loss(data) } }
    }
    do {
      try support.settle(findings)
    } catch InferenceError.outsideSupport(var observation) {
      if firstIndex > 0 { observation.firstIndex = firstIndex }
      throw InferenceError.outsideSupport(observation)
    }
  }

  // In a fit all batches were looked at before; what a run chooses of its data is new each time.
  private func mayBeNew(_ site: Site) -> Bool {
    if TrainingBatch.current == nil { return true }
    return site.plates.contains { $0.count != $0.size } && ElementsIdentity(site.value) == nil
  }

  private func loss(_ batch: Input) throws -> Tensor {
    try objective.loss(model: { try model(batch) }, guide: { try guide(batch) })
  }

  private func scaledLoss(_ batch: Input) throws -> Tensor {
    guard scaling == .automatic, let sizes = TrainingBatch.current, let total = sizes.total,
      sizes.count < total
    else { return try loss(batch) }
    let known = batchPlates[sizes.count].flatMap { $0.total == total ? $0 : nil }
    let plates = try known ?? findBatchPlates(batch, sizes, total)
    return try HandlerStack.with(plates) { try loss(batch) }
  }

  private func findBatchPlates(
    _ batch: Input, _ sizes: TrainingBatch, _ total: Int
  ) throws -> BatchPlates {
    let trace = try withSeed(0) {
      try withoutGradient { () throws -> Trace in
        let drawn = try Trace { try guide(batch) }
        return try Trace { try withReplay(of: drawn) { try model(batch) } }
      }
    }
    let found = try BatchPlates(
      sizes, of: total, guide: guide, model: trace, known: batchPlateNames,
      others: plateSizes.sizes)
    batchPlates[sizes.count] = found
    batchPlateNames = found.names
    return found
  }

  private func lookForFlatSites(_ batch: Input) {
    hasLooked = true
    let flat = FlatSites.warnings(
      of: guide, model: { try model(batch) }, guide: { try guide(batch) })
    edges.tell(of: flat)
  }

  /// The optimizer of all parameters.
  public func configureOptimizers() -> OptimizerConfiguration {
    OptimizerConfiguration(makeOptimizer(guide.parameters + others))
  }

  /// The number of steps.
  public func extraState() -> State {
    var state = State()
    state["stepCount"] = .integer(stepCount)
    return state
  }

  /// Takes over the number of steps of another module.
  ///
  /// - Throws: `StateError` when the state was taken from something else.
  public func restoreExtra(from state: State) throws {
    stepCount = try state.integer("stepCount")
  }
}
