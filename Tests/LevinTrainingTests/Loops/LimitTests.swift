import Levin
import LevinTraining
import Testing

@Suite struct LimitTests {
  private let data = loader([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], batchSize: 1)

  private func fit(
    _ settings: TrainerSettings, _ callbacks: [Callback] = []
  ) throws -> (result: FitResult, validations: Int) {
    let model = BatchCounter()
    let result = try quietTrainer(settings, callbacks)
      .fit(model, train: data, validation: loader([1, 2, 3, 4], batchSize: 1))
    return (result, model.validationBatches)
  }

  @Test(arguments: [(3, nil, 30), (nil, 7, 7), (3, 7, 7), (1, 25, 10)] as [(Int?, Int?, Int)])
  func theFirstLimitEndsTheFit(_ epochs: Int?, _ steps: Int?, _ taken: Int) throws {
    let result = try fit(TrainerSettings(maxEpochs: epochs, maxSteps: steps)).result
    #expect(result.steps == taken)
    #expect(result.stopReason == (steps == taken ? .maxSteps : .maxEpochs))
  }

  @Test func withoutALimitAFitIsRefused() {
    #expect(throws: TrainerError.self) { try fit(TrainerSettings()) }
  }

  @Test(arguments: [(0, nil), (nil, 0)] as [(Int?, Int?)])
  func noEpochsOrStepsMeanNothingIsDone(_ epochs: Int?, _ steps: Int?) throws {
    let (result, validations) = try fit(TrainerSettings(maxEpochs: epochs, maxSteps: steps))
    #expect(result.steps == 0 && validations == 0)
  }

  @Test func noTimeMeansNoStep() throws {
    let result = try fit(TrainerSettings(maxTime: .zero)).result
    #expect(result.steps == 0 && result.epochs == 0 && result.stopReason == .maxTime)
    let kept = try fit(TrainerSettings(minEpochs: 2, maxTime: .zero)).result
    #expect(kept.steps == 20 && kept.stopReason == .maxTime)
  }

  @Test(arguments: [
    (BatchLimit.all, 10), (3, 3), (0.25, 2), (1.0, 10), (99, 10), (0, 0), (0.0, 0),
  ])
  func epochsAreLimited(_ limit: BatchLimit, _ steps: Int) throws {
    let result = try fit(TrainerSettings(maxEpochs: 1, limitTrainBatches: limit)).result
    #expect(result.steps == steps)
  }

  @Test(arguments: [(BatchLimit.all, 4), (2, 2), (0.5, 2), (0, 0)])
  func validationsAreLimited(_ limit: BatchLimit, _ batches: Int) throws {
    let settings = TrainerSettings(maxEpochs: 1, limitValidationBatches: limit)
    #expect(try fit(settings).validations == batches)
  }

  @Test(arguments: [
    TrainerSettings(maxEpochs: 1, limitTrainBatches: 0.01),
    TrainerSettings(maxEpochs: 1, limitTrainBatches: .batches(-1)),
    TrainerSettings(maxEpochs: 1, limitValidationBatches: 1.5),
    TrainerSettings(maxEpochs: -1), TrainerSettings(maxSteps: -1),
    TrainerSettings(maxEpochs: 1, minEpochs: -1),
    TrainerSettings(maxTime: .seconds(-1)),
    TrainerSettings(maxEpochs: 1, fastDevRun: -1),
    TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 0),
    TrainerSettings(maxEpochs: 1, gradientClipping: .norm(0)),
    TrainerSettings(maxEpochs: 1, gradientClipping: .value(-.infinity)),
    TrainerSettings(maxEpochs: 1, validationInterval: .fraction(0)),
    TrainerSettings(maxEpochs: 1, validationInterval: .batches(11)),
    TrainerSettings(maxEpochs: 1, validationInterval: .epochs(0)),
    TrainerSettings(maxEpochs: 1, logEveryNSteps: -1),
  ])
  func settingsThatMakeNoSenseAreRefusedBeforeAnythingHappens(_ settings: TrainerSettings) {
    let probe = Probe()
    #expect(throws: TrainerError.self) { try fit(settings, [probe]) }
    #expect(probe.tornDown == 0)
  }

  @Test(arguments: [1, 4]) func aTrialRunsAFewBatchesAndLeavesNothing(_ count: Int) throws {
    let stopping = EarlyStopping(monitor: "nothing")
    let settings = TrainerSettings(maxEpochs: 99, limitTrainBatches: 0, fastDevRun: count)
    let (result, validations) = try fit(settings, [stopping])
    #expect(result.steps == count && validations == min(count, 4))
    #expect(result.directory == nil)
  }

  @Test func modelsLearnTheSameFewBatchesByHeart() throws {
    let model = BatchCounter()
    let shuffled = DataLoader(
      TensorDataset(Tensor([1, 2, 3, 4, 5, 6] as [Float])), batchSize: 1, shuffle: .seeded(3))
    let settings = TrainerSettings(maxEpochs: 3, overfitBatches: 2)
    try quietTrainer(settings).fit(
      model, train: shuffled, validation: loader([7, 8, 9], batchSize: 1))
    #expect(model.seen == [1, 2, 1, 2, 1, 2] && model.validationBatches == 6)
  }

  @Test func theNumberOfStepsIsEstimated() throws {
    let data = loader([Float](repeating: 1, count: 64), batchSize: 1)
    for (window, steps) in [(2, 32), (3, 22)] {
      let trainer = quietTrainer(
        TrainerSettings(maxEpochs: 1, accumulateGradientBatches: window))
      let result = try trainer.fit(BatchCounter(), train: data)
      #expect(trainer.estimatedSteps == steps && result.steps == steps)
    }
  }
}

/// A model that counts the batches it is shown.
final class BatchCounter: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  private(set) var seen: [Float] = []
  private(set) var validationBatches = 0

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    seen.append(Float(batch.scalars[0]))
    return (weight * batch).square().mean()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    validationBatches += 1
    log("validated", batch.sum())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.001))
  }
}
