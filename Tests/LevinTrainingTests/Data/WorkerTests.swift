import Foundation
import Levin
import LevinNN
import LevinTensor
import Testing

@testable import LevinTraining

private struct Torn: Error, Equatable { let index: Int }

/// Gives each index as a number, late batches sooner than early ones, and notes how many batches have been made.
private struct Slow: Dataset {
  let count: Int
  var torn: Int?
  let made = Locked(0)
  let asked = DispatchSemaphore(value: 0)

  func batch(at indices: [Int]) throws -> Tensor {
    if indices.contains(where: { $0 == torn }) { throw Torn(index: indices[0]) }
    // Threads take turns in another order than they began.
    for _ in 0..<(indices[0] % 7) { sched_yield() }
    made.withLock { $0 += 1 }
    asked.signal()
    return Tensor(indices.map(Float.init))
  }
}

private func scalars(_ stream: BatchStream<Tensor>) throws -> [[Double]] {
  var (rest, all) = (stream, [[Double]]())
  while let batch = try rest.next() { all.append(batch.content.scalars) }
  return all
}

@Suite struct WorkerTests {
  @Test(arguments: [1, 3, 40]) func batchesComeInOrder(_ workers: Int) throws {
    let data = Slow(count: 100)
    let expected = (0..<34).map { first in (3 * first..<min(3 * first + 3, 100)).map(Double.init) }
    for epoch in 0..<3 {
      let loader = DataLoader(data, batchSize: 3, workers: workers)
      #expect(try scalars(loader.makeBatches(epoch: epoch)) == expected)
    }
    #expect(data.made.withLock { $0 } == 102)
  }

  @Test func noMoreBatchesAreMadeThanAllowed() throws {
    let data = Slow(count: 1000)
    let loader = DataLoader(data, batchSize: 1, workers: 2, prefetchFactor: 3)
    var stream = try loader.makeBatches(epoch: 0)
    for taken in 1...50 {
      _ = try stream.next()
      #expect(data.made.withLock { $0 } <= taken + 6)
    }
    // It fills up while nobody asks, and then no more.
    for _ in 0..<56 { data.asked.wait() }
    #expect(data.made.withLock { $0 } == 56)
  }

  @Test(arguments: [0, 1, 4]) func anErrorComesWhereItsBatchWouldHaveCome(_ workers: Int) throws {
    let loader = DataLoader(Slow(count: 30, torn: 17), batchSize: 2, workers: workers)
    var stream = try loader.makeBatches(epoch: 0)
    for index in 0..<8 {
      #expect(try stream.next()?.content.scalars == [Double(2 * index), Double(2 * index + 1)])
    }
    #expect(throws: Torn(index: 16)) { try stream.next() }
  }

  @Test func anEpochEndedEarlyStopsItsWorkers() throws {
    let data = Slow(count: 1_000_000)
    weak var queue: BatchQueue<Tensor>?
    do {
      let background = BackgroundBatches(workers: 3, ahead: 6, epoch: 0) { index in
        LoadedBatch(try data.batch(at: [index]), observationCount: 1)
      }
      queue = background.queue
      var stream = background.stream
      for _ in 0..<10 { _ = try stream.next() }
    }
    queue?.waitForWorkers()
    #expect(data.made.withLock { $0 } <= 16)
  }

  @Test func aWorkerThatHangsDoesNotKeepTheProcessFromEnding() async {
    await #expect(processExitsWith: .success) {
      let data = MapDataset(count: 2) { index in
        if index == 1 { DispatchSemaphore(value: 0).wait() }
        return Tensor([Float(index)])
      }
      do {
        var stream = try DataLoader(data, batchSize: 1, workers: 1).makeBatches(epoch: 0)
        _ = try stream.next()
      }
      exit(0)
    }
  }

  @Test func drawsAreThoseWithoutWorkers() throws {
    let noisy = TensorDataset(Tensor.zeros([20])).mapBatches { $0 + Tensor.normal($0.shape) }
    for shuffle in [Shuffle.none, .seeded(5)] {
      let runs = try [0, 1, 3].map { workers in
        let loader = DataLoader(noisy, batchSize: 4, shuffle: shuffle, workers: workers)
        return try withSeed(8) {
          try (0..<2).map { try scalars(loader.makeBatches(epoch: $0)) }
            + [scalars(loader.makeBatches(epoch: 1, startingAt: 3))]
        }
      }
      #expect(runs[0] == runs[1] && runs[0] == runs[2])
      #expect(runs[0][0] != runs[0][1])
      #expect(runs[0][0][0] != runs[0][0][1])
      #expect(runs[0][2] == Array(runs[0][1][3...]))
    }
  }

  @Test func drawsFollowFromTheSeedInForce() throws {
    let noisy = TensorDataset(Tensor.zeros([4])).mapBatches { $0 + Tensor.normal($0.shape) }
    let loader = DataLoader(noisy, batchSize: 4, workers: 1)
    func draw(_ seed: Int) throws -> [[Double]] {
      try withSeed(seed) { try scalars(loader.makeBatches(epoch: 0)) }
    }
    #expect(try draw(1) == draw(1) && draw(1) != draw(2))
  }

  @Test func drawsForBatchesLeaveTheFitsOwnAlone() throws {
    let noisy = TensorDataset(Tensor.zeros([4])).mapBatches { $0 + Tensor.normal($0.shape) }
    let after = try withSeed(3) {
      _ = try scalars(DataLoader(noisy, batchSize: 1).makeBatches(epoch: 0))
      return Tensor.normal([2]).scalars
    }
    #expect(after == withSeed(3) { Tensor.normal([2]).scalars })
  }

  @Test func workersFindTheModeOfTheFit() throws {
    let modes = MapDataset(count: 2) { _ in Tensor(Float(Mode.current == .training ? 1 : 0)) }
    let loader = DataLoader(modes, batchSize: 2, workers: 1)
    #expect(try scalars(loader.makeBatches(epoch: 0)) == [[0, 0]])
    #expect(try withMode(.training) { try scalars(loader.makeBatches(epoch: 0)) } == [[1, 1]])
  }

  @Test func aFitWithWorkersIsTheFitWithout() throws {
    let data = TensorDataset(Tensor((0..<50).map { Float($0) / 10 }))
      .mapBatches { $0 + 0.1 * Tensor.normal($0.shape) }
    let ends = try [0, 2].map { workers in
      let model = Location()
      _ = try withSeed(1) {
        try quietTrainer(3).fit(
          model,
          train: DataLoader(data, batchSize: 8, shuffle: .seeded(2), workers: workers),
          validation: DataLoader(data, batchSize: 8, workers: workers))
      }
      return model.location.item()
    }
    #expect(ends[0] == ends[1])
  }

  @Test func settingsThatMakeNoSenseAreRefused() {
    let data = TensorDataset(Tensor([1, 2] as [Float]))
    for loader in [
      DataLoader(data, batchSize: 1, workers: -1),
      DataLoader(data, batchSize: 1, workers: 1, prefetchFactor: 0),
    ] {
      let error = #expect(throws: DataError.self) {
        try quietTrainer(1).fit(Location(), train: loader)
      }
      #expect(error?.description.contains("workers") == true)
    }
    #expect(throws: DataError.self) {
      try quietTrainer(1).fit(
        Location(), train: Prefetching(DataLoader(data, batchSize: 1), batches: -1))
    }
  }
}
