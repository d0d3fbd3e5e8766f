import Foundation
import Levin
import LevinTraining
import Testing

@Suite struct HookLogTests {
  /// The hooks of a fit.
  enum Hook: CaseIterable {
    case setup, fitStart, sanityStart, sanityEnd, trainStart, epochStart, batchStart, beforeZeroGrad
    case beforeBackward, afterBackward, beforeOptimizerStep, batchEnd, validationStart
    case validationEpochStart, validationBatchStart, validationBatchEnd, validationEpochEnd
    case validationEnd, epochEnd, trainEnd, fitEnd, teardown

    /// The epochs in whose rows a value is that was logged without options.
    var epochs: [Int] {
      switch self {
      case .setup, .fitStart, .sanityStart, .sanityEnd, .trainStart: [0]
      case .trainEnd, .fitEnd: [1]
      case .teardown: []
      default: [0, 1]
      }
    }

    func put(_ body: @escaping () -> Void, into callback: LambdaCallback) {
      switch self {
      case .setup: callback.setup = { _, _ in body() }
      case .fitStart: callback.onFitStart = { _, _ in body() }
      case .sanityStart: callback.onSanityCheckStart = { _, _ in body() }
      case .sanityEnd: callback.onSanityCheckEnd = { _, _ in body() }
      case .trainStart: callback.onTrainStart = { _, _ in body() }
      case .epochStart: callback.onTrainEpochStart = { _, _ in body() }
      case .batchStart: callback.onTrainBatchStart = { _, _, _, _ in body() }
      case .beforeZeroGrad: callback.onBeforeZeroGrad = { _, _ in body() }
      case .beforeBackward: callback.onBeforeBackward = { _, _, _ in body() }
      case .afterBackward: callback.onAfterBackward = { _, _, _ in body() }
      case .beforeOptimizerStep: callback.onBeforeOptimizerStep = { _, _, _ in body() }
      case .batchEnd: callback.onTrainBatchEnd = { _, _, _, _, _ in body() }
      case .validationStart: callback.onValidationStart = { _, _ in body() }
      case .validationEpochStart: callback.onValidationEpochStart = { _, _ in body() }
      case .validationBatchStart: callback.onValidationBatchStart = { _, _, _, _ in body() }
      case .validationBatchEnd: callback.onValidationBatchEnd = { _, _, _, _ in body() }
      case .validationEpochEnd: callback.onValidationEpochEnd = { _, _ in body() }
      case .validationEnd: callback.onValidationEnd = { _, _ in body() }
      case .epochEnd: callback.onTrainEpochEnd = { _, _ in body() }
      case .trainEnd: callback.onTrainEnd = { _, _ in body() }
      case .fitEnd: callback.onFitEnd = { _, _ in body() }
      case .teardown: callback.teardown = { _, _ in body() }
      }
    }
  }

  // Two epochs of two batches, with a validation of two batches after each and a sanity check before all.
  @Test(arguments: Hook.allCases) func aValueOfAHookIsInTheRowOfItsEpoch(_ hook: Hook) throws {
    let (callback, probe) = (LambdaCallback(), Probe())
    var trainer: Trainer?
    var count = 0.0
    hook.put(
      {
        if trainer?.isSanityChecking == true { return log("own", -1.0) }
        count += 1
        log("own", count)
      }, into: callback)
    let settings = TrainerSettings(maxEpochs: 2, sanityValidationBatches: 1)
    let made = quietTrainer(settings, [callback, probe])
    trainer = made
    try made.fit(
      Location(), train: loader([1, 2], batchSize: 1), validation: loader([1, 2], batchSize: 1))
    let rows = probe.records.filter { $0.metrics.contains { $0.name == "own" } }
    #expect(rows.map(\.epoch) == hook.epochs)
    // The mean over the calls of an epoch.
    let calls = Int(count) / max(hook.epochs.count, 1)
    let means = hook.epochs.indices.map { epoch in
      (0..<calls).reduce(0.0) { $0 + Double(epoch * calls + $1 + 1) } / Double(calls)
    }
    #expect(probe.values("own") == means && count > 0)
  }

  @Test(arguments: [Hook.epochStart, .epochEnd, .batchStart, .validationStart, .validationEnd])
  func aValueOfAHookHasRowsOfStepsOnRequest(_ hook: Hook) throws {
    let (callback, probe) = (LambdaCallback(), Probe())
    var count = 0.0
    hook.put(
      {
        count += 1
        log("own", count, onStep: true)
      }, into: callback)
    try quietTrainer(2, [callback, probe]).fit(
      Location(), train: loader([1]), validation: loader([1]))
    #expect(probe.values("own") == [1, 2])
  }

  // MARK: Each task begins without metrics

  private final class Tried: Location, TestingModule, PredictingModule {
    func testStep(_ batch: Tensor, batchIndex: Int) { log("test_loss", batch.mean()) }
    func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor { batch }
  }

  @Test func metricsAreEmptyWhenATaskBegins() throws {
    let callback = LambdaCallback()
    var found: [[String]] = []
    callback.setup = { trainer, _ in found.append(trainer.metrics.names) }
    let trainer = quietTrainer(1, [callback])
    let (model, data) = (Tried(), loader([1, 2]))
    try trainer.fit(model, train: data, validation: data)
    #expect(trainer.metrics.names == ["train_loss", "location", "val_loss"])
    try trainer.validate(model, data)
    #expect(trainer.metrics.names == ["val_loss"])
    try trainer.test(model, data)
    #expect(trainer.metrics.names == ["test_loss"])
    _ = try trainer.predict(model, data)
    #expect(trainer.metrics.names.isEmpty)
    try trainer.fit(model, train: data)
    #expect(trainer.metrics.names == ["train_loss", "location"])
    #expect(found == [[], [], [], [], []])
  }

  // MARK: What is refused

  @Test func aNameWithTheSuffixOfSeveralSourcesIsRefused() throws {
    for name in ["x/dataloader_idx_0", "/dataloader_idx_", "a/dataloader_idx_1/b"] {
      let model = Scripted { model, _, _ in
        log(name, 1.0)
        return model.weight.sum() + model.other.sum()
      }
      let error = #expect(throws: TrainerError.self) {
        try quietTrainer(1).fit(model, train: loader([1]))
      }
      #expect(try #require(error).description.contains("several validation sources"))
    }
    final class Suffixed: Location {
      override func validationStep(_ batch: Tensor, batchIndex: Int) {
        log("val/dataloader_idx_0", batch.mean())
      }
    }
    #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(
        Suffixed(), train: loader([1]), validation: [loader([1]), loader([2])])
    }
  }

  @Test func aValueOfSeveralElementsEndsTheProcessWithItsShape() async {
    let result = await #expect(processExitsWith: .failure, observing: [\.standardErrorContent]) {
      let model = Scripted { model, _, _ in
        log("both", model.weight * Tensor([1, 2]))
        return model.weight.sum() + model.other.sum()
      }
      try quietTrainer(1).fit(model, train: loader([1]))
    }
    let text = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(text.contains("log: 'both' has shape [2]"))
  }
}
