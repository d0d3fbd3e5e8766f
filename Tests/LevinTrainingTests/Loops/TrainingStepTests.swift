import Levin
import LevinTraining
import Testing

/// Skips batches that hold a NaN.
private final class Skipping: LightningModule {
  @Parameter var location: Tensor = [0]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor? {
    log("seen", batch.count)
    if batch.isNaN.any().item() == 1 { return nil }
    return (batch - location).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.25))
  }
}

private final class Throwing: LightningModule {
  struct Refusal: Error {}
  @Parameter var weight: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
    if batchIndex == 1 { throw Refusal() }
    return weight.sum()
  }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}

/// Clips the norm of all gradients to 1, and logs the norm.
private final class Clipping: Callback {
  override func onBeforeOptimizerStep(
    _ trainer: Trainer, _ module: any LightningModule, gradients: inout NamedGradients
  ) {
    let squares = gradients.map { $0.gradient.square().sum() }
    let norm = squares.dropFirst().reduce(squares[0], +).sqrt()
    log("norm", norm, onStep: true)
    gradients.map { _, gradient in gradient / maximum(norm, 1) }
  }
}

private final class TwoPaths: LightningModule {
  final class Plain { @Parameter var lost: Tensor = [1] }
  let plain = Plain()
  @Parameter var used: Tensor = [1]
  @Parameter var forgotten: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    ((used + forgotten + plain.lost) * batch).sum()
  }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD([$used], learningRate: 0.1)) }
}

private final class OnlyPlain: LightningModule {
  let plain = TwoPaths.Plain()

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { plain.lost.sum() }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 0.1)) }
}

private final class Modes: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  var seen: [Mode] = []

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    seen.append(.current)
    return weight.sum()
  }
  func validationStep(_ batch: Tensor, batchIndex: Int) { seen.append(.current) }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 0)) }
}

@Suite struct TrainingStepTests {
  @Test func aBatchWithoutALossIsSkipped() throws {
    let (model, probe) = (Skipping(), Probe())
    let result = try quietTrainer(1, [probe]).fit(
      model, train: loader([2, .nan, 4], batchSize: 1))
    // 0 -> 1 by the first batch, 1 -> 2.5 by the third.
    #expect(model.location.item() == 2.5)
    #expect(result.steps == 2 && result.epochs == 1)
    #expect(probe.values("seen") == [1])
    #expect(result.loss?.value == 6.5)
  }

  @Test func batchHooksSeeTheOutcome() throws {
    final class Outcomes: Callback {
      var outcomes: [StepOutcome] = []
      override func onTrainBatchEnd(
        _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
        batchIndex: Int
      ) { outcomes.append(outcome) }
    }
    let callback = Outcomes()
    try quietTrainer(1, [callback]).fit(Skipping(), train: loader([2, .nan], batchSize: 1))
    #expect(callback.outcomes == [.taken(loss: 4), .skipped])
  }

  @Test func anErrorOfTheStepEndsTheFit() throws {
    let (model, probe) = (Throwing(), Probe())
    #expect(throws: Throwing.Refusal.self) {
      try quietTrainer(3, [probe]).fit(model, train: loader([1, 2], batchSize: 1))
    }
    #expect(probe.tornDown == 1 && probe.errors.count == 1 && model.weight.item() == 0)
  }

  @Test func aCallbackSeesAndReplacesTheLazyGradients() throws {
    let probe = Probe()
    let model = Scripted { model, _, _ in (model.weight * 3 + model.other * 4).sum() }
    try quietTrainer(1, [Clipping(), probe]).fit(model, train: loader([1]))
    #expect(probe.values("norm") == [5])
    #expect(abs(model.weight.item() - (1 - 0.01 * 0.6)) < 1e-6)
    #expect(abs(model.other.item() - (1 - 0.01 * 0.8)) < 1e-6)
  }

  @Test func aStepIsInTrainingAndAllElseInEvaluation() throws {
    let model = Modes()
    let probe = Probe()
    probe.batchEnd = { _, _ in model.seen.append(.current) }
    try quietTrainer(1, [probe]).fit(model, train: loader([1]), validation: loader([1]))
    #expect(model.seen == [.training, .evaluation, .evaluation])
    #expect(Mode.current == .evaluation)
  }

  @Test func parametersThatNobodyTrainsAreWarnedOf() throws {
    let transcript = Transcript()
    let trainer = Trainer(
      maxEpochs: 3, progressBar: false, summary: false, console: transcript.console)
    try trainer.fit(TwoPaths(), train: loader([1, 2], batchSize: 1))
    #expect(transcript.lines.count == 2)
    #expect(transcript.lines[0].contains("'plain.lost' would never be trained"))
    #expect(transcript.lines[1].contains("depends on parameter 'forgotten', which the optimizer"))
  }

  @Test func aModuleWhoseOnlyParametersAreOutOfReachIsToldWhy() {
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(OnlyPlain(), train: loader([1]))
    }
    #expect(error?.description.contains("'plain.lost'") == true)
  }

  @Test func callbacksReachTheOptimizers() throws {
    let model = Location(0, learningRate: 0.25)
    let probe = Probe()
    probe.batchEnd = { trainer, _ in trainer.optimizers[0].learningRate = 0 }
    try quietTrainer(5, [probe]).fit(model, train: loader([4]))
    #expect(model.location.item() == 2)
  }

  @Test func eachFitDrawsFromAStreamOfItsOwn() throws {
    func draws() throws -> [Double] {
      var seen: [Double] = []
      let model = Scripted { model, _, _ in
        seen.append(Normal(0, 1).sample([1]).item())
        return model.weight.sum() + model.other.sum()
      }
      try quietTrainer(2).fit(model, train: loader([1]))
      return seen
    }
    func run() throws -> ([Double], [Double], Double) {
      try withSeed(3) { (try draws(), try draws(), Normal(0, 1).sample([1]).item()) }
    }
    let (first, second, after) = try run()
    let again = try run()
    #expect(first == again.0 && second == again.1 && first != second)
    // The children of NumPy's default_rng(3), which itself is left where it was.
    var root = PCG64(seed: 3)
    #expect(after == Normal(0, 1).sample([1], using: &root).item())
    var child = PCG64(seed: 3).children(1)[0]
    #expect(first[0] == Normal(0, 1).sample([1], using: &child).item())
  }
}

extension PCG64 {
  fileprivate func children(_ count: Int) -> [PCG64] {
    var copy = self
    return copy.spawn(count)
  }
}
