internal import LevinNN

// What is looked at before the first step.

/// The optimizer of a module with its schedules, after a look at its parameters and settings.
func configureOptimizer(
  of module: some LightningModule, parameters: [(name: String, parameter: Parameter)],
  _ session: FitSession
) throws -> (optimizer: any Optimizer, schedules: ScheduleLoop) {
  let name = String(describing: type(of: module))
  let configuration = try module.configureOptimizers()
  let optimizer = configuration.optimizer
  let schedules = ScheduleLoop(session, configuration.schedules)
  if optimizer.parameters.isEmpty { throw TrainerError.optimizerWithoutParameters(module: name) }
  var seen: Set<ObjectIdentifier> = []
  let twice = optimizer.parameters.firstIndex { !seen.insert(ObjectIdentifier($0)).inserted }
  let problem = twice.map { index in
    "the optimizer was given '\(parameterNames(of: optimizer, among: parameters)[index])' twice; give it "
      + "each parameter once"
  }
  let all = [
    optimizer.settingsProblem, problem, schedules.problem(for: optimizer),
    searchProblem(optimizer, session.settings),
  ]
  if let problem = all.compactMap(\.self).first {
    throw TrainerError.invalidOptimizer(module: name, problem: problem)
  }
  return (optimizer, schedules)
}

// A search along a line needs the gradients of the loss that it asks for.
private func searchProblem(_ optimizer: any Optimizer, _ settings: TrainerSettings) -> String? {
  guard optimizer is any ClosureOptimizer else { return nil }
  let name = "\(type(of: optimizer))"
  if settings.accumulateGradientBatches != 1 {
    return "\(name) asks for the loss again, so gradients cannot be accumulated over batches; "
      + "leave accumulateGradientBatches at 1, or choose another optimizer"
  }
  if settings.gradientClipping != nil {
    return "\(name) asks for the loss again, so gradients cannot be clipped; leave "
      + "gradientClipping out, or choose another optimizer"
  }
  return nil
}

/// The look of a module at the data of a fit, where it wants one.
///
/// Data that can be read again are looked at before the first step, batch by batch so that memory stays bounded;
/// batches that come only once are looked at when they come.
final class DataCheck<Model: LightningModule> {
  private let module: any DataCheckingModule<Model.Batch>
  private let role: DataRole
  private var first = 0

  private init(_ module: any DataCheckingModule<Model.Batch>, _ role: DataRole) {
    (self.module, self.role) = (module, role)
  }

  /// Looks at all data of a source if it gives them, and otherwise returns what looks at each batch.
  static func begin(
    _ model: Model, _ source: any BatchSource<Model.Batch>, for role: DataRole
  ) throws -> DataCheck? {
    guard let module = model as? any DataCheckingModule<Model.Batch> else { return nil }
    let check = DataCheck(module, role)
    let needsBatches = module is any BatchCheckingModule
    let stream = try needsBatches ? source.batchesInOrder() : source.observationsInOrder()
    guard var batches = stream else { return check }
    while let batch = try batches.next() { try check.look(at: batch) }
    return nil
  }

  /// Counts observations from 0 again, as each pass over the data does.
  func begin() { first = 0 }

  func look(at batch: LoadedBatch<Model.Batch>) throws {
    first = batch.firstIndex ?? first
    try module.check(batch.content, role: role, firstIndex: first)
    first += batch.observationCount
  }
}
