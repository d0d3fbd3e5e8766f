import Levin
import LevinTraining
import Testing

@Suite struct SanityCheckTests {
  // The batches of each source that are tried before training.
  private func tried(
    _ sanity: BatchLimit, _ limit: BatchLimit, sources: [Int]
  ) throws -> [Int] {
    let callback = LambdaCallback()
    var counts = sources.map { _ in 0 }
    callback.onValidationBatchEnd = { trainer, _, _, _ in
      if trainer.isSanityChecking { counts[trainer.dataloaderIndex] += 1 }
    }
    let settings = TrainerSettings(
      maxEpochs: 0, limitValidationBatches: limit, sanityValidationBatches: sanity)
    let validation = sources.map { loader([Float](repeating: 1, count: $0), batchSize: 1) }
    try quietTrainer(settings, [callback]).fit(
      Location(), train: loader([1]), validation: validation)
    return counts
  }

  private static let limits: [(BatchLimit, BatchLimit, [Int])] = [
    (.batches(2), .all, [2, 2]), (.batches(5), .all, [4, 3]), (.all, .all, [4, 3]),
    (.batches(5), .batches(2), [2, 2]), (.all, .batches(1), [1, 1]), (.batches(0), .all, [0, 0]),
    (.batches(2), .batches(0), [0, 0]), (.batches(2), .fraction(0.5), [2, 1]),
    (.fraction(0.5), .all, [2, 1]),
  ]

  @Test(arguments: limits) func eachSourceIsTriedWithinItsLimit(
    _ sanity: BatchLimit, _ limit: BatchLimit, _ expected: [Int]
  ) throws {
    #expect(try tried(sanity, limit, sources: [4, 3]) == expected)
  }

  @Test func aTrialHasNone() throws {
    let callback = LambdaCallback()
    var count = 0
    callback.onSanityCheckStart = { _, _ in count += 1 }
    let settings = TrainerSettings(maxEpochs: 1, fastDevRun: 1, sanityValidationBatches: 2)
    try quietTrainer(settings, [callback]).fit(
      Location(), train: loader([1]), validation: loader([1]))
    #expect(count == 0)
  }
}
