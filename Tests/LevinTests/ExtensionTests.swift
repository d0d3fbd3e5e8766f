import Levin
import Testing

private final class Line: LightningModule {
  @Parameter var weight: Tensor = [4]
  let makeOptimizer: ([Parameter]) -> any Optimizer

  init(_ makeOptimizer: @escaping ([Parameter]) -> any Optimizer) {
    self.makeOptimizer = makeOptimizer
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = (weight - batch).square().mean()
    log("train_loss", loss)
    return loss
  }
  func configureOptimizers() -> OptimizerConfiguration { .init(makeOptimizer(parameters)) }
}

private final class Network: LightningModule {
  let norm = BatchNormalization(3)
  @Parameter var weight: Tensor = Tensor.zeros([3, 1])

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    (norm(batch.0).matmul(weight) - batch.1).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.05))
  }
}

private func trainer(_ epochs: Int, _ callbacks: [Callback] = []) -> Trainer {
  Trainer(
    maxEpochs: epochs, callbacks: callbacks, checkpoints: false, progressBar: false, summary: false)
}

private func loader(_ numbers: [Float], batchSize: Int) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(Tensor(numbers)), batchSize: batchSize)
}

@Suite struct ExtensionTests {
  @Test func anAverageAroundAdamFollowsTheParameters() throws {
    var averaged: AveragedOptimizer?
    let model = Line { parameters in
      let optimizer = AveragedOptimizer(Adam(parameters, learningRate: 0.1), decay: 0.9)
      averaged = optimizer
      return optimizer
    }
    let plain = Line { Adam($0, learningRate: 0.1) }
    var expected = 4.0
    final class Following: Callback {
      var values: [Double] = []
      override func onTrainBatchEnd(
        _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
        batchIndex: Int
      ) { values.append((module as? Line)?.weight.item() ?? .nan) }
    }
    let following = Following()
    try trainer(20, [following]).fit(plain, train: loader([1], batchSize: 1))
    for value in following.values { expected = 0.9 * expected + 0.1 * value }
    try trainer(20).fit(model, train: loader([1], batchSize: 1))
    #expect(model.weight.item() == plain.weight.item())
    #expect(abs((averaged?.averages[0].item() ?? .nan) - expected) < 1e-5)
  }

  @Test func accumulatedGradientsStepOnceForSeveralBatches() throws {
    let whole = Line { SGD($0, learningRate: 0.1, momentum: 0.9) }
    let parts = Line {
      AccumulatingOptimizer(SGD($0, learningRate: 0.1, momentum: 0.9), batches: 3)
    }
    try trainer(4).fit(whole, train: loader([1, 2, 6], batchSize: 3))
    let result = try trainer(4).fit(parts, train: loader([1, 2, 6], batchSize: 1))
    #expect(abs(whole.weight.item() - parts.weight.item()) < 1e-5)
    #expect(result.steps == 12)
  }

  @Test func anAccumulationGoesOnFromItsState() throws {
    func make(_ parameter: Parameter) -> AccumulatingOptimizer {
      AccumulatingOptimizer(SGD([parameter], learningRate: 1), batches: 2)
    }
    let (a, b) = (Parameter(wrappedValue: [0]), Parameter(wrappedValue: [0]))
    let first = make(a)
    first.step([[4]])
    let second = make(b)
    try second.restore(from: first.state())
    second.step([[2]])
    #expect(b.wrappedValue.item() == -3 && a.wrappedValue.item() == 0)
  }

  // The recurrence of torch.nn.BatchNorm1d, in double precision over the same batches.
  @Test func batchNormalizationKeepsRunningStatistics() throws {
    let source = Simulated(random: PCG64(seed: 5), batchCount: 4)
    let model = Network()
    try trainer(2).fit(model, train: source)
    var (mean, variance) = ([0.0, 0, 0], [1.0, 1, 1])
    for epoch in 0..<2 {
      var batches = source.makeBatches(epoch: epoch)
      while let batch = try batches.next()?.content.0 {
        for column in 0..<3 {
          let x = batch[.all, column].scalars
          let m = x.reduce(0, +) / 32
          let v = x.reduce(0) { $0 + ($1 - m) * ($1 - m) } / 31
          mean[column] = 0.9 * mean[column] + 0.1 * m
          variance[column] = 0.9 * variance[column] + 0.1 * v
        }
      }
    }
    for column in 0..<3 {
      #expect(abs(model.norm.runningMean.scalars[column] - mean[column]) < 1e-5)
      #expect(abs(model.norm.runningVariance.scalars[column] - variance[column]) < 1e-5)
    }
    // Evaluation leaves them alone.
    let before = model.norm.state()
    _ = model.norm(Tensor.ones([4, 3])).scalars
    #expect(model.norm.state() == before)
  }

  @Test func aSourceWithAStateGivesTheSameBatchesAgain() throws {
    let source = Simulated(random: PCG64(seed: 5), batchCount: 2)
    var other = Simulated(random: PCG64(seed: 6), batchCount: 2)
    try other.restore(from: source.state())
    var (a, b) = (source.makeBatches(epoch: 3), other.makeBatches(epoch: 3))
    for _ in 0..<2 {
      let (x, y) = (try a.next()?.content.0.scalars, try b.next()?.content.0.scalars)
      #expect(x == y && x?.count == 96)
    }
  }

  @Test func aCallbackWithStateStopsAndComesBack() throws {
    let patience = Patience(epochs: 3)
    let result = try trainer(50, [patience]).fit(
      Line { SGD($0, learningRate: 0) }, train: loader([1], batchSize: 1))
    #expect(result.stopReason == .requested && result.epochs == 4)
    #expect(result.stopDetail == "no better loss in 3 epochs")
    let fresh = Patience(epochs: 3)
    try fresh.restore(from: patience.state())
    #expect(fresh.best == 9 && fresh.waited == 3)
  }

  @Test func aLoggerIsACallback() throws {
    let logger = LinesLogger()
    try trainer(2, [logger]).fit(
      Line { SGD($0, learningRate: 0.5) }, train: loader([1], batchSize: 1))
    #expect(logger.lines == ["0/0 train_loss=9.0", "1/1 train_loss=0.0"])
  }
}
