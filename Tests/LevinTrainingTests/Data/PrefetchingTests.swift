import Foundation
import Levin
import LevinTensor
import Testing

@testable import LevinTraining

private func scalars(_ stream: BatchStream<Tensor>) throws -> [[Double]] {
  var (rest, all) = (stream, [[Double]]())
  while let batch = try rest.next() { all.append(batch.content.scalars) }
  return all
}

/// Gives numbers, and notes whether two threads are in it at once.
private struct Turnstile: BatchSource {
  let count = 30
  let inside = Locked(0)
  let most = Locked(0)

  var batchesPerEpoch: Int? { count }

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    var index = 0
    return BatchStream {
      let now = inside.withLock { inside in
        inside += 1
        return inside
      }
      most.withLock { $0 = max($0, now) }
      for _ in 0..<5 { sched_yield() }
      inside.withLock { $0 -= 1 }
      guard index < count else { return nil }
      defer { index += 1 }
      return LoadedBatch(Tensor([Float(index)]), observationCount: 1)
    }
  }
}

/// Gives the numbers of a counter that all epochs share.
private struct Counter: BatchSource {
  let next = Locked(0)

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream {
      let number = next.withLock { next in
        defer { next += 1 }
        return next
      }
      return LoadedBatch(Tensor([Float(number)]), observationCount: 1)
    }
  }
}

@Suite struct PrefetchingTests {
  private let numbers = (0..<20).map { Float($0) }
  private var all: [[Double]] { numbers.map { [Double($0)] } }

  private func prefetching(_ ahead: Int = 2) -> Prefetching<DataLoader<Tensor>> {
    Prefetching(loader(numbers, batchSize: 1), batches: ahead)
  }

  @Test(arguments: [1, 3, 50]) func severalEpochsAreReadAtATime(_ ahead: Int) throws {
    let source = prefetching(ahead)
    var streams = try (0..<3).map { try source.makeBatches(epoch: $0) }
    var found = [[[Double]]](repeating: [], count: 3)
    for step in 0..<20 {
      for index in step % 2 == 0 ? [0, 1, 2] : [2, 0, 1] {
        found[index].append(try #require(try streams[index].next()).content.scalars)
      }
    }
    for index in 0..<3 {
      #expect(found[index] == all)
      #expect(try streams[index].next() == nil)
    }
  }

  @Test func threadsTakeTurnsAtTheSource() throws {
    let source = Turnstile()
    let prefetching = Prefetching(source, batches: 8)
    let streams = try (0..<4).map { try prefetching.makeBatches(epoch: $0) }
    for stream in streams { #expect(try scalars(stream).count == 30) }
    #expect(source.most.withLock { $0 } == 1)
  }

  @Test func anEpochThatWasLetGoOfTakesNothingFromTheNext() throws {
    let source = Counter()
    let prefetching = Prefetching(source, batches: 3)
    for _ in 0..<50 {
      do {
        var stream = try prefetching.makeBatches(epoch: 0)
        _ = try stream.next()
      }
      var stream = try prefetching.makeBatches(epoch: 1)
      let found = try (0..<20).map { _ in try #require(try stream.next()).content.item(as: Int.self)
      }
      #expect(found == Array(found[0]..<found[0] + 20))
    }
  }

  @Test(arguments: [ValidationInterval.batches(3), .epochs(1)])
  func aFitIsValidatedOnTheSourceThatItIsTrainedOn(
    _ interval: ValidationInterval
  ) throws {
    func fit(_ source: some BatchSource<Tensor>) throws -> (Double, [Double], Int) {
      let (model, probe) = (Location(), Probe())
      let settings = TrainerSettings(maxEpochs: 2, validationInterval: interval)
      let result = try quietTrainer(settings, [probe]).fit(model, train: source, validation: source)
      return (model.location.item(), probe.values("val_loss"), result.steps)
    }
    let expected = try fit(loader(numbers, batchSize: 1))
    #expect(expected.2 == 40)
    #expect(try fit(prefetching()) == expected)
    #expect(try fit(Prefetching(IterableSource((0..<20).map { Tensor([Float($0)]) }))) == expected)
  }

  @Test func startsShareASource() throws {
    func table(_ source: some BatchSource<Tensor> & Sendable, threads: Int) throws -> [Double] {
      try restarts(6, threads: threads, train: source) { _ in
        quietTrainer(3)
      } start: { index, _ in
        StartingPoint(Location(Float(index), learningRate: 0.05))
      }.rows.map { $0.model.location.item() }
    }
    let expected = try table(loader(numbers, batchSize: 1), threads: 1)
    #expect(try table(prefetching(), threads: 3) == expected)
  }

  @Test func aQueueThatWasCancelledThrows() throws {
    let queue = BatchQueue<Tensor>(ahead: 2, turns: nil) { _ in
      LoadedBatch([1], observationCount: 1)
    }
    queue.cancel()
    #expect(throws: CancellationError.self) { try queue.next() }
    #expect(throws: CancellationError.self) { try queue.next() }
  }

  @Test func drawsOfAnEpochThatGoesOnAreThoseOfTheWhole() throws {
    let source = Prefetching(
      IterableSource<Tensor> { _ in
        BatchStream((0..<12).lazy.map { _ in Tensor.normal([2]) })
      })
    try withSeed(4) {
      let whole = try scalars(source.makeBatches(epoch: 1))
      for first in 0...12 {
        #expect(
          try scalars(source.makeBatches(epoch: 1, startingAt: first)) == Array(whole[first...]))
      }
      var rest = try source.makeBatches(epoch: 1, startingAt: 13)
      #expect(throws: DataError.tooFewBatches(epoch: 1, expected: 13, found: 12)) {
        try rest.next()
      }
    }
  }

  // More batches than an epoch has, and than the numbers of a machine can count with the batches given.
  @Test func anyNumberOfBatchesAhead() throws {
    #expect(try scalars(prefetching(.max).makeBatches(epoch: 0)) == all)
    let data = TensorDataset(Tensor(numbers))
    let wide = DataLoader(data, batchSize: 1, workers: 2, prefetchFactor: .max)
    #expect(try scalars(wide.makeBatches(epoch: 0)) == all)
    let many = DataLoader(data, batchSize: 1, workers: .max, prefetchFactor: .max)
    #expect(try scalars(many.makeBatches(epoch: 0, startingAt: 18)) == Array(all[18...]))
  }
}
