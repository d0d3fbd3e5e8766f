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
    /// What the first part that differs is in both.
    func difference(from other: Outcome) -> String? {
      func parts(_ outcome: Outcome) -> [String] {
        ["\(outcome.steps) steps, \(outcome.epochs) epochs"] + outcome.calls + outcome.rows
          + ["\(outcome.weights)", "\(outcome.average)", "end"]
      }
      return zip(parts(self), parts(other)).first { $0 != $1 }.map { "\($0) for \($1)" }
    }

    var weights: [Double]
    var average: [Double]
    var calls: [String]
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
      average: trainer.callbacks.compactMap { $0 as? WeightAveraging }.first?.state().flat ?? [],
      calls: trainer.callbacks.compactMap { ($0 as? Chatty)?.description },
      rows: rows.lines, steps: result.steps, epochs: result.epochs)
  }

  private static func trainer(
    _ callbacks: [Callback], first: [Callback] = [], logEveryNSteps: Int = 1
  ) -> Trainer {
    let stopping = EarlyStopping(monitor: "val", patience: 100)
    let all: [Callback] = [Chatty("a"), WeightAveraging(.exponential(decay: 0.9)), stopping]
    var settings = settings
    settings.logEveryNSteps = logEveryNSteps
    return quietTrainer(settings, first + all + callbacks + [Chatty("b")])
  }

  private static func whole(logEveryNSteps: Int = 1) throws -> Outcome {
    let rows = Rows()
    return try fit(
      Dropping(), rows, nil, on: trainer([RowLogger(rows)], logEveryNSteps: logEveryNSteps))
  }

  /// The hooks that an error is thrown in.
  enum Hook: CaseIterable {
    case batchStart, beforeStep, batchEnd, row, validationStart, validationEpochStart
    case validationBatch, validationEpochEnd, validationEnd, epochStart, epochEnd
  }

  @Test(arguments: Hook.allCases, [true, false])
  func afterAnErrorInAHookTheRestIsAsIfThereHadBeenNone(_ hook: Hook, isFirst: Bool) throws {
    let whole = try Self.whole()
    // How often the hook is called in the whole fit.
    for moment in 0..<60 {
      let rows = Rows()
      let failing = Failing(hook, at: moment)
      let model = Dropping()
      let trainer = Self.trainer(
        (isFirst ? [] : [failing]) + [RowLogger(rows)], first: isFirst ? [failing] : [])
      do {
        _ = try Self.fit(model, rows, nil, on: trainer)
        #expect(moment > 2)
        return
      } catch is Stop {}
      failing.isOff = true
      let outcome = try Self.fit(model, rows, .lastFit, on: trainer)
      #expect(outcome.difference(from: whole) == nil, "\(hook) at \(moment)")
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
      let outcome = try Self.fit(model, rows, .lastFit, on: trainer)
      #expect(outcome.difference(from: whole) == nil, "step \(moment)")
    }
  }

  @Test(arguments: [1, 3]) func afterAStopTheRestIsAsIfThereHadBeenNone(
    logEveryNSteps: Int
  ) throws {
    let whole = try Self.whole(logEveryNSteps: logEveryNSteps)
    for moment in 1...24 {
      let rows = Rows()
      let model = Dropping()
      let stopping = LambdaCallback()
      stopping.onTrainBatchEnd = { trainer, _, _, _, _ in
        if trainer.globalBatch == moment { trainer.stop("enough") }
      }
      let trainer = Self.trainer(
        [stopping, RowLogger(rows)], logEveryNSteps: logEveryNSteps)
      let cut = try Self.fit(model, rows, nil, on: trainer)
      #expect(cut.steps <= whole.steps)
      stopping.onTrainBatchEnd = nil
      let outcome = try Self.fit(model, rows, .lastFit, on: trainer)
      #expect(outcome.difference(from: whole) == nil, "batch \(moment)")
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
    let outcome = try Self.fit(Dropping(), rows, .state(cut.state), on: trainer)
    #expect(outcome.difference(from: whole) == nil)
  }

  @Test func aStateGoesOnInAnotherModelAndTrainer() throws {
    let whole = try Self.whole()
    let rows = Rows()
    let failing = Failing(.batchEnd, at: 10)
    let first = Self.trainer([failing, RowLogger(rows)])
    #expect(throws: Stop.self) { try Self.fit(Dropping(), rows, nil, on: first) }
    let state = try #require(first.keptState)
    let second = Self.trainer([RowLogger(rows)])
    let outcome = try Self.fit(Dropping(), rows, .state(state), on: second)
    #expect(outcome.difference(from: whole) == nil)
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
    let model = Location(7)
    #expect(throws: TrainerError.self) {
      try quietTrainer(2).fit(model, train: loader([1]), resume: .state(state))
    }
    #expect(model.location.item() == 7)
    let result = try quietTrainer(3).fit(Location(), train: loader([1]), resume: .state(state))
    #expect(result.epochs == 3 && result.steps == 3)
  }

  @Test func theMomentsOfValidationsGoOnAcrossEpochs() throws {
    struct Stop: Error {}
    let settings = TrainerSettings(
      maxEpochs: 3, validationInterval: .batches(7, acrossEpochs: true))
    func moments(_ failing: Callback, _ resume: Resume?) -> ([Int], Trainer) {
      let callback = LambdaCallback()
      var moments: [Int] = []
      callback.onValidationStart = { trainer, _ in moments.append(trainer.globalBatch) }
      let trainer = quietTrainer(settings, [callback, failing])
      _ = try? trainer.fit(
        Location(), train: loader([1, 2, 3, 4, 5, 6, 7], batchSize: 1), validation: loader([1]),
        resume: resume)
      return (moments, trainer)
    }
    #expect(moments(Callback(), nil).0 == [7, 14, 21])
    // Behind the validation at the end of an epoch, which is not run once more.
    let failing = Probe()
    failing.epochEnd = { trainer in if trainer.currentEpoch == 0 { throw Stop() } }
    let (before, trainer) = moments(failing, nil)
    #expect(before == [7])
    let state = trainer.keptState
    #expect(moments(Callback(), state.map(Resume.state)).0 == [14, 21])
  }

  @Test func aCallbackThatIsGoneIsToldOf() throws {
    let trainer = quietTrainer(2, [EarlyStopping(monitor: "train_loss")])
    try trainer.fit(Location(), train: loader([1]))
    let text = Transcript()
    let other = Trainer(
      TrainerSettings(maxEpochs: 3), progressBar: false, summary: false, console: text.console)
    try other.fit(Location(), train: loader([1]), resume: .state(try #require(trainer.keptState)))
    #expect(text.text.contains("without the callback 'EarlyStopping(train_loss"))
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
      if left == 0 {
        // What a hook that fails has drawn is drawn again.
        _ = Tensor.uniform([1]).item()
        throw Stop()
      }
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
    override func onValidationEpochStart(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.validationEpochStart)
    }
    override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) throws {
      try pass(.validationEpochEnd)
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

/// Counts the hooks that it was called in, draws in each and logs what it drew.
private final class Chatty: Callback, CustomStringConvertible {
  private let name: String
  private var counts: [String: Int] = [:]

  init(_ name: String) { self.name = name }

  override var stateName: String { "Chatty \(name)" }

  var description: String {
    counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
  }

  private func say(_ hook: String) {
    counts[hook, default: 0] += 1
    log("\(name)_\(hook)", Tensor.uniform([1]) * Float(counts[hook] ?? 0))
  }

  override func onTrainEpochStart(_ t: Trainer, _ m: any LightningModule) { say("epochStart") }
  override func onTrainBatchStart(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { say("batchStart \((batch as? Tensor)?.count ?? 0)") }
  override func onTrainBatchEnd(
    _ t: Trainer, _ m: any LightningModule, outcome: StepOutcome, batch: Any, batchIndex: Int
  ) {
    say("batchEnd \((batch as? Tensor)?.count ?? 0)")
    log("\(name)_outcome", outcome.loss ?? -1)
  }
  override func onValidationStart(_ t: Trainer, _ m: any LightningModule) { say("validationStart") }
  override func onValidationEpochStart(_ t: Trainer, _ m: any LightningModule) {
    say("validationEpochStart")
  }
  override func onValidationBatchEnd(
    _ t: Trainer, _ m: any LightningModule, batch: Any, batchIndex: Int
  ) { say("validationBatchEnd") }
  override func onValidationEpochEnd(_ t: Trainer, _ m: any LightningModule) {
    say("validationEpochEnd")
    log("\(name)_weight", (m as? Dropping)?.weight.sum() ?? 0)
  }
  override func onValidationEnd(_ t: Trainer, _ m: any LightningModule) { say("validationEnd") }
  override func onTrainEpochEnd(_ t: Trainer, _ m: any LightningModule) { say("epochEnd") }

  override func state() -> State {
    var state = State()
    for (hook, count) in counts { state[hook] = .integer(count) }
    return state
  }

  override func restore(from state: State) throws {
    counts = [:]
    for hook in state.names { counts[hook] = try state.integer(hook) }
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
    log("seen", seen.sum(), onStep: true)
    log("val", ((weight.sum() * batch + bias) * Tensor.uniform(batch.shape)).mean())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.05))
  }
}
