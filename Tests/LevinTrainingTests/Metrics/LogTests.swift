import Levin
import LevinTraining
import Testing

@Suite struct LogTests {
  /// Fits `Scripted` for one epoch and returns the records.
  private func records(
    _ numbers: [Float], batchSize: Int, epochs: Int = 1,
    step: @escaping (Tensor, Int) -> Void
  ) throws -> [MetricsRecord] {
    let probe = Probe()
    let model = Scripted { model, batch, index in
      step(batch, index)
      return (model.weight + model.other).square().mean()
    }
    try quietTrainer(epochs, [probe]).fit(model, train: loader(numbers, batchSize: batchSize))
    return probe.records
  }

  @Test func anEpochHasTheMeanWeightedByBatchSize() throws {
    let records = try records([1, 2, 6], batchSize: 2) { batch, _ in log("mean", batch.mean()) }
    #expect(records.count == 1)
    #expect(records[0].metrics[0].value.value == 3)
  }

  @Test func meansAreTakenInDoublePrecision() throws {
    // In float32 the sum of these would lose the ones.
    let records = try records([0x1p24, 1, 1, 1], batchSize: 1) { batch, _ in log("x", batch) }
    #expect(records[0].metrics[0].value.value == (0x1p24 + 3) / 4)
  }

  @Test func aConstantStaysWhatItIs() throws {
    let numbers = [Float](repeating: 198_487, count: 269 * 7)
    let records = try records(numbers, batchSize: 7) { _, _ in log("x", 198_487.1) }
    #expect(records[0].metrics[0].value.value == 198_487.1)
  }

  @Test func countsBeyondDoublePrecisionAreRecordedExactly() throws {
    let large = 9_007_199_254_740_993
    let records = try records([1, 2], batchSize: 1) { _, _ in
      log("count", large)
      log("id", Tensor(large), onStep: true)
      log("mixed", large, onStep: true, onEpoch: true)
    }
    let texts = records.flatMap(\.metrics).map { "\($0.name) \($0.value)" }
    let names = ["count", "id", "mixed_step", "mixed_epoch"]
    #expect(Set(texts) == Set(names.map { "\($0) \(large)" }))
    #expect(records[0].metrics.allSatisfy { $0.value.largeInteger == large })
  }

  @Test func theMeanOfDifferentLargeCountsIsADouble() throws {
    let large = 9_007_199_254_740_993
    let records = try records([1, 2], batchSize: 1) { _, index in log("count", large + 4 * index) }
    #expect(records[0].metrics[0].value.largeInteger == nil)
    #expect(records[0].metrics[0].value.value == 9_007_199_254_740_994)
  }

  @Test func everyStepHasARowOnRequest() throws {
    let records = try records([1, 2, 3], batchSize: 1, epochs: 2) { batch, _ in
      log("x", batch, onStep: true)
    }
    #expect(records.map(\.step) == [0, 1, 2, 3, 4, 5])
    #expect(records.map(\.epoch) == [0, 0, 0, 1, 1, 1])
    #expect(records.map { $0.metrics[0].value.value } == [1, 2, 3, 1, 2, 3])
    #expect(records.allSatisfy { $0.metrics.map(\.name) == ["x"] })
  }

  @Test func withBothOptionsNamesAreForked() throws {
    let records = try records([1, 2], batchSize: 1) { batch, _ in
      log("x", batch, onStep: true, onEpoch: true)
    }
    #expect(records.map { $0.metrics.map(\.name) } == [["x_step"], ["x_step"], ["x_epoch"]])
    #expect(records.last?.metrics[0].value.value == 1.5)
    #expect(records.last?.step == 1)
  }

  @Test func rowsCarryEpochAndLastStep() throws {
    let records = try records([1, 2, 3], batchSize: 1, epochs: 2) { batch, _ in log("x", batch) }
    #expect(records.map(\.epoch) == [0, 1])
    #expect(records.map(\.step) == [2, 5])
  }

  @Test func valuesPrintWithTheDigitsOfTheirDType() throws {
    let records = try records([0.1], batchSize: 1) { batch, _ in
      log("float", batch)
      log("double", batch.cast(to: .float64))
      log("count", Tensor([7]))
      log("flag", true)
      log("half", Float(0.3))
    }
    let texts = records[0].metrics.map(\.value.description)
    #expect(texts == ["0.1", "0.10000000149011612", "7", "1", "0.3"])
  }

  @Test func metricsMayComeAndGo() throws {
    let records = try records([1, 2, 3], batchSize: 1, epochs: 2) { batch, index in
      if index == 1 { log("sometimes", batch) }
      log("always", batch)
    }
    let names = records.map { $0.metrics.map(\.name) }
    #expect(names == [["always", "sometimes"], ["always", "sometimes"]])
    #expect(records[0].metrics.map(\.value.value) == [2, 2])
  }

  @Test func hooksMayLog() throws {
    let probe = Probe()
    probe.batchEnd = { _, _ in log("hook", 1.5, onStep: true) }
    probe.epochEnd = { trainer in log("end", Double(trainer.currentEpoch)) }
    try quietTrainer(2, [probe]).fit(Location(), train: loader([1]))
    #expect(
      probe.records.map { $0.metrics.map(\.name) } == [
        ["hook"], ["train_loss", "location", "end"], ["hook"], ["train_loss", "location", "end"],
      ])
    #expect(probe.values("end") == [0, 1])
  }

  @Test func whatIsLoggedAtTheEndHasARowOfItsOwn() throws {
    let probe = Probe()
    probe.trainEnd = { log("late", Tensor([1, 2]).sum()) }
    let result = try quietTrainer(2, [probe]).fit(Location(), train: loader([1]))
    #expect(probe.records.map(\.epoch) == [0, 1, 1])
    #expect(result.metrics["late"] == 3)
  }

  private static let rejected: [(@Sendable () -> Void, String)] = [
    (
      {
        log("x", 1.0)
        log("x", 1.0, onStep: true)
      }, "options"
    ),
    ({ log("x", 1.0, onStep: false, onEpoch: false) }, "false"),
    ({ log("epoch", 1.0) }, "columns"),
    ({ log("step", 1.0) }, "columns"),
    (
      {
        log("l", 1.0, onStep: true, onEpoch: true)
        log("l_step", 2.0)
      }, "appears as 'l_step' already"
    ),
  ]

  @Test(arguments: rejected)
  func whatCannotBeRecordedEndsTheFit(_ body: @escaping @Sendable () -> Void, _ word: String) throws
  {
    let error = #expect(throws: TrainerError.self) {
      _ = try self.records([1], batchSize: 1) { _, _ in body() }
    }
    guard case .invalidLog(_, let problem)? = error else { throw try #require(error) }
    #expect(problem.contains(word))
  }

  @Test func trainingAndValidationCannotShareAName() throws {
    final class Sharing: Location {
      override func validationStep(_ batch: Tensor, batchIndex: Int) {
        log("train_loss", batch.sum())
      }
    }
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(Sharing(), train: loader([1]), validation: loader([1]))
    }
    #expect(error?.description.contains("val_train_loss") == true)
  }

  @Test func validationIsAveragedOverItsOwnBatches() throws {
    let probe = Probe()
    let model = Location(0, learningRate: 0)
    let result = try quietTrainer(2, [probe])
      .fit(model, train: loader([1]), validation: loader([1, 1, 4], batchSize: 2))
    #expect(probe.values("val_loss") == [6, 6])
    #expect(result.metrics["val_loss"] == 6)
  }
}
