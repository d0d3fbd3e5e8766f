import Levin
import LevinTraining
import Testing

@Suite struct AccumulationTests {
  // The gradient of each batch is the batch itself, and the rate 1, so steps show in the weight.
  private func fit(
    _ numbers: [Float], _ settings: TrainerSettings, _ callbacks: [Callback] = []
  ) throws -> (weights: [Float], result: FitResult) {
    let model = Linear()
    let probe = Probe()
    var weights: [Float] = []
    probe.batchEnd = { _, _ in weights.append(Float(model.weight.item())) }
    let result = try quietTrainer(settings, callbacks + [probe])
      .fit(model, train: loader(numbers, batchSize: 1))
    return (weights, result)
  }

  @Test func aStepIsTheMeanOverItsWindowAlsoWhereThatIsCutShort() throws {
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2)
    let (weights, result) = try fit([1, 3, 8], settings)
    // (1 + 3) / 2, then 8 alone.
    #expect(weights == [0, -2, -10] && result.steps == 2)
  }

  @Test func longerWindowsAreMeansToo() throws {
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 4)
    let (weights, result) = try fit([1, 3, 8, 4, 2, 3, 7], settings)
    // 16 / 4, then 12 / 3.
    #expect(weights == [0, 0, 0, -4, -4, -4, -8] && result.steps == 2)
  }

  @Test func aBatchThatIsSkippedAtTheEndOfAWindowLeavesTheStepToTheOthers() throws {
    for skipped in [[2], [1, 2]] {
      let model = Skipping(skipped)
      let settings = TrainerSettings(maxEpochs: 2, accumulateGradientBatches: 3)
      let probe = Outcomes()
      let result = try quietTrainer(settings, [probe])
        .fit(model, train: loader([2, 4, 100], batchSize: 1))
      let step: Double = skipped == [2] ? 3 : 2
      #expect(model.weight.item() == -2 * step && result.steps == 2)
      #expect(probe.taken == [1, 2])
    }
  }

  @Test func aStepThatIsNotFiniteAtTheEndOfAWindowLeavesTheStepToTheOthers() throws {
    let model = Linear()
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 3)
    let result = try quietTrainer(settings, [NonFinitePolicy(.skipBatch)])
      .fit(model, train: loader([2, 4, .infinity], batchSize: 1))
    #expect(model.weight.item() == -3 && result.steps == 1)
  }

  @Test func aWindowOfBatchesThatAreAllSkippedMakesNoStep() throws {
    let model = Skipping([0, 1, 2])
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 3)
    let result = try quietTrainer(settings).fit(model, train: loader([2, 4, 8], batchSize: 1))
    #expect(model.weight.item() == 0 && result.steps == 0)
  }

  @Test func anEpochShorterThanTheWindowIsOneStep() throws {
    let settings = TrainerSettings(maxEpochs: 2, accumulateGradientBatches: 4)
    #expect(try fit([6], settings).weights == [-6, -12])
  }

  @Test func theLossIsThatOfTheBatches() throws {
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 4)
    let result = try fit([1, 2, 6], settings).result
    // The weight is 0 in all three.
    #expect(result.loss?.value == 0)
    #expect(result.metrics["sum_of_batch"] == 3)
  }

  @Test func sourcesOfUnknownLengthCloseTheirLastWindow() throws {
    let model = Linear()
    let source = Stream(numbers: [1, 3, 8])
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2)
    let result = try quietTrainer(settings).fit(model, train: source)
    #expect(model.weight.item() == -10 && result.steps == 2)
  }

  @Test(arguments: [([1: 2, 3: 4], 23), ([0: 2, 2: 1], 30)])
  func windowsFollowASchedule(_ schedule: [Int: Int], _ steps: Int) throws {
    let numbers = [Float](repeating: 1, count: 10)
    let callback = GradientAccumulationScheduler(schedule)
    let result = try fit(numbers, TrainerSettings(maxEpochs: 4), [callback]).result
    #expect(result.steps == steps)
  }

  @Test(arguments: [[-1: 2], [0: 0]]) func schedulesThatMakeNoSenseAreRefused(
    _ schedule: [Int: Int]
  ) {
    #expect(throws: TrainerError.self) {
      try fit([1], TrainerSettings(maxEpochs: 1), [GradientAccumulationScheduler(schedule)])
    }
  }

  @Test func aScheduleBesideANumberOfTheTrainersIsRefused() {
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2)
    #expect(throws: TrainerError.self) {
      try fit([1], settings, [GradientAccumulationScheduler([0: 2])])
    }
  }

  @Test func maxStepsCountsStepsOfTheOptimizer() throws {
    let numbers = [Float](repeating: 1, count: 10)
    let settings = TrainerSettings(maxSteps: 7, accumulateGradientBatches: 3)
    let (weights, result) = try fit(numbers, settings)
    // 10 batches make 4 steps; the seventh is made of batches 7 to 9 of the second epoch.
    #expect(result.steps == 7 && weights.count == 19)
  }

  @Test func aValidationWithinAWindowKeepsItsGradients() throws {
    let model = Linear()
    let settings = TrainerSettings(
      maxEpochs: 1, validationInterval: .batches(1), accumulateGradientBatches: 2)
    try quietTrainer(settings).fit(
      model, train: loader([1, 3], batchSize: 1), validation: loader([1]))
    #expect(model.weight.item() == -2)
  }

  @Test func stepsAndRowsComeWithTheLastBatchOfAWindow() throws {
    let probe = Probe()
    let model = Linear(logsByStep: true)
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2)
    try quietTrainer(settings, [probe]).fit(model, train: loader([1, 3, 8], batchSize: 1))
    let rows = probe.records.filter { $0.metrics.contains { $0.name == "by_step" } }
    #expect(rows.map(\.step) == [0, 1])
  }

  @Test func gradientsAreClippedByNorm() throws {
    let settings = TrainerSettings(maxEpochs: 1, gradientClipping: .norm(0.05))
    let (weights, _) = try fit([40], settings)
    #expect(abs(weights[0] + 0.05) < 1e-7)
  }

  @Test func gradientsAreClippedByValueAfterCallbacksHaveSeenThem() throws {
    let callback = LambdaCallback()
    callback.onBeforeOptimizerStep = { _, _, gradients in gradients.map { $1 * 100 } }
    let settings = TrainerSettings(maxEpochs: 1, gradientClipping: .value(0.5))
    let (weights, _) = try fit([0.01], settings, [callback])
    #expect(weights == [-0.5])
  }

  @Test func gradientsWithinTheBoundKeepTheirBits() throws {
    let plain = try fit([0.3, 0.7], TrainerSettings(maxEpochs: 3)).weights
    let settings = TrainerSettings(maxEpochs: 3, gradientClipping: .norm(10))
    #expect(try fit([0.3, 0.7], settings).weights == plain)
  }
}

/// A model whose loss is the product of a weight, which begins at 0, and the batch; its steps have the rate 1.
private final class Linear: ValidatingModule {
  @Parameter var weight: Tensor = [0]
  private let logsByStep: Bool

  init(logsByStep: Bool = false) { self.logsByStep = logsByStep }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = (weight * batch).sum()
    log("sum_of_batch", batch.sum())
    if logsByStep { log("by_step", loss, onStep: true) }
    return loss
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", batch.sum()) }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}

/// Batches of a number that nobody tells.
private struct Stream: BatchSource {
  let numbers: [Float]

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream(numbers.lazy.map { Tensor([$0]) })
  }
}

/// Has the batch as its gradient, and skips some.
private final class Skipping: LightningModule {
  @Parameter var weight: Tensor = [0]
  private let skipped: Set<Int>

  init(_ skipped: [Int]) { self.skipped = Set(skipped) }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor? {
    skipped.contains(batchIndex) ? nil : (weight * batch).sum()
  }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}

/// The numbers of steps after the batches that made one.
private final class Outcomes: Callback {
  private(set) var taken: [Int] = []

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    if case .taken = outcome { taken.append(trainer.globalStep) }
  }
}
