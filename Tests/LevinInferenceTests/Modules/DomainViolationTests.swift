import Levin
import Testing

/// A normal distribution whose scale is the parameter as it is.
private class Spread: DistributionModule {
  @Parameter var scale: Tensor
  let learningRate: Double
  var calls = 0

  init(_ scale: Tensor, learningRate: Double = 0.1) {
    self.learningRate = learningRate
    self.scale = scale
  }

  func forward() -> any Distribution { Normal(0, scale) }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    calls += 1
    let loss = -forward().logProb(batch).mean()
    log("train_loss", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: learningRate))
  }
}

/// Counts with a rate that may be negative, and data that are 0: the loss is finite at every rate.
private final class Rate: LightningModule {
  @Parameter var rate: Tensor = [1]
  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    -Poisson(rate: rate).logProb(batch).mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.3))
  }
}

/// Draws from a distribution in its step.
private final class Noisy: LightningModule {
  @Parameter var weight: Tensor = [1]
  var rates: [Tensor] = []
  private(set) var drawn: [[Double]] = []

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let noise = Normal(0, 1).sample([2])
    drawn.append(noise.scalars)
    let rate = rates[min(batchIndex, rates.count - 1)]
    return (weight * Poisson(rate: rate).sample() + noise.sum() * 0).sum()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.1))
  }
}

private func quiet(_ epochs: Int, _ callbacks: [Callback] = []) -> Trainer {
  Trainer(
    maxEpochs: epochs, callbacks: callbacks, checkpoints: false, progressBar: false, summary: false)
}

private func loader(_ numbers: [Float], batchSize: Int? = nil) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(Tensor(numbers)), batchSize: batchSize ?? numbers.count)
}

