import Levin
import LevinTraining
import Testing

@Suite struct ScheduleTests {
  private let data = loader([1, 2, 3, 4], batchSize: 1)

  private func rates(
    _ settings: TrainerSettings = TrainerSettings(maxEpochs: 3),
    _ configure: @escaping (SGD) -> OptimizerConfiguration
  ) throws -> [Double] {
    let probe = Probe()
    var rates: [Double] = []
    probe.batchEnd = { trainer, _ in rates.append(trainer.optimizers[0].learningRate) }
    try quietTrainer(settings, [probe]).fit(
      Configured(configure), train: data, validation: loader([1]))
    return rates
  }

  @Test func aScheduleOfEpochsTakesOneStepAnEpochWhateverTheValidations() throws {
    let settings = TrainerSettings(maxEpochs: 3, validationInterval: .batches(1))
    let rates = try rates(settings) { .init($0, ExponentialLR($0, gamma: 0.5)) }
    #expect(rates == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.25, 0.25])
  }

  @Test func aScheduleOfStepsCountsThoseOfTheOptimizer() throws {
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2)
    let rates = try rates(settings) { .init($0, ExponentialLR($0, gamma: 0.5), interval: .step) }
    #expect(rates == [1, 0.5, 0.5, 0.25])
    let second = try self.rates(TrainerSettings(maxEpochs: 1)) {
      .init($0, ExponentialLR($0, gamma: 0.5), interval: .step, frequency: 2)
    }
    #expect(second == [1, 0.5, 0.5, 0.25])
  }

  @Test func aScheduleFollowsAMetric() throws {
    let rates = try rates {
      .init($0, ReduceLROnPlateau($0, factor: 0.5, patience: 0), monitor: "constant")
    }
    #expect(rates == [1, 1, 1, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5])
  }

  @Test func aMetricThatNobodyLogsIsAnErrorUnlessItIsNotStrict() throws {
    let error = #expect(throws: TrainerError.self) {
      try rates { .init($0, ReduceLROnPlateau($0), monitor: "constnat") }
    }
    #expect("\(try #require(error))".contains("'constnat'"))
    let lenient = try rates {
      .init($0, ReduceLROnPlateau($0), monitor: "constnat", strict: false)
    }
    #expect(Set(lenient) == [1])
  }

  @Test func settingsThatMakeNoSenseAreRefusedBeforeTheFirstStep() {
    #expect(throws: TrainerError.self) {
      try rates { .init($0, StepLR($0, stepSize: 0)) }
    }
    #expect(throws: TrainerError.self) {
      try rates { .init($0, ExponentialLR($0, gamma: 0.5), frequency: 0) }
    }
  }

  @Test func aScheduleOfAnotherOptimizerIsRefusedBeforeTheFirstStep() throws {
    let stranger = SGD([Parameter(wrappedValue: [1])], learningRate: 1)
    let makers: [(SGD) -> OptimizerConfiguration] = [
      { .init($0, StepLR(SGD($0.parameters, learningRate: 1), stepSize: 1), interval: .step) },
      { .init($0, ReduceLROnPlateau(stranger), monitor: "constant") },
      { .init($0, ChainedScheduler([StepLR(stranger, stepSize: 1)])) },
      { .init($0, StepLR(OptimizerGroup([$0, stranger]), stepSize: 1)) },
      {
        .init(
          $0, schedules: [.init(StepLR($0, stepSize: 1)), .init(StepLR(stranger, stepSize: 1))])
      },
    ]
    for make in makers {
      let error = #expect(throws: TrainerError.self) { try rates { make($0) } }
      #expect("\(try #require(error))".contains("belongs to another optimizer"))
    }
    // One of a group, or of the group around the same members.
    let member = try rates { optimizer in
      .init(OptimizerGroup([optimizer]), ExponentialLR(optimizer, gamma: 0.5))
    }
    let around = try rates { optimizer in
      .init(optimizer, ExponentialLR(OptimizerGroup([optimizer]), gamma: 0.5))
    }
    #expect(member == around && Set(member) == [1, 0.5, 0.25])
  }

  @Test func anOptimizerThatAsksForTheLossAgainFitsToTheLastDigits() throws {
    let model = Regression()
    let settings = TrainerSettings(maxEpochs: 50)
    let result = try quietTrainer(settings, [Convergence(gradientTolerance: 1e-6)])
      .fit(model, train: loader([1, 2, 6]))
    #expect(result.stopReason == .converged && result.steps < 15)
    #expect(abs(model.location.item() - 3) < 1e-6)
    // One value for each step, whatever the search tried.
    #expect(model.calls > result.steps)
  }

  @Test func suchAnOptimizerRefusesWindowsAndClipping() {
    for settings in [
      TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 2),
      TrainerSettings(maxEpochs: 1, gradientClipping: .norm(1)),
    ] {
      #expect(throws: TrainerError.self) {
        try quietTrainer(settings).fit(Regression(), train: loader([1, 2]))
      }
    }
  }
}

/// A model that logs a constant, with an optimizer configuration of the test's.
private final class Configured: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  private let configure: (SGD) -> OptimizerConfiguration

  init(_ configure: @escaping (SGD) -> OptimizerConfiguration) { self.configure = configure }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    log("constant", 1.0)
    return (weight * 0.001).sum()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", batch.mean()) }

  func configureOptimizers() -> OptimizerConfiguration {
    configure(SGD(parameters, learningRate: 1))
  }
}

/// A model of one number in double precision, whose loss is a quartic around the mean of the data.
private final class Regression: LightningModule {
  @Parameter var location = Tensor(Double(0)).reshaped(to: [1])
  private(set) var calls = 0

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    calls += 1
    let distance = location - batch.cast(to: .float64).mean()
    let loss = (distance.square() + distance.square().square() * 0.1).sum()
    log("train_loss", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration { .init(LBFGS(parameters, maxIter: 1)) }
}
