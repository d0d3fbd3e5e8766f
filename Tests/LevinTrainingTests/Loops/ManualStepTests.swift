import Levin
import LevinTraining
import Testing

@Suite struct ManualStepTests {
  /// Two numbers that learn in turn: one follows the data, the other the first.
  private final class Pair: LightningModule {
    @Parameter var first: Tensor = [0]
    @Parameter var second: Tensor = [0]
    lazy var one = Adam([$first], learningRate: 0.1)
    lazy var two = SGD([$second], learningRate: 0.5, momentum: 0.9)
    var factor: Float = 1

    func configureOptimizers() -> OptimizerConfiguration { .init(OptimizerGroup([one, two])) }

    func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor? {
      try takeStep(one, on: (first - batch).square().mean())
      if batchIndex % 2 == 1 {
        let loss = try takeStep(two, on: (second - first).square().mean() * factor)
        log("second_loss", loss)
      }
      return nil
    }
  }

  private let data = loader([1, 2, 3, 4], batchSize: 1)

  private func byHand(_ epochs: Int) throws -> [Double] {
    let pair = Pair()
    for _ in 0..<epochs {
      for (index, number) in [1, 2, 3, 4].enumerated() {
        var step = Step((pair.first - Float(number)).square().mean(), optimizer: pair.one)
        try step.take()
        if index % 2 == 0 { continue }
        var other = Step((pair.second - pair.first).square().mean(), optimizer: pair.two)
        try other.take()
      }
    }
    return [pair.first.item(), pair.second.item()]
  }

  @Test func stepsAreThoseOfALoopByHandAndCount() throws {
    let pair = Pair()
    let probe = Outcomes()
    let result = try quietTrainer(3, [probe]).fit(pair, train: data)
    #expect(try [pair.first.item(), pair.second.item()] == byHand(3))
    #expect(result.steps == 18 && result.metrics["second_loss"] != nil && result.loss != nil)
    #expect(probe.steps == [1, 3, 4, 6, 7, 9, 10, 12, 13, 15, 16, 18])
  }

  @Test func stepsOfTheModuleEndTheFitToo() throws {
    let pair = Pair()
    let trainer = quietTrainer(TrainerSettings(maxSteps: 7))
    #expect(try trainer.fit(pair, train: data).stopReason == .maxSteps)
    #expect(trainer.globalStep == 7)
  }

