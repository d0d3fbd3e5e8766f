import Levin
import LevinTraining
import Testing

@Suite struct ResumeTests {
  private struct Stop: Error {}

  // Everything that decides the bits is on: shuffling, draws in the step, moments of an optimizer, windows that end within
  // an epoch, validations in mid-epoch, an early stop, averages.
  private static let settings = TrainerSettings(
    maxEpochs: 3, validationInterval: .batches(3), accumulateGradientBatches: 2,
    gradientClipping: .norm(5))

  private static let train = DataLoader(
    TensorDataset(Tensor((0..<23).map { Float($0) / 10 })), batchSize: 3, shuffle: .seeded(5))

  private struct Outcome: Equatable {
    var weights: [Double]
    var average: [Double]
    var rows: [String]
    var steps: Int
    var epochs: Int
  }

  private static func fit(
    _ model: Dropping, _ rows: Rows, _ resume: Resume?, on trainer: Trainer
  ) throws -> Outcome {
    let result = try withSeed(11) {
      try trainer.fit(model, train: train, validation: loader([1, 2, 3]), resume: resume)
    }
    return Outcome(
      weights: model.weight.scalars + model.bias.scalars + model.seen.scalars,
      average: (trainer.callbacks.first as? WeightAveraging)?.state().flat ?? [],
      rows: rows.lines, steps: result.steps, epochs: result.epochs)
  }

  private static func trainer(_ callbacks: [Callback]) -> Trainer {
    let stopping = EarlyStopping(monitor: "val", patience: 100)
    return quietTrainer(
      settings, [WeightAveraging(.exponential(decay: 0.9)), stopping] + callbacks)
  }

  private static func whole() throws -> Outcome {
    let rows = Rows()
    return try fit(Dropping(), rows, nil, on: trainer([RowLogger(rows)]))
  }

  /// The hooks that an error is thrown in.
  enum Hook: CaseIterable {
    case batchStart, beforeStep, batchEnd, row, validationStart, validationBatch, validationEnd
    case epochStart, epochEnd
  }

