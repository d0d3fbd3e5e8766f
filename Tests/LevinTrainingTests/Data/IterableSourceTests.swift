import Levin
import LevinTraining
import Testing

private struct Dry: Error {}

private func scalars(_ stream: BatchStream<Tensor>) throws -> [[Double]] {
  var (rest, all) = (stream, [[Double]]())
  while let batch = try rest.next() { all.append(batch.content.scalars) }
  return all
}

@Suite struct IterableSourceTests {
  @Test func batchesOfASequenceAreFitted() throws {
    let source = IterableSource([Tensor([1, 2] as [Float]), Tensor([6] as [Float])])
    let probe = Probe()
    let result = try quietTrainer(2, [probe]).fit(Location(0, learningRate: 0), train: source)
    #expect(result.steps == 4)
    // Weighted by the number of observations: (1 + 4 + 36) / 3.
    #expect(abs(probe.values("train_loss")[0] - 41.0 / 3) < 1e-6)
  }

  @Test func pairsOfASequenceAreBatches() throws {
    let x = Tensor([1, 2] as [Float])
    var stream = try IterableSource([(x, x * 2)]).makeBatches(epoch: 0)
    let batch = try stream.next()
    #expect(batch?.observationCount == 2 && batch?.content.1.scalars == [2, 4])
  }

  @Test func elementsArePutTogether() throws {
    let numbers = IterableSource(elements: 0..<5, batchSize: 2) { Tensor($0.map(Float.init)) }
    #expect(try scalars(numbers.makeBatches(epoch: 0)) == [[0, 1], [2, 3], [4]])
    #expect(try scalars(numbers.makeBatches(epoch: 1)) == [[0, 1], [2, 3], [4]])
    let dropping = IterableSource(elements: 0..<5, batchSize: 2, dropLast: true) {
      Tensor($0.map(Float.init))
    }
    #expect(try scalars(dropping.makeBatches(epoch: 0)) == [[0, 1], [2, 3]])
    #expect(numbers.batchesPerEpoch == nil && numbers.observationCount == nil)
  }

  @Test func aClosureMayDependOnTheEpochAndThrow() throws {
    let source = IterableSource<Tensor> { epoch in
      if epoch == 2 { throw Dry() }
      var left = epoch + 1
      return BatchStream {
        left -= 1
        return left < 0 ? nil : LoadedBatch(Tensor([Float(left)]), observationCount: 1)
      }
    }
    #expect(try scalars(source.makeBatches(epoch: 1)) == [[1], [0]])
    #expect(throws: Dry.self) { try quietTrainer(3).fit(Location(), train: source) }
    let elements = IterableSource(batchSize: 2) { epoch in
      (0..<epoch).map { Float($0) }
    } collate: { (numbers: [Float]) -> Tensor in
      Tensor(numbers)
    }
    #expect(try scalars(elements.makeBatches(epoch: 3)) == [[0, 1], [2]])
  }

  @Test func aBatchSizeOfZeroIsRefused() {
    let source = IterableSource(elements: 0..<5, batchSize: 0) { Tensor($0.map(Float.init)) }
    #expect(throws: TrainerError.self) { try quietTrainer(1).fit(Location(), train: source) }
  }

  @Test func anySourceIsPrefetched() throws {
    let source = IterableSource<Tensor> { epoch in
      var index = 0
      return BatchStream {
        if index == 5, epoch == 1 { throw Dry() }
        guard index < 20 else { return nil }
        defer { index += 1 }
        return LoadedBatch(Tensor([Float(index)]) + Tensor.normal([1]), observationCount: 1)
      }
    }
    for ahead in [1, 3, 100] {
      let prefetching = Prefetching(source, batches: ahead)
      let runs = try (0..<2).map { _ in
        try withSeed(4) { try scalars(prefetching.makeBatches(epoch: 0)) }
      }
      #expect(runs[0].count == 20 && runs[0] == runs[1])
      let rest = try withSeed(4) { try scalars(prefetching.makeBatches(epoch: 0, startingAt: 7)) }
      #expect(rest.count == 13)
      var stream = try prefetching.makeBatches(epoch: 1)
      for _ in 0..<5 { #expect(try stream.next() != nil) }
      #expect(throws: Dry.self) { try stream.next() }
      #expect(try stream.next() == nil)
    }
  }

  @Test func prefetchingKeepsTheStateOfItsSource() throws {
    let loader = DataLoader(
      TensorDataset(Tensor([1, 2, 3] as [Float])), batchSize: 2, shuffle: .seeded(3))
    var prefetching = Prefetching(loader)
    #expect(prefetching.state() == loader.state())
    try prefetching.restore(from: loader.state())
    #expect(prefetching.batchesPerEpoch == 2 && prefetching.observationCount == 3)
    #expect(
      try scalars(prefetching.makeBatches(epoch: 1)) == scalars(loader.makeBatches(epoch: 1)))
  }

  @Test func anEpochThatWasEndedEarlyDoesNotDisturbTheNext() throws {
    let source = IterableSource((0..<50).map { Tensor([Float($0)]) })
    let prefetching = Prefetching(source, batches: 4)
    for _ in 0..<20 {
      var stream = try prefetching.makeBatches(epoch: 0)
      #expect(try stream.next()?.content.scalars == [0])
    }
    #expect(try scalars(prefetching.makeBatches(epoch: 0)).count == 50)
  }
}
