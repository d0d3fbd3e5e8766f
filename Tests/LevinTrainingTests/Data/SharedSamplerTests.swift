import Levin
import LevinTensor
import LevinTraining
import Testing

/// Draws from a generator that goes on from epoch to epoch.
private final class Wandering: Sampler {
  let count = 12
  private let random = Locked(PCG64(seed: 3))

  func indices(epoch: Int) -> [Int] {
    random.withLock { random in (0..<count).map { _ in random.integers(in: 0..<12) } }
  }
  func state() -> State { random.withLock { $0.state() } }
  func restore(from state: State) throws { try random.withLock { try $0.restore(from: state) } }
}

private final class Noting: ValidatingModule {
  @Parameter var location: Tensor = [0]
  private(set) var seen: [[Double]] = []
  private(set) var validated: [[Double]] = []

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    seen.append(batch.scalars)
    return (batch - location).square().mean()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { validated.append(batch.scalars) }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 0.1)) }
}

@Suite struct SharedSamplerTests {
  private static let data = TensorDataset(Tensor((0..<12).map(Float.init)))

  private static let makers: [@Sendable () -> any BatchSource<Tensor> & Sendable] = [
    { DataLoader(data, batchSize: 4, sampler: Wandering()) },
    { DataLoader(data, batchSize: 4, sampler: Wandering(), workers: 2) },
    { DataLoader(data, batchSampler: BatchSampler(Wandering(), batchSize: 4)) },
    { Prefetching(DataLoader(data, batchSize: 4, sampler: Wandering()), batches: 9) },
  ]

  private func fit(
    _ source: any BatchSource<Tensor>, validates: Bool = true, limit: BatchLimit = .all,
    stopAfter stop: Int? = nil, resume: Resume? = nil
  ) throws -> (model: Noting, trainer: Trainer) {
    func fit(_ source: some BatchSource<Tensor>) throws -> (model: Noting, trainer: Trainer) {
      let (model, probe) = (Noting(), Probe())
      probe.batchEnd = { trainer, _ in if trainer.globalBatch == stop { trainer.stop() } }
      var settings = TrainerSettings(maxEpochs: 4, validationInterval: .batches(1))
      settings.limitValidationBatches = limit
      let trainer = quietTrainer(settings, [probe])
      if validates {
        try trainer.fit(model, train: source, validation: source, resume: resume)
      } else {
        try trainer.fit(model, train: source, resume: resume)
      }
      return (model, trainer)
    }
    return try fit(source)
  }

  @Test(arguments: makers.indices) func aFitGoesOnThoughItsValidationsHaveTheSameLoader(
    _ index: Int
  ) throws {
    let make = Self.makers[index]
    for limit: BatchLimit in [.all, 2] {
      let whole = try fit(make(), limit: limit).model
      #expect(whole.seen.count == 12 && Set(whole.seen).count == 12)
      for stop in 1..<12 {
        let cut = try fit(make(), limit: limit, stopAfter: stop)
        let state = try #require(cut.trainer.keptState)
        let rest = try fit(make(), limit: limit, resume: .state(state)).model
        #expect(cut.model.seen + rest.seen == whole.seen, "batch \(stop)")
      }
    }
  }

  @Test(arguments: makers.indices) func validationsAreAllAlikeAndLeaveTheTrainingAlone(
    _ index: Int
  ) throws {
    let make = Self.makers[index]
    let model = try fit(make()).model
    #expect(model.seen == (try fit(make(), validates: false).model.seen))
    #expect(model.validated.count > 12)
    for first in stride(from: 0, to: model.validated.count, by: 3) {
      #expect(Array(model.validated[first..<first + 3]) == Array(model.validated[..<3]))
    }
  }

  @Test(arguments: makers.indices) func startsHaveTheSameIndicesForAnyNumberOfThreads(
    _ index: Int
  ) throws {
    func table(threads: Int) throws -> [[[Double]]] {
      func table(_ source: some BatchSource<Tensor> & Sendable) throws -> [[[Double]]] {
        try restarts(6, threads: threads, train: source) { _ in
          quietTrainer(5)
        } start: { _, _ in
          StartingPoint(Noting())
        }.rows.map(\.model.seen)
      }
      return try table(Self.makers[index]())
    }
    let one = try table(threads: 1)
    // Each start is a fit with a fresh loader.
    #expect(Set(one).count == 1)
    #expect(Array(one[0][..<12]) == (try fit(Self.makers[index](), validates: false).model.seen))
    for _ in 0..<3 { #expect(try table(threads: 4) == one) }
  }
}