@Suite struct DomainViolationTests {
  private func failure(_ fit: () throws -> Void) throws -> NonFiniteStep {
    let error = #expect(throws: TrainerError.self) { try fit() }
    guard case .nonFinite(let step)? = error else { throw try #require(error) }
    return step
  }

  @Test func aDistributionModuleIsRefusedBeforeTheFirstStep() throws {
    let model = Spread([-1])
    let step = try failure { try quiet(2).fit(model, train: loader([1, 2])) }
    #expect(model.calls == 0 && step.result.steps == 0)
    #expect(step.violation?.distribution == "Normal" && step.violation?.parameter == "scale")
    #expect(step.violation?.index == [0] && step.violation?.value == -1)
    #expect(
      step.description.contains("step 0 of epoch 0 was not taken: Normal: scale at [0] is -1.0"))
    #expect(throws: DomainViolation.self) {
      try model.check(Tensor([1] as [Float]), role: .training, firstIndex: 0)
    }
  }

  @Test func nanInTheDataOfTheFirstStepIsNamed() throws {
    final class Slope: LightningModule {
      @Parameter var slope: Tensor = [1]
      func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
        -Normal(batch.0 * slope, 1).logProb(batch.1).mean()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 1e-3))
      }
    }
    let x = Tensor([1, .nan, 3] as [Float])
    let step = try failure {
      try quiet(1).fit(Slope(), train: DataLoader(TensorDataset(x, x.isNaN), batchSize: 3))
    }
    let text = step.description
    #expect(text.contains("was not taken: Normal: loc at [1] is nan"), "\(text)")
    #expect(text.contains("'.0' of the batch holds nan at [1]"), "\(text)")
    #expect(!text.contains("division of integers"), "\(text)")
  }

  @Test func soIsAConditionalOne() throws {
    final class Slope: ConditionalDistributionModule {
      @Parameter var slope: Tensor = [1]
      func forward(_ input: Tensor) -> any Distribution { Poisson(rate: input * slope) }
      func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
        -forward(batch.0).logProb(batch.1).mean()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 0.1))
      }
    }
    let data = TensorDataset(Tensor([1, -2, 3] as [Float]), Tensor([0, 0, 0] as [Float]))
    let step = try failure { try quiet(1).fit(Slope(), train: DataLoader(data, batchSize: 3)) }
    #expect(step.violation?.parameter == "rate" && step.violation?.index == [1])
  }

  @Test func soIsAnyModuleThatUsesDistributions() throws {
    let model = Rate()
    model.rate = [-1]
    let step = try failure { try quiet(1).fit(model, train: loader([0, 0])) }
    #expect(step.violation?.value == -1 && step.step == 0 && step.loss.isNaN)
    #expect(model.rate.item() == -1)
  }

  // The rate falls by 0.3 a step and would for ever.
  @Test func aFiniteLossWithoutAMeaningIsFoundLater() throws {
    let model = Rate()
    model.rate = [1]
    let step = try failure { try quiet(100).fit(model, train: loader([0, 0])) }
    #expect(step.step == 8 && step.violation?.distribution == "Poisson")
  }

  @Test func theStepThatFailsNamesTheParameter() throws {
    // The first step takes the scale from 1 to about -4.
    let model = Spread([1], learningRate: 0.5)
    let step = try failure { try quiet(3).fit(model, train: loader([0, 0])) }
    let scale = model.scale.item()
    #expect(step.step >= 1 && scale < 0)
    #expect(step.violation?.parameter == "scale" && step.violation?.value == scale)
    #expect(step.description.contains("the loss is nan"))
    #expect(step.description.contains("; Normal: scale at [0] is"))
  }

  @Test func whatTheSecondRunLogsIsNotRecorded() throws {
    final class Rows: Callback {
      var count = 0
      override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord) {
        count += record.metrics.count
      }
    }
    let rows = Rows()
    let model = Spread([1], learningRate: 0.5)
    let step = try failure { try quiet(3, [rows]).fit(model, train: loader([0, 0])) }
    #expect(model.calls == step.step + 2)
    #expect(rows.count == step.step)
  }

  @Test func theSecondRunHasTheSameDraws() throws {
    let model = Noisy()
    model.rates = [2, -1]
    let step = try failure { try quiet(1).fit(model, train: loader([1, 1], batchSize: 1)) }
    #expect(step.step == 1 && model.drawn.count == 3)
    #expect(model.drawn[1] == model.drawn[2] && model.drawn[0] != model.drawn[1])
    guard case .fault(let error)? = step.culprit else {
      Issue.record("\(String(describing: step.culprit))")
      return
    }
    let found = "Poisson: rate is -1.0, which is not a finite number from 0 up"
    #expect(error.description.hasPrefix(found))
    #expect(step.violation?.parameter == "rate")
  }

  @Test func ofRestartsTheOtherOnesGoOn() throws {
    let table = try restarts(3, threads: 2, train: loader([1, 2])) { _ in
      quiet(1)
    } start: { index, _ in
      StartingPoint(Spread([index == 1 ? -1 : 1]))
    }
    #expect(table.rows.count == 3 && table.rows.count { $0.failure?.violation != nil } == 1)
  }

  @Test func aFaultInTheForwardPassIsFoundBeforeTheFirstStep() throws {
    final class Table: ConditionalDistributionModule {
      @Parameter var locs: Tensor = [0, 1]
      func forward(_ input: Tensor) -> any Distribution { Normal(locs[input], 1) }
      func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
        -forward(batch.0).logProb(batch.1).mean()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 0.1))
      }
    }
    let data = TensorDataset(Tensor([0, 1, 2]), Tensor([0, 0, 0] as [Float]))
    let step = try failure { try quiet(1).fit(Table(), train: DataLoader(data, batchSize: 3)) }
    guard case .fault(let error)? = step.culprit else {
      Issue.record("\(String(describing: step.culprit))")
      return
    }
    #expect(error.problem == .indexOutOfRange(2, axis: 0, size: 2))
  }
}

@Suite struct FaultyInferenceTests {
  private func model(_ scale: Double) -> (Tensor) -> Void {
    { data in
      let mean = sample("mean", Normal(0, 10))
      plate("data", data.count) { sample("x", Normal(mean, Tensor(scale)), observed: data) }
    }
  }

  @Test func theFirstStepOfInferenceIsLookedAt() throws {
    let model = model(-1)
    let svi = SVI(model, AutoNormal(model), loss: TraceELBO()) { Adam($0, learningRate: 0.1) }
    let found = #expect(throws: DomainViolation.self) { try svi.step([1, 2]) }
    #expect(found?.distribution == "Normal" && found?.parameter == "scale" && found?.value == -1)
  }