  @Test func bothOptimizersGoOnWhereTheyWere() throws {
    struct Stop: Error {}
    let failing = Probe()
    failing.batchEnd = { trainer, _ in if trainer.globalBatch == 6 { throw Stop() } }
    let trainer = quietTrainer(3, [failing])
    #expect(throws: Stop.self) { try trainer.fit(Pair(), train: data) }
    let pair = Pair()
    try quietTrainer(3).fit(
      pair, train: data, resume: .state(try #require(trainer.keptState)))
    #expect(try [pair.first.item(), pair.second.item()] == byHand(3))
  }

  /// A pair whose batch fails after its first step, once.
  private final class Failing: LightningModule {
    struct Failure: Error {}
    @Parameter var first: Tensor = [0]
    @Parameter var second: Tensor = [0]
    @Buffer var count: Tensor = [0]
    lazy var one = Adam([$first], learningRate: 0.1)
    lazy var two = Adam([$second], learningRate: 0.5)
    var batches = 0

    func configureOptimizers() -> OptimizerConfiguration { .init(OptimizerGroup([one, two])) }

    func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor? {
      batches += 1
      count = count + 1
      try takeStep(one, on: (first - batch).square().mean(), buffers: [$count])
      try takeStep(two, on: (second - first).square().mean())
      if batches == 6 { throw Failure() }
      return nil
    }
  }

  @Test func stepsOfABatchThatFailsAreUndoneAndTakenOnceByTheNextFit() throws {
    let whole = Failing()
    whole.batches = 100
    try quietTrainer(3).fit(whole, train: data)
    let failing = Failing()
    let trainer = quietTrainer(3)
    #expect(throws: Failing.Failure.self) { try trainer.fit(failing, train: data) }
    #expect(trainer.globalStep == 10 && failing.count.item() == 5)
    let resumed = Failing()
    resumed.batches = 100
    let kept = try #require(trainer.keptState)
    try quietTrainer(3).fit(resumed, train: data, resume: .state(kept))
    #expect(resumed.state() == whole.state())
    // The same model goes on as well.
    try quietTrainer(3).fit(failing, train: data, resume: .state(kept))
    #expect(failing.state() == whole.state())
  }

  @Test func stepsBeforeAFailedOneOfTheTrainerAreUndoneAndNotCounted() throws {
    final class Mixed: LightningModule {
      @Parameter var first: Tensor = [0]
      @Parameter var second: Tensor = [0]
      // Both change the same parameter.
      lazy var own = SGD([$first], learningRate: 1)
      lazy var other = SGD([$first], learningRate: 2)
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD([$second], learningRate: 1))
      }
      func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
        try takeStep(own, on: first.sum())
        try takeStep(other, on: first.sum())
        return batchIndex == 2 ? (second / 0).sum() : second.sum()
      }
    }
    let model = Mixed()
    let trainer = quietTrainer(1)
    #expect(throws: TrainerError.self) { try trainer.fit(model, train: data) }
    #expect(model.first.item() == -6 && model.second.item() == -2)
    #expect(trainer.globalStep == 6)
  }

  @Test func aBatchThatIsSkippedHasNoneOfItsSteps() throws {
    let pair = Pair()
    pair.factor = .infinity
    let policy = NonFinitePolicy(.skipBatch)
    let result = try quietTrainer(1, [policy]).fit(pair, train: data)
    // Batches of odd indices take a second step, which is not finite.
    #expect(result.steps == 2 && pair.second.item() == 0)
    let other = Pair()
    for number in [1, 3] {
      var step = Step((other.first - Float(number)).square().mean(), optimizer: other.one)
      try step.take()
    }
    #expect(pair.first.item() == other.first.item())
  }

  @Test func anOptimizerThatAsksForTheLossAgainIsRefused() async {
    await #expect(processExitsWith: .failure) {
      final class Searched: LightningModule {
        @Parameter var first: Tensor = [0]
        @Parameter var second: Tensor = [0]
        lazy var own = SGD([$first], learningRate: 1)
        func configureOptimizers() -> OptimizerConfiguration { .init(LBFGS([$second])) }
        func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
          try takeStep(own, on: first.sum())
          return (second - batch).square().mean()
        }
      }
      try quietTrainer(1).fit(Searched(), train: loader([1, 2], batchSize: 1))
    }
  }

  @Test func aStepThatIsNotFiniteNamesTheParameterOfItsOptimizer() throws {
    let pair = Pair()
    pair.factor = .infinity
    let error = #expect(throws: TrainerError.self) { try quietTrainer(1).fit(pair, train: data) }
    #expect("\(try #require(error))".contains("'second'"))
    #expect(!"\(try #require(error))".contains("'first'"))
  }

  @Test func aModuleMayTakeStepsBesideTheTrainers() throws {
    final class Mixed: LightningModule {
      @Parameter var first: Tensor = [0]
      @Parameter var second: Tensor = [0]
      lazy var own = SGD([$first], learningRate: 1)
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD([$second], learningRate: 1))
      }
      func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
        try takeStep(own, on: first.sum())
        return second.sum()
      }
    }
    let model = Mixed()
    let result = try quietTrainer(1).fit(model, train: data)
    #expect(model.first.item() == -4 && model.second.item() == -4 && result.steps == 8)
  }
}

private final class Outcomes: Callback {
  private(set) var steps: [Int] = []

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    if case .taken = outcome { steps.append(trainer.globalStep) }
  }
}
