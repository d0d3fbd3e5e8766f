import Levin
import LevinTraining
import Testing

@Suite struct SVIModuleTests {
  private func model(_ data: Tensor) { MixtureModels.oneDimensional(data, data.count) }

  private func guide() throws -> AutoDelta<Tensor> {
    let start = try #require(MixtureRecord.all["gmm1d"]?.runs["from_truth"]).initial
    let values = Dictionary(
      uniqueKeysWithValues: start.map { ($0.key.split(separator: ".")[1].description, $0.value) })
    return AutoDelta(
      model, expose: ["weights", "locs", "scale"], start: .values(values.mapValues { $0.tensor() }))
  }

  private func adam(_ parameters: [Parameter]) -> any Optimizer {
    Adam(parameters, learningRate: 0.1, betas: (0.8, 0.99))
  }

  private final class Losses: Callback {
    var values: [Double] = []

    override func onMetrics(
      _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
    ) {
      values += record.metrics.filter { $0.name == "train_loss" }.map(\.value.value)
    }
  }

  @Test func aFitByTheTrainerHasTheLossesOfThePlainLoop() throws {
    let data = MixtureRecord.data("gmm1d")
    let svi = SVI(model, try guide(), loss: TraceEnumELBO(maxPlateNesting: 1), optimizer: adam)
    let losses = try (0..<60).map { _ in try svi.step(data) }
    let module = try SVIModule(
      model, guide(), loss: TraceEnumELBO(maxPlateNesting: 1), prototype: data, optimizer: adam)
    let recorder = Losses()
    let trainer = Trainer(maxEpochs: 60, callbacks: [recorder])
    let loader = DataLoader(TensorDataset(data), batchSize: data.count)
    let result = try trainer.fit(module, train: loader)
    #expect(result.steps == 60)
    #expect(recorder.values == losses)
  }

  @Test func aFitThatCollapsesIsToldOf() throws {
    let data = MixtureRecord.data("gmm1d")
    let start = try #require(MixtureRecord.all["gmm1d"]?.runs["best_of_100"]).initial
    let values = Dictionary(
      uniqueKeysWithValues: start.map { ($0.key.split(separator: ".")[1].description, $0.value) })
    let guide = AutoDelta(
      model, expose: ["weights", "locs", "scale"], start: .values(values.mapValues { $0.tensor() }))
    let module = try SVIModule(
      model, guide, loss: TraceEnumELBO(maxPlateNesting: 1), prototype: data, optimizer: adam)
    let loader = DataLoader(TensorDataset(data), batchSize: data.count)
    _ = try Trainer(maxEpochs: 300).fit(module, train: loader)
    #expect(module.warnings.count == 1 && module.warnings[0].contains("site 'weights' runs to"))
  }

  @Test func restartsFitFromManyStartsInParallel() throws {
    let data = MixtureRecord.data("gmm2d_component")
    let program = try #require(MixtureModels.all["gmm2d_component"])
    let table = try restarts(
      4, seed: 3, threads: 2, sorted: true, train: DataLoader(TensorDataset(data), batchSize: 100),
      loss: "train_loss", trainer: { _ in Trainer(maxEpochs: 400) },
      start: { _, random in
        let indices = random.permutation(100).prefix(3).map { $0 }
        let start: [String: Tensor] = [
          "weights": .full([3], 1.0 / 3), "scale": .full([3, 1], 1.7),
          "locs": stack(indices.map { data[$0] }),
        ]
        let model: (Tensor) -> Void = { program($0, $0.count) }
        let guide = AutoDelta(
          model, expose: ["weights", "locs", "scale"], start: .values(start))
        let module = try? SVIModule(
          model, guide, loss: TraceEnumELBO(maxPlateNesting: 2), prototype: data
        ) { Adam($0, learningRate: 0.1, betas: (0.8, 0.99)) }
        guard let module else { preconditionFailure("the model and its guide fit together") }
        return StartingPoint(module)
      })
    let optimum = try #require(MixtureRecord.all["gmm2d_component"]).exact.optimum.loss
    let best = try #require(table.rows.first?.result.metrics["train_loss"])
    #expect(abs(best - optimum) < 0.1)
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
    let module = try SVIModule(line, guide, loss: TraceELBO(), prototype: data[0..<20]) {
      Adam($0, learningRate: 0.05)
    }
    let loader = DataLoader(TensorDataset(data), batchSize: 20)
    _ = try Trainer(maxEpochs: 60).fit(module, train: loader)
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
