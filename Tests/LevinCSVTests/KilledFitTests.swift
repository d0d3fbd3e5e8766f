import Foundation
import Levin
import LevinCSV
import LevinTestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct KilledFitTests {
  private static let train = DataLoader(
    TensorDataset(Tensor((0..<23).map { Float($0) / 10 })), batchSize: 3, shuffle: .seeded(5))

  // A moment to be killed at: the batch, and whether it comes after the batch's row or before.
  private struct Killing: Sendable {
    let batch: Int
    let afterRow: Bool

    init(seed: Int) {
      var random = PCG64(seed: seed)
      batch = 3 + Int(random.uniform() * 21)
      afterRow = random.uniform() < 0.5
    }
  }

  private static func fit(_ folder: String, _ killing: Killing?, _ resume: Resume?) throws
    -> [Double]
  {
    let model = Drawing()
    let killer = LambdaCallback()
    let end: (Trainer) -> Void = { trainer in
      if trainer.globalBatch >= killing?.batch ?? .max { kill(getpid(), SIGKILL) }
    }
    if killing?.afterRow == true {
      killer.onMetrics = { trainer, _, _ in end(trainer) }
    } else {
      killer.onTrainBatchEnd = { trainer, _, _, _, _ in end(trainer) }
    }
    let trainer = Trainer(
      maxEpochs: 3, validationInterval: .batches(3), accumulateGradientBatches: 2,
      directory: folder,
      callbacks: [CSVLogger(), killer, ModelCheckpoint(saveTopK: 0, everyNTrainSteps: 1)],
      progressBar: false, summary: false)
    let validation = DataLoader(TensorDataset(Tensor([1, 2, 3] as [Float])), batchSize: 2)
    try withSeed(11) {
      _ = try trainer.fit(model, train: train, validation: validation, resume: resume)
    }
    return model.weight.scalars
  }

  private static func table(_ folder: String) throws -> String {
    try String(contentsOfFile: folder + "/version_0/metrics.csv", encoding: .utf8)
  }

  @Test(arguments: 0..<50) func theRestIsAsIfTheProcessHadNeverEnded(seed: Int) async throws {
    let base = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: base) }
    let whole = try Self.fit(base + "/whole", nil, nil)
    let cut = base + "/cut"
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [seed, cut = cut as String] in
      _ = try KilledFitTests.fit(cut, Killing(seed: seed), nil)
    }
    #expect(try Self.fit(cut, nil, .last) == whole)
    #expect(try Self.table(cut) == Self.table(base + "/whole"))
  }
}

/// A model whose steps draw, with an optimizer that has moments and a schedule.
private final class Drawing: ValidatingModule {
  @Parameter var weight: Tensor = [0.5, -0.25]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let kept = Tensor.uniform(batch.shape) .< 0.7
    let loss = `where`(kept, (weight.sum() * batch - 1).square(), 0).mean()
    log("loss", loss, onStep: true, onEpoch: true)
    return loss
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    log("val_loss", (weight.sum() * batch - 1).square().mean())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    let optimizer = Adam(parameters, learningRate: 0.05)
    return OptimizerConfiguration(
      optimizer, StepLR(optimizer, stepSize: 3, gamma: 0.5), interval: .step)
  }
}