  @Test(arguments: Hook.allCases)
  func afterAnErrorInAHookTheRestIsAsIfThereHadBeenNone(_ hook: Hook) throws {
    let whole = try Self.whole()
    // How often the hook is called in the whole fit.
    for moment in 0..<30 {
      let rows = Rows()
      let failing = Failing(hook, at: moment)
      let model = Dropping()
      let trainer = Self.trainer([failing, RowLogger(rows)])
      do {
        _ = try Self.fit(model, rows, nil, on: trainer)
        #expect(moment > 2)
        return
      } catch is Stop {}
      failing.isOff = true
      #expect(
        try Self.fit(model, rows, .lastFit, on: trainer) == whole, "\(hook) at \(moment)")
    }
  }

  @Test func afterAnErrorInAStepTheRestIsAsIfThereHadBeenNone() throws {
    let whole = try Self.whole()
    for moment in 0..<24 {
      let rows = Rows()
      let model = Dropping()
      model.failsAt = moment
      let trainer = Self.trainer([RowLogger(rows)])
      #expect(throws: Dropping.Stop.self) { try Self.fit(model, rows, nil, on: trainer) }
      model.failsAt = nil
      #expect(try Self.fit(model, rows, .lastFit, on: trainer) == whole, "step \(moment)")
    }
  }

  @Test func afterAStopTheRestIsAsIfThereHadBeenNone() throws {
    let whole = try Self.whole()
    for moment in 1...24 {
      let rows = Rows()
      let model = Dropping()
      let stopping = LambdaCallback()
      stopping.onTrainBatchEnd = { trainer, _, _, _, _ in
        if trainer.globalBatch == moment { trainer.stop("enough") }
      }
      let trainer = Self.trainer([stopping, RowLogger(rows)])
      let cut = try Self.fit(model, rows, nil, on: trainer)
      #expect(cut.steps <= whole.steps)
      stopping.onTrainBatchEnd = nil
      #expect(try Self.fit(model, rows, .lastFit, on: trainer) == whole, "batch \(moment)")
    }
  }

  @Test(arguments: [1, 3, 6]) func afterACancelledValidationTheRestIsAsIfThereHadBeenNone(
    batch: Int
  ) async throws {
    let whole = try Self.whole()
    let task = Task {
      let canceller = LambdaCallback()
      var validations = 0
      canceller.onValidationStart = { _, _ in
        validations += 1
        if validations == batch { withUnsafeCurrentTask { $0?.cancel() } }
      }
      let rows = Rows()
      let trainer = Self.trainer([canceller, RowLogger(rows)])
      _ = try Self.fit(Dropping(), rows, nil, on: trainer)
      let result = try #require(trainer.result)
      #expect(result.stopReason == .cancelled)
      return (state: try #require(trainer.keptState), rows: rows.lines)
    }
    let cut = try await task.value
    let rows = Rows()
    rows.lines = cut.rows
    let trainer = Self.trainer([RowLogger(rows)])
    #expect(try Self.fit(Dropping(), rows, .state(cut.state), on: trainer) == whole)
  }

  @Test func aStateGoesOnInAnotherModelAndTrainer() throws {
    let whole = try Self.whole()
    let rows = Rows()
    let failing = Failing(.batchEnd, at: 10)
    let first = Self.trainer([failing, RowLogger(rows)])
    #expect(throws: Stop.self) { try Self.fit(Dropping(), rows, nil, on: first) }
    let state = try #require(first.keptState)
    let second = Self.trainer([RowLogger(rows)])
    #expect(try Self.fit(Dropping(), rows, .state(state), on: second) == whole)
  }

  // As all settings of an optimizer that may be changed between steps.
  @Test func aMomentumThatACallbackHasChangedIsKept() throws {
    func fit(stopAfter stop: Int? = nil, _ resume: Resume? = nil) throws -> (Double, Trainer) {
      let model = Location(learningRate: 0.01)
      let (probe, changing) = (Probe(), LambdaCallback())
      probe.batchEnd = { trainer, _ in if trainer.globalBatch == stop { trainer.stop() } }
      changing.onTrainEpochStart = { trainer, _ in
        if trainer.currentEpoch == 1 { (trainer.optimizers[0] as? SGD)?.momentum = 0.9 }
      }
      let trainer = quietTrainer(5, [probe, changing])
      try trainer.fit(model, train: loader([1, 2, 3]), resume: resume)
      return (model.location.item(), trainer)
    }
    let whole = try fit().0
    for stop in 1...4 {
      let cut = try fit(stopAfter: stop)
      #expect(try fit(.state(#require(cut.1.keptState))).0 == whole, "epoch \(stop)")
    }
  }

  @Test func anotherSettingOfTheOptimizerIsRefusedByName() throws {
    final class Weighted: LightningModule {
      @Parameter var location: Tensor = [7]
      let amsgrad: Bool
      init(_ amsgrad: Bool) { self.amsgrad = amsgrad }
      func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
        (batch - location).square().mean()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(Adam(parameters, amsgrad: amsgrad))
      }
    }
    let trainer = quietTrainer(2)
    try trainer.fit(Weighted(true), train: loader([1, 2]))
    let model = Weighted(false)
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(3).fit(
        model, train: loader([1, 2]), resume: .state(#require(trainer.keptState)))
    }
    #expect("\(try #require(error))".contains("'optimizer.settings.amsgrad'"))
    #expect(model.location.item() == 7)
  }

  @Test func aModelOfAnotherShapeIsRefusedWithTheNameOfTheParameter() throws {
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 2))
    try trainer.fit(Location(), train: loader([1, 2, 3]))
    let model = Location(7)
    model.location = [7, 8]
    let error = #expect(throws: TrainerError.self) {
      try trainer.fit(model, train: loader([1, 2, 3]), resume: .lastFit)
    }
    let text = "\(try #require(error))"
    #expect(text.contains("'location'") && text.contains("[1]") && text.contains("[2]"), "\(text)")
    #expect(model.location.scalars == [7, 8])
  }

  @Test func otherDataAreRefusedAndLeaveTheModelAsItWas() throws {
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 2))
    try trainer.fit(Location(), train: loader([1, 2, 3]))
    let model = Location(7)
    let error = #expect(throws: TrainerError.self) {
      try trainer.fit(model, train: loader([1, 2, 3, 4]), resume: .lastFit)
    }
    #expect("\(try #require(error))".contains("data.count"))
    #expect(model.location.item() == 7)
  }

  @Test func fewerEpochsThanThereWereAreRefused() throws {
    let trainer = quietTrainer(3)
    try trainer.fit(Location(), train: loader([1]))
    let state = try #require(trainer.keptState)
    #expect(throws: TrainerError.self) {
      try quietTrainer(2).fit(Location(), train: loader([1]), resume: .state(state))
    }
    let result = try quietTrainer(3).fit(Location(), train: loader([1]), resume: .state(state))
    #expect(result.epochs == 3 && result.steps == 3)
  }

  @Test func withoutAFitBeforeThereIsNothingToGoOnWith() {
    #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(Location(), train: loader([1]), resume: .lastFit)
    }
  }

  /// Throws in a hook when it has been called a number of times.
  private final class Failing: Callback {
    var isOff = false
    private let hook: Hook
    private var left: Int

    init(_ hook: Hook, at moment: Int) { (self.hook, left) = (hook, moment) }

    private func pass(_ hook: Hook) throws {
      if isOff || hook != self.hook { return }
      if left == 0 { throw Stop() }
      left -= 1
    }

    override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.epochStart)
    }
    override func onTrainBatchStart(
      _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
    ) throws { try pass(.batchStart) }
    override func onBeforeOptimizerStep(
      _ t: Trainer, _ m: any LightningModule, gradients: inout NamedGradients
    ) throws { try pass(.beforeStep) }
    override func onTrainBatchEnd(
      _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
    ) throws { try pass(.batchEnd) }
    override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord) throws {
      try pass(.row)
    }
    override func onValidationStart(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.validationStart)
    }
    override func onValidationBatchEnd(
      _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
    ) throws { try pass(.validationBatch) }
    override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.validationEnd)
    }
    override func onTrainEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.epochEnd)
    }
  }
}

