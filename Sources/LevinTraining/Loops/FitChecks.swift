import LevinNN
import LevinTensor

// What is looked at before anything else happens. Nothing has been called or written yet.
extension FitLoop {
  func checkBeforeStart() throws {
    if trainer.maxEpochs < 0 { throw TrainerError.invalidMaxEpochs(trainer.maxEpochs) }
    try check(train, .training)
    if let validation { try check(validation.loader, .validation) }
    if named.isEmpty { throw TrainerError.noParameters(module: moduleName) }
    guard let checking = model as? any DataCheckingModule<Model.Batch> else { return }
    try checking.check(train.dataset.all, role: .training)
    if let validation { try checking.check(validation.loader.dataset.all, role: .validation) }
  }

  private func check(_ loader: DataLoader<Model.Batch>, _ role: DataRole) throws {
    let tensors = loader.dataset.tensors
    if tensors.contains(where: { $0.rank == 0 }) { throw TrainerError.datasetWithoutAxis(role) }
    let lengths = tensors.map(\.count)
    if lengths.contains(where: { $0 != lengths[0] }) {
      throw TrainerError.mismatchedLengths(lengths, role)
    }
    if lengths[0] == 0 { throw TrainerError.emptyDataset(role) }
    if loader.batchSize <= 0 { throw TrainerError.invalidBatchSize(loader.batchSize, role) }
    if loader.batchCount == 0 {
      throw TrainerError.noCompleteBatch(
        count: lengths[0], batchSize: loader.batchSize, role)
    }
    if case .seeded(let seed) = loader.shuffle, seed < 0 {
      throw TrainerError.negativeSeed(seed, place: "DataLoader for the \(role)")
    }
  }

  /// The optimizer, after a look at its parameters and settings.
  func configureOptimizer() throws -> Stepper {
    let optimizer = model.configureOptimizers().optimizer
    if optimizer.parameters.isEmpty {
      throw TrainerError.optimizerWithoutParameters(module: moduleName)
    }
    let names = Dictionary(
      uniqueKeysWithValues: named.map { (ObjectIdentifier($0.parameter), $0.name) })
    let stepper = Stepper(optimizer, names: names)
    if let problem = optimizer.settingsProblem ?? stepper.problem {
      throw TrainerError.invalidOptimizer(module: moduleName, problem: problem)
    }
    return stepper
  }
}
