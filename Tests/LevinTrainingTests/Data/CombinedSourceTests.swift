import Levin
import LevinTraining
import Testing

@Suite struct CombinedSourceTests {
  private let short = loader([1, 2], batchSize: 1)
  private let long = loader([10, 20, 30, 40, 50], batchSize: 1)

  private func batches(_ source: CombinedSource<Tensor>) throws -> [[Double?]] {
    var stream = try source.makeBatches(epoch: 0)
    var all: [[Double?]] = []
    while let batch = try stream.next() { all.append(batch.content.map { $0?.item() }) }
    return all
  }

  @Test func theShortestEndsTheEpoch() throws {
    let source = CombinedSource([short, long])
    #expect(try batches(source) == [[1, 10], [2, 20]] && source.batchesPerEpoch == 2)
  }

  @Test func theShorterOnesBeginAgain() throws {
    let source = CombinedSource([short, long], .longestCycling)
    #expect(try batches(source) == [[1, 10], [2, 20], [1, 30], [2, 40], [1, 50]])
    #expect(source.batchesPerEpoch == 5)
  }

  @Test func theShorterOnesMayLeaveGaps() throws {
    let source = CombinedSource([short, long], .longest)
    #expect(try batches(source) == [[1, 10], [2, 20], [nil, 30], [nil, 40], [nil, 50]])
    #expect(source.batchesPerEpoch == 5)
  }

  @Test func sourcesMayComeOneAfterTheOther() throws {
    let source = CombinedSource([short, long], .sequential)
    let expected: [[Double?]] = [
      [1, nil], [2, nil], [nil, 10], [nil, 20], [nil, 30], [nil, 40], [nil, 50],
    ]
    #expect(try batches(source) == expected && source.batchesPerEpoch == 7)
  }

  @Test(arguments: [CombinedSource<Tensor>.Mode.shortest, .longestCycling, .longest, .sequential])
  func aPassFromTheMiddleHasTheSameBatches(_ mode: CombinedSource<Tensor>.Mode) throws {
    let source = CombinedSource([short, long, loader([7], batchSize: 1)], mode)
    let all = try batches(source)
    var stream = try source.makeBatches(epoch: 0, startingAt: 1)
    var rest: [[Double?]] = []
    while let batch = try stream.next() { rest.append(batch.content.map { $0?.item() }) }
    #expect(rest == Array(all.dropFirst()) && source.batchesPerEpoch == all.count)
  }

  @Test func aFitLearnsFromAll() throws {
    final class Summing: LightningModule {
      @Parameter var weight: Tensor = [0]
      func trainingStep(_ batch: [Tensor?], batchIndex: Int) -> Tensor {
        batch.compactMap(\.self).reduce(weight * 0) { $0 + (weight * $1).sum() }
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 1))
      }
    }
    let model = Summing()
    let result = try quietTrainer(1).fit(model, train: CombinedSource([short, long], .longest))
    #expect(model.weight.item() == -153 && result.steps == 5)
  }

  @Test func noSourceIsRefused() {
    #expect(throws: TrainerError.self) {
      try CombinedSource<Tensor>([]).checkSettings(for: .training)
    }
  }
}
