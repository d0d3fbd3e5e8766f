import Levin
import LevinTensor
import LevinTraining
import Testing

/// Batches that are draws.
private struct Waves: BatchSource {
  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream((0..<3).lazy.map { _ in Tensor.normal([4]) })
  }
}

/// Indices that are draws from the default generator.
private struct Drawn: Sampler {
  let count = 12

  func indices(epoch: Int) -> [Int] { (Tensor.uniform([12]) * 12).scalars.map { Int($0) } }
}

/// Notes the batches that it is given, and draws in its own step.
private final class Noting: ValidatingModule {
  @Parameter var location: Tensor = [0]
  private(set) var seen: [[Double]] = []
  private(set) var validated: [[Double]] = []
  private(set) var draws: [Double] = []

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    seen.append(batch.scalars)
    let noise = Tensor.normal([1])
    draws += noise.scalars
    return (batch - location + 0.1 * noise).square().mean()
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) { validated.append(batch.scalars) }

  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 0.1)) }
}

private let zeros = TensorDataset(Tensor.zeros([12]))

@Suite struct DrawingSourceTests {
  private static let data = TensorDataset(Tensor((0..<12).map(Float.init)))
  private static let noisy = data.mapBatches { $0 + Tensor.normal($0.shape) }
  private static let assembled = TensorDataset(tensors: [Tensor.zeros([12])]) {
    $0[0] + Tensor.normal($0[0].shape)
  }
  private static let elements = IterableSource(elements: 0..<12, batchSize: 4) {
    Tensor($0.map(Float.init)) + 0.05 * Tensor.normal([$0.count])
  }

  private static let sources: [@Sendable () -> any BatchSource<Tensor>] = [
    { Waves() }, { elements }, { Prefetching(Waves()) }, { Prefetching(elements, batches: 7) },
    { Prefetching(elements, batches: 0) },
    { DataLoader(data, batchSize: 4, sampler: Drawn()) },
    { DataLoader(data, batchSize: 4, sampler: Drawn(), workers: 2) },
    { Prefetching(DataLoader(noisy, batchSize: 4, sampler: Drawn())) },
    { DataLoader(noisy, batchSize: 4) }, { DataLoader(noisy, batchSize: 4, workers: 2) },
    { DataLoader(assembled, batchSize: 4, shuffle: .seeded(1), workers: 2) },
    { DataLoader(data, batchSampler: BatchSampler(Drawn(), batchSize: 4)) },
  ]

  private func fit(
    _ source: any BatchSource<Tensor>, stopAfter stop: Int? = nil, overfit: BatchLimit = 0,
    resume: Resume? = nil
  ) throws -> (model: Noting, trainer: Trainer) {
    let (model, probe) = (Noting(), Probe())
    probe.batchEnd = { trainer, _ in if trainer.globalBatch == stop { trainer.stop() } }
    var settings = TrainerSettings(maxEpochs: 3)
    settings.overfitBatches = overfit
    settings.accumulateGradientBatches = 2
    let trainer = quietTrainer(settings, [probe])
    // Another seed in the process that goes on: everything follows from the state.
    _ = try withSeed(resume == nil ? 5 : 77) {
      try trainer.fit(model, train: source, resume: resume)
    }
    return (model, trainer)
  }

  @Test(arguments: sources.indices) func aFitGoesOnWithTheBatchesThatItWouldHaveHad(
    _ index: Int
  ) throws {
    let make = Self.sources[index]
    for overfit: BatchLimit in [0, 2] {
      let whole = try fit(make(), overfit: overfit).model
      if overfit == 0 { #expect(Set(whole.seen).count == 9) }
      for stop in 1..<whole.seen.count {
        let cut = try fit(make(), stopAfter: stop, overfit: overfit)
        let state = try #require(cut.trainer.keptState)
        let rest = try fit(make(), overfit: overfit, resume: .state(state)).model
        #expect(cut.model.seen + rest.seen == whole.seen, "batch \(stop)")
        #expect(cut.model.draws + rest.draws == whole.draws)
        #expect(rest.location.scalars == whole.location.scalars)
      }
    }
  }

  @Test func aSourceLeavesTheDrawsOfTheFitAsTheyAre() throws {
    let draws = try Self.sources.map { try fit($0()).model.draws }
    #expect(Set(draws).count == 1)
    #expect(try fit(DataLoader(Self.data, batchSize: 4)).model.draws == draws[0])
  }

  @Test func eachEpochHasDrawsOfItsOwn() throws {
    for make in Self.sources {
      let seen = try fit(make()).model.seen
      #expect(Set(seen).count == seen.count)
    }
  }

  @Test func trainingAndValidationsHaveDrawsOfTheirOwn() throws {
    let noisy = zeros.mapBatches { $0 + Tensor.normal($0.shape) }
    for workers in [0, 2] {
      let model = Noting()
      let loaders = (0..<2).map { _ in DataLoader(noisy, batchSize: 4, workers: workers) }
      _ = try withSeed(3) {
        try quietTrainer(2).fit(model, train: DataLoader(noisy, batchSize: 4), validation: loaders)
      }
      #expect(model.seen.count == 6 && model.validated.count == 12)
      // Validations are those of epoch 0 each time, so that they can be compared.
      #expect(model.validated[..<6] == model.validated[6...])
      #expect(Set(model.seen + model.validated[..<6]).count == 12)
    }
  }

  @Test func drawsOfAClosureThatPutsBatchesTogetherAreThoseWithoutWorkers() throws {
    let concatenated = ConcatDataset([zeros, zeros]) { batches in
      concatenate(batches) + Tensor.normal([batches.reduce(0) { $0 + $1.count }])
    }
    func values(_ dataset: some Dataset<Tensor>, workers: Int) throws -> [[Double]] {
      try withSeed(1) {
        let loader = DataLoader(dataset, batchSize: 5, shuffle: .seeded(0), workers: workers)
        var (stream, all) = (try loader.makeBatches(epoch: 0), [[Double]]())
        while let batch = try stream.next() { all.append(batch.content.scalars) }
        return all
      }
    }
    for _ in 0..<5 {
      #expect(try values(Self.assembled, workers: 2) == values(Self.assembled, workers: 0))
      #expect(try values(concatenated, workers: 2) == values(concatenated, workers: 0))
    }
    #expect(!zeros.drawsRandomNumbers && !TensorDataset([1], [2]).drawsRandomNumbers)
    #expect(Self.assembled.drawsRandomNumbers && concatenated.drawsRandomNumbers)
    #expect(!ConcatDataset([zeros, zeros]).drawsRandomNumbers)
  }
}
