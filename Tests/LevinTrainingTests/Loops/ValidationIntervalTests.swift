import Levin
import LevinTraining
import Testing

@Suite struct ValidationIntervalTests {
  // The batches over all epochs after which a validation began.
  private func moments(
    _ interval: ValidationInterval, batches: Int, epochs: Int, source: Bool = false
  ) throws -> [Int] {
    let callback = LambdaCallback()
    var moments: [Int] = []
    callback.onValidationStart = { trainer, _ in moments.append(trainer.globalBatch) }
    let settings = TrainerSettings(maxEpochs: epochs, validationInterval: interval)
    let trainer = quietTrainer(settings, [callback])
    let numbers = [Float](repeating: 1, count: batches)
    if source {
      try trainer.fit(BatchCounter(), train: Endless(count: batches), validation: loader([1]))
    } else {
      try trainer.fit(BatchCounter(), train: loader(numbers, batchSize: 1), validation: loader([1]))
    }
    return moments
  }

  @Test(arguments: [(1.0, [8, 16]), (0.5, [4, 8, 12, 16]), (0.25, [2, 4, 6, 8, 10, 12, 14, 16])])
  func partsOfAnEpochHaveAsManyValidations(_ part: Double, _ expected: [Int]) throws {
    #expect(try moments(.fraction(part), batches: 8, epochs: 2) == expected)
  }

  @Test func batchesAreCountedAnewInEachEpoch() throws {
    #expect(try moments(.batches(3), batches: 7, epochs: 2) == [3, 6, 10, 13])
  }

  @Test func batchesAreCountedAcrossEpochs() throws {
    let expected = [3, 6, 9, 12]
    #expect(try moments(.batches(3, acrossEpochs: true), batches: 4, epochs: 3) == expected)
    #expect(try moments(.batches(7, acrossEpochs: true), batches: 4, epochs: 4) == [7, 14])
  }

  @Test(arguments: [(1, 0), (4, 2), (5, 2)])
  func everySecondEpochIsValidated(_ epochs: Int, _ count: Int) throws {
    #expect(try moments(.epochs(2), batches: 2, epochs: epochs).count == count)
  }

  @Test func sourcesOfUnknownLengthAreValidatedOncePerEpochOrByBatches() throws {
    #expect(try moments(.epochs(1), batches: 4, epochs: 2, source: true) == [4, 8])
    #expect(try moments(.batches(2), batches: 4, epochs: 2, source: true) == [2, 4, 6, 8])
  }

  @Test func eachValidationInAnEpochHasARowOfItsOwn() throws {
    let probe = Probe()
    let settings = TrainerSettings(maxEpochs: 2, validationInterval: .batches(2))
    try quietTrainer(settings, [probe]).fit(
      Location(), train: loader([1, 2, 3, 4, 5], batchSize: 1), validation: loader([1, 2]))
    let rows = probe.records.map { "\($0.step):" + $0.metrics.map(\.name).joined(separator: "+") }
    let epoch = ["1:val_loss", "3:val_loss", "4:train_loss+location"]
    #expect(rows == epoch + ["6:val_loss", "8:val_loss", "9:train_loss+location"])
  }

  @Test func theLastValidationOfAnEpochSharesItsRow() throws {
    let probe = Probe()
    let settings = TrainerSettings(maxEpochs: 1, validationInterval: .fraction(0.5))
    try quietTrainer(settings, [probe]).fit(
      Location(), train: loader([1, 2, 3, 4], batchSize: 1), validation: loader([1, 2]))
    let rows = probe.records.map { $0.metrics.map(\.name) }
    #expect(rows == [["val_loss"], ["train_loss", "location", "val_loss"]])
  }

  @Test func severalSourcesAreToldApartByTheirNames() throws {
    let probe = Probe()
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 1), [probe])
    try trainer.fit(
      Location(), train: loader([1]), validation: [loader([2]), loader([3, 5], batchSize: 1)])
    #expect(trainer.metrics["val_loss/dataloader_idx_0"] != nil)
    #expect(trainer.metrics["val_loss/dataloader_idx_1"] != nil)
    #expect(trainer.metrics["val_loss"] == nil)
  }

  @Test func aSanityCheckComesFirstAndCountsForNothing() throws {
    let callback = LambdaCallback()
    var calls: [String] = []
    callback.onValidationEnd = { trainer, _ in
      calls.append(trainer.isSanityChecking ? "sanity" : "validation")
      #expect((trainer.metrics["validated"] == nil) == trainer.isSanityChecking)
    }
    callback.onTrainStart = { trainer, _ in
      calls.append("start")
      #expect(trainer.metrics.names.isEmpty)
    }
    let settings = TrainerSettings(maxEpochs: 1, sanityValidationBatches: 2)
    let model = BatchCounter()
    try quietTrainer(settings, [callback]).fit(
      model, train: loader([1]), validation: loader([1, 2, 3], batchSize: 1))
    #expect(calls == ["sanity", "start", "validation"] && model.validationBatches == 5)
  }

  @Test func aSanityCheckDrawsFromACopyOfTheGenerator() throws {
    func fit(_ sanity: BatchLimit) throws -> Double {
      let settings = TrainerSettings(maxEpochs: 2, sanityValidationBatches: sanity)
      let model = Noisy()
      try withSeed(3) {
        _ = try quietTrainer(settings).fit(model, train: loader([1]), validation: loader([1]))
      }
      return model.weight.item()
    }
    #expect(try fit(0) == fit(1))
  }
}

/// Batches of a number that nobody tells.
private struct Endless: BatchSource {
  let count: Int

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream((0..<count).lazy.map { Tensor([Float($0)]) })
  }
}

/// A model that draws in each step and each validation.
private final class Noisy: ValidatingModule {
  @Parameter var weight: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    (weight * Tensor.normal([1])).sum()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", Tensor.normal([1]).sum()) }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}
