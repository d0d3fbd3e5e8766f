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
/// A step is one of ``SVI``: the loss is that of the objective, a sum over the data. For batches that are a
/// part of the data the model says so by its plate, as in
/// `plate("data", size, subsampleSize: batch.count)`, so that each counts for all.
public final class SVIModule<Input>: LightningModule {
  /// The guide that is trained.
  public let guide: any Guide<Input>
  private let model: (Input) throws -> Void
  private let objective: any Objective
  private let others: [Parameter]
  private let makeOptimizer: ([Parameter]) -> any Optimizer
  private var edges = EdgeWatch()
  private var stepCount = 0

  // A fit that runs to an edge does so for hundreds of steps.
  private static var stepsBetweenLooks: Int { 50 }

  /// What was noticed on the way, such as a value that runs to the edge of its support; each is printed to
  /// standard error when it happens.
  public var warnings: [String] { edges.warnings }

  /// Makes a module, and runs the model and the guide once.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - guide: The guide, whose parameters are trained.
  ///   - objective: What is made small.
  ///   - parameters: Parameters of the model that are trained too.
  ///   - prototype: Data like those of the batches: a guide makes its parameters when it first sees some.
  ///   - optimizer: Makes the optimizer of all parameters.
  /// - Throws: ``InferenceError`` if the model and the guide do not fit together.
  public init(
    _ model: @escaping (Input) throws -> Void, _ guide: some Guide<Input>,
    loss objective: some Objective, training parameters: [Parameter] = [], prototype: Input,
    optimizer: @escaping ([Parameter]) -> any Optimizer
  ) throws {
    self.model = model
    self.guide = guide
    self.objective = objective
    others = parameters
    makeOptimizer = optimizer
    _ = try withoutGradient { () throws -> Tensor in
      try objective.loss(model: { try model(prototype) }, guide: { try guide(prototype) })
    }
  }

  /// The loss of the objective for one batch, logged as `train_loss`.
  public func trainingStep(_ batch: Input, batchIndex: Int) -> Tensor {
    if stepCount % Self.stepsBetweenLooks == 0 { edges.inspect(guide, atStep: stepCount) }
    stepCount += 1
    do {
      let loss = try objective.loss(model: { try model(batch) }, guide: { try guide(batch) })
      log("train_loss", loss, progressBar: true)
      return loss
    } catch {
      // What fits together for the prototype and does not for a batch is a mistake of the model.
      stop("SVIModule: \(error)")
    }
  }

  /// The optimizer of all parameters.
  public func configureOptimizers() -> OptimizerConfiguration {
    OptimizerConfiguration(makeOptimizer(guide.parameters + others))
  }
}