/// Rows on a disk.
private final class Rows {
  var lines: [String] = []
}

/// Writes rows, and knows how many it has written.
private final class RowLogger: Callback {
  private let rows: Rows
  private var count = 0

  init(_ rows: Rows) { self.rows = rows }

  override func setup(_ t: Trainer, _ m: any LightningModule) { count = 0 }

  override func onMetrics(_ t: Trainer, _ m: any LightningModule, record: MetricsRecord) {
    let cells = record.metrics.map { "\($0.name)=\($0.value.value.bitPattern)" }
    rows.lines.append("\(record.epoch) \(record.step) " + cells.joined(separator: " "))
    count += 1
  }

  override func state() -> State {
    var state = State()
    state["rows"] = .integer(count)
    return state
  }

  override func restore(from state: State) throws {
    count = try state.integer("rows")
    rows.lines.removeLast(rows.lines.count - count)
  }
}

extension State {
  /// All tensors' elements, in the order of names.
  fileprivate var flat: [Double] {
    names.sorted().flatMap { name in (try? tensor(name).scalars) ?? [] }
  }
}

/// A model whose steps draw, whose buffer counts them, and whose optimizer has a momentum.
private final class Dropping: ValidatingModule {
  struct Stop: Error {}

  @Parameter var weight: Tensor = [0.5, -0.25]
  @Parameter var bias: Tensor = [0]
  @Buffer var seen: Tensor = [0]
  var failsAt: Int?
  private var steps = 0

  func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
    let kept = Tensor.uniform(batch.shape) .< 0.7
    seen = seen + Tensor(Float(batch.count))
    if failsAt == steps {
      steps = 0
      throw Stop()
    }
    steps += 1
    let predicted = weight.sum() * batch + bias
    let loss = `where`(kept, (predicted - 1).square(), 0).mean()
    log("loss", loss, onStep: true, onEpoch: true)
    log("weight", weight.sum())
    return loss
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    log("val", ((weight.sum() * batch + bias) * Tensor.uniform(batch.shape)).mean())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.05))
  }
}
