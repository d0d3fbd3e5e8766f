import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

private final class Bare: LightningModule {
  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { batch.mean() }
  func configureOptimizers() -> OptimizerConfiguration { .init(Adam(parameters)) }
}

private final class Misconfigured: LightningModule {
  @Parameter var weight: Tensor = [1]
  let optimizer: (Misconfigured) -> any Optimizer

  init(_ optimizer: @escaping (Misconfigured) -> any Optimizer) { self.optimizer = optimizer }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (batch * weight).mean() }
  func configureOptimizers() -> OptimizerConfiguration { .init(optimizer(self)) }
}

private final class Pair: LightningModule {
  @Parameter var slope: Tensor = [0]

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    (batch.1 - batch.0 * slope).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

private final class Picky: Location, DataCheckingModule {
  struct Objection: Error { let role: DataRole }

  func check(_ data: Tensor, role: DataRole, firstIndex: Int) throws {
    if data.min().item() < 0 { throw Objection(role: role) }
  }
}

private func data(_ count: Int = 3) -> TensorDataset<Tensor> {
  TensorDataset(Tensor.ones([count, 1]))
}

@Suite struct TrainerErrorTests {
  /// A fit that must not begin, and words that its error must say.
  private static let mistakes: [(String, @Sendable (Trainer) throws -> Void)] = [
    (
      "training data is empty", { try $0.fit(Location(), train: DataLoader(data(0), batchSize: 1)) }
    ),
    ("batchSize is 0", { try $0.fit(Location(), train: DataLoader(data(), batchSize: 0)) }),
    ("batchSize is -2", { try $0.fit(Location(), train: DataLoader(data(), batchSize: -2)) }),
    (
      "dropLast leaves nothing of 3",
      { try $0.fit(Location(), train: DataLoader(data(), batchSize: 5, dropLast: true)) }
    ),
    (
      "seed is -1",
      { try $0.fit(Location(), train: DataLoader(data(), batchSize: 1, shuffle: .seeded(-1))) }
    ),
    (
      "validation data is empty",
      {
        try $0.fit(
          Location(), train: DataLoader(data(), batchSize: 1),
          validation: DataLoader(data(0), batchSize: 1))
      }
    ),
    ("Bare has no parameters", { try $0.fit(Bare(), train: DataLoader(data(), batchSize: 1)) }),
    (
      "an optimizer without parameters",
      { try $0.fit(Misconfigured { _ in Adam([]) }, train: DataLoader(data(), batchSize: 1)) }
    ),
    (
      "learning rate is -1",
      {
        let model = Misconfigured { Adam($0.parameters, learningRate: -1) }
        try $0.fit(model, train: DataLoader(data(), batchSize: 1))
      }
    ),
    (
      "'weight' twice",
      {
        let model = Misconfigured { Adam($0.parameters + $0.parameters) }
        try $0.fit(model, train: DataLoader(data(), batchSize: 1))
      }
    ),
  ]

  @Test(arguments: mistakes)
  func aMistakeIsFoundBeforeTheFirstStep(
    _ words: String, _ fit: @Sendable (Trainer) throws -> Void
  ) throws {
    try withTemporaryFolder { folder in
      let probe = Probe()
      let trainer = quietTrainer(2, directory: folder + "/logs", [probe])
      let error = #expect(throws: TrainerError.self) { try fit(trainer) }
      #expect(error?.description.contains(words) == true)
      #expect(trainer.globalStep == 0 && probe.records.isEmpty)
      #expect(!FileManager.default.fileExists(atPath: folder + "/logs"))
    }
  }

  @Test func negativeEpochsAreRefused() {
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(-1).fit(Location(), train: loader([1]))
    }
    #expect(error?.description.contains("maxEpochs is -1") == true)
  }

  @Test func aModuleMayCheckItsData() {
    let error = #expect(throws: Picky.Objection.self) {
      try quietTrainer(1).fit(Picky(), train: loader([1, -1]))
    }
    #expect(error?.role == .training)
    let second = #expect(throws: Picky.Objection.self) {
      try quietTrainer(1).fit(Picky(), train: loader([1]), validation: loader([2, -1]))
    }
    #expect(second?.role == .validation)
  }

  @Test func aLossWithoutParametersIsNamed() {
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(Scripted { _, batch, _ in batch.mean() }, train: loader([1]))
    }
    #expect(error?.description.contains("depends on no parameter") == true)
  }

  @Test func pairsAreStaticallyTyped() throws {
    let x = Tensor([Float(1), 2, 3])
    let model = Pair()
    try quietTrainer(100).fit(model, train: DataLoader(TensorDataset(x, x * 2), batchSize: 3))
    #expect(abs(model.slope.item() - 2) < 1e-5)
  }

  @Test func aFolderThatCannotBeMadeIsNamed() throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(filePath: folder + "/file"))
      let trainer = quietTrainer(1, directory: folder + "/file/logs")
      let error = #expect(throws: TrainerError.self) { try trainer.runDirectory() }
      #expect(error?.description.contains(folder + "/file/logs") == true)
      #expect(error?.description.contains("Not a directory") == true)
    }
  }
}