  @Test func soIsThatOfAModuleOfInference() throws {
    let model = model(-1)
    let module = try SVIModule(
      model, AutoNormal(model), loss: TraceELBO(), prototype: Tensor([1, 2] as [Float])
    ) { Adam($0, learningRate: 0.1) }
    let error = #expect(throws: TrainerError.self) {
      try quiet(2).fit(module, train: loader([1, 2]))
    }
    guard case .nonFinite(let step)? = error else { throw try #require(error) }
    #expect(step.violation?.parameter == "scale")
  }

  @Test func aStepThatFailsLaterNamesTheParameter() throws {
    let scale = Parameter(wrappedValue: [1])
    func model(_ data: Tensor) {
      let mean = sample("mean", Normal(0, 10))
      plate("data", data.count) { sample("x", Normal(mean, scale.wrappedValue), observed: data) }
    }
    let svi = SVI(model, AutoDelta(model), loss: TraceELBO(), training: [scale]) {
      SGD($0, learningRate: 1e-3)
    }
    try svi.step([1, 2])
    scale.wrappedValue = [-1]
    let error = #expect(throws: InferenceError.self) { try svi.step([1, 2]) }
    #expect(error?.description.contains("Normal: scale at [0] is -1.0") == true)
    #expect(error?.description.contains("the log-probability of 'x'") == true)
  }

  @Test func aNaNOfTheDataIsNamedWithItsIndex() throws {
    let scale = Parameter(wrappedValue: [1])
    func model(_ data: Tensor) {
      let mean = sample("mean", Normal(0, 10))
      plate("data", data.count) {
        factor("fit", -(data - mean).square() * scale.wrappedValue)
      }
    }
    let svi = SVI(model, AutoDelta(model), loss: TraceELBO(), training: [scale]) {
      SGD($0, learningRate: 1e-3)
    }
    let error = #expect(throws: InferenceError.self) {
      try svi.step(Tensor([1, .nan, 3] as [Float]))
    }
    #expect(error?.description.contains("an input of shape [3] is nan at [1]") == true)
  }

  @Test func aFaultOfTheFirstStepOrOfALookIsAnError() throws {
    func model(_ factor: Tensor) {
      let mean = sample("mean", Normal(0, 1))
      let matrix = Tensor.eye(2) * (mean * 0 + factor)
      sample("x", Normal(matrix.cholesky().sum(), 1), observed: Tensor(0.5 as Float))
    }
    let svi = SVI(model, AutoNormal(model), loss: TraceELBO()) { Adam($0, learningRate: 0.1) }
    let error = #expect(throws: InferenceError.self) { try svi.step(-1) }
    guard case .faultyStep(1, let fault)? = error else { throw try #require(error) }
    #expect(fault.problem == .notPositiveDefinite(minor: 1) && svi.stepCount == 0)
    try svi.step(1)
    #expect(throws: EvaluationError.self) { _ = try svi.evaluate(-1) }
    #expect(try svi.evaluate(1).isFinite)
  }

  @Test func aDrawThatCannotBePredictedIsAnError() throws {
    func model(_ rate: Tensor) { sample("n", Poisson(rate: rate)) }
    #expect(throws: EvaluationError.self) { _ = try Predictive(model, count: 3)(-1) }
    #expect(throws: EvaluationError.self) {
      _ = try Predictive(model, count: 3, vectorizedOverPlates: 0)(-1)
    }
    #expect(try Predictive(model, count: 3)(2)["n"]?.shape == [3])
  }

  @Test func aFaultOfAStepIsAnError() throws {
    let locs = Parameter(wrappedValue: [0, 1])
    func model(_ data: Tensor) {
      sample("mean", Normal(0, 10))
      plate("data", data.count) {
        sample("x", Normal(locs.wrappedValue[data], 1), observed: data.cast(to: .float32))
      }
    }
    let svi = SVI(model, AutoDelta(model), loss: TraceELBO(), training: [locs]) {
      SGD($0, learningRate: 1e-3)
    }
    try svi.step(Tensor([0, 1]))
    let error = #expect(throws: InferenceError.self) { try svi.step(Tensor([0, 2])) }
    guard case .faultyStep(_, let fault)? = error else { throw try #require(error) }
    #expect(fault.problem == .indexOutOfRange(2, axis: 0, size: 2))
    #expect(locs.wrappedValue.scalars != [] && locs.wrappedValue.scalars.allSatisfy(\.isFinite))
    try svi.step(Tensor([1, 0]))
  }
}
