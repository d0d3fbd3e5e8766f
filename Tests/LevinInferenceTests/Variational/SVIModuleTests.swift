import Levin
import LevinTraining
import Testing

@Suite struct SVIModuleTests {
  private final class Losses: Callback {
    var values: [Double] = []

    override func onMetrics(
      _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
    ) {
      values += record.metrics.filter { $0.name == "train_loss" }.map(\.value.value)
    }
  }

  @Test func aFitByTheTrainerHasTheLossesOfThePlainLoop() throws {
    let data = withSeed(1) { Normal(4, 1).sample([100]) }
    func guide() -> AutoDelta<Tensor> { AutoDelta(line, start: .values(["mean": 0])) }
    func adam(_ parameters: [Parameter]) -> any Optimizer { Adam(parameters, learningRate: 0.05) }
    let svi = SVI(line, guide(), loss: TraceELBO(), optimizer: adam)
    let losses = try (0..<60).map { _ in try svi.step(data) }
    let module = try SVIModule(
      line, guide(), loss: TraceELBO(), prototype: data, optimizer: adam)
    let recorder = Losses()
    let trainer = Trainer(maxEpochs: 60, callbacks: [recorder], checkpoints: false)
    let loader = DataLoader(TensorDataset(data), batchSize: data.count)
    let result = try trainer.fit(module, train: loader)
    #expect(result.steps == 60)
    #expect(recorder.values == losses)
  }

  private func line(_ batch: Tensor) {
    let mean = sample("mean", Normal(0, 10))
    plate("data", 100, subsampleSize: batch.count) {
      sample("x", Normal(mean, 1), observed: batch)
    }
  }

  @Test func batchesCountForAllDataByTheScaleOfThePlate() throws {
    let data = withSeed(1) { Normal(4, 1).sample([100]) }
    let guide = AutoDelta(line, start: .values(["mean": 0]))
    let module = try SVIModule(
      line, guide, loss: TraceELBO(), prototype: data[0..<20], scaling: .byModel
    ) { Adam($0, learningRate: 0.05) }
    let loader = DataLoader(TensorDataset(data), batchSize: 20)
    _ = try Trainer(maxEpochs: 60, checkpoints: false).fit(module, train: loader)
    // The mode of the posterior, near the data's mean.
    let mode = data.sum().item() / (100 + 0.01)
    #expect(abs(guide["mean"].item() - mode) < 0.1)
    let whole = try TraceELBO().loss(model: { line(data) }, guide: { try guide(data) }).item()
    let parts = try (0..<5).map { part in
      let batch = data[(20 * part)..<(20 * part + 20)]
      return try TraceELBO().loss(model: { line(batch) }, guide: { try guide(batch) }).item()
    }
    #expect(abs(parts.reduce(0, +) / 5 - whole) < 1e-3 * whole)
  }
}
