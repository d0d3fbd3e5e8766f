import Levin
import LevinTensor
import LevinTraining
import Testing

private func scalars(_ stream: BatchStream<Tensor>) throws -> [[Double]] {
  var (rest, all) = (stream, [[Double]]())
  while let batch = try rest.next() { all.append(batch.content.scalars) }
  return all
}

/// Notes what it is asked for.
private struct Noting: Dataset {
  let asked = Locked<[[Int]]>([])
  var count: Int { 8 }

  func batch(at indices: [Int]) -> Tensor {
    asked.withLock { $0.append(indices) }
    return Tensor(indices.map(Float.init))
  }
}

@Suite struct LoaderStateTests {
  private let numbers = TensorDataset(Tensor((0..<7).map(Float.init)))

  @Test(arguments: [0, 2]) func anEpochGoesOnFromABatch(_ workers: Int) throws {
    for shuffle in [Shuffle.none, .seeded(3)] {
      let loader = DataLoader(numbers, batchSize: 2, shuffle: shuffle, workers: workers)
      let all = try scalars(loader.makeBatches(epoch: 4))
      for first in 0...4 {
        #expect(
          try scalars(loader.makeBatches(epoch: 4, startingAt: first)) == Array(all[first...]))
      }
      #expect(throws: DataError.tooFewBatches(epoch: 4, expected: 5, found: 4)) {
        try loader.makeBatches(epoch: 4, startingAt: 5)
      }
    }
  }

  @Test func batchesBeforeAreNotLoaded() throws {
    let data = Noting()
    _ = try scalars(DataLoader(data, batchSize: 2).makeBatches(epoch: 0, startingAt: 3))
    #expect(data.asked.withLock { $0 } == [[6, 7]])
  }

  @Test func aSourceOfAnyKindSkipsByDrawing() throws {
    let source = IterableSource((0..<4).map { Tensor([Float($0)]) })
    #expect(try scalars(source.makeBatches(epoch: 0, startingAt: 2)) == [[2], [3]])
    #expect(throws: DataError.tooFewBatches(epoch: 1, expected: 5, found: 4)) {
      try source.makeBatches(epoch: 1, startingAt: 5)
    }
  }

  @Test func otherDataAreRefused() throws {
    let saved = DataLoader(numbers, batchSize: 2).state()
    var values = (0..<7).map(Float.init)
    values[6] = 6.5
    let others: [TensorDataset<Tensor>] = [
      TensorDataset(Tensor(values)), TensorDataset(Tensor((0..<7).map(Double.init))),
      TensorDataset(Tensor((0..<7).map(Float.init), shape: [7, 1])),
    ]
    for other in others {
      var loader = DataLoader(other, batchSize: 2)
      let error = #expect(throws: StateError.self) { try loader.restore(from: saved) }
      #expect(error?.description.contains("'data'") == true)
    }
    var same = DataLoader(TensorDataset(Tensor((0..<7).map(Float.init))), batchSize: 2)
    try same.restore(from: saved)
    let some = Subset(numbers, indices: [0, 1, 2])
    var others2 = DataLoader(Subset(numbers, indices: [0, 2, 1]), batchSize: 2)
    #expect(throws: StateError.self) {
      try others2.restore(from: DataLoader(some, batchSize: 2).state())
    }
  }

  @Test func theFingerprintDoesNotDependOnTheLayout() {
    let rows = Tensor((0..<600).map(Float.init), shape: [300, 2])
    let columns = TensorDataset(rows.transposed())
    let numbers = rows.transposed().scalars.map { Float($0) }
    let copied = TensorDataset(Tensor(numbers, shape: [2, 300]))
    #expect(columns.fingerprint() == copied.fingerprint())
    #expect(columns.fingerprint() != TensorDataset(rows).fingerprint())
  }
}
