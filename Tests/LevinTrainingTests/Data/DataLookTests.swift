import Levin
import LevinTensor
import LevinTestKit
import LevinTraining
import Testing

@Suite struct DataLookTests {
  /// The sizes of the batches of a look; together they are the data in their order.
  private func sizes(_ loader: DataLoader<Tensor>) throws -> [Int] {
    var stream = try #require(try loader.observationsInOrder())
    var (sizes, next) = ([Int](), 0)
    while let batch = try stream.next() {
      sizes.append(batch.observationCount)
      #expect(batch.content.shape[0] == batch.observationCount)
      let first = batch.content.shape.count == 1 ? batch.content : batch.content[0..., 0]
      let ends = [first[0], first[-1]].map { $0.item(as: Int.self) }
      #expect(ends == [next, next + batch.observationCount - 1])
      next += sizes.last!
    }
    #expect(next == loader.dataset.count)
    return sizes
  }

  private func rows(_ count: Int, _ columns: Int) -> Tensor {
    (Tensor.arange(count).cast(to: .float32).reshaped(to: [count, 1])
      + Tensor.zeros([count, columns])).evaluatedOrStop
  }

  // 16 MB are 2,048 observations of 2,048 numbers in single precision.
  @Test(arguments: [0, 2]) func batchesOfALookTakeBoundedMemory(_ workers: Int) throws {
    let wide = rows(5000, 2048)
    try withTemporaryFolder { folder in
      try wide.write(toNPY: folder + "/wide.npy")
      let file = FileDataset(try NumPyFile(folder + "/wide.npy"))
      #expect(try sizes(DataLoader(file, batchSize: 64, workers: workers)) == [2048, 2048, 904])
      #expect(try sizes(DataLoader(file, batchSize: 3000, workers: workers)) == [3000, 2000])
    }
    let data = TensorDataset(wide)
    #expect(try sizes(DataLoader(data, batchSize: 64, workers: workers)) == [2048, 2048, 904])
    // Others are known by their first batch.
    let mapped = data.mapBatches { $0 * 1 }
    #expect(
      try sizes(DataLoader(mapped, batchSize: 64, workers: workers)) == [64, 2048, 2048, 840])
    let elements = MapDataset(count: 5000) { wide[$0] }
    #expect(
      try sizes(DataLoader(elements, batchSize: 64, workers: workers)) == [64, 2048, 2048, 840])
    let part = Subset(data, indices: Array(0..<3000))
    #expect(try sizes(DataLoader(part, batchSize: 64, workers: workers)) == [64, 2048, 888])
  }

  @Test func smallObservationsAreLookedAtManyAtATime() throws {
    let numbers = TensorDataset(Tensor.arange(200_000).cast(to: .float32))
    #expect(try sizes(DataLoader(numbers, batchSize: 1)) == [65536, 65536, 65536, 3392])
    #expect(try sizes(DataLoader(numbers, batchSize: 200_000)) == [200_000])
    #expect(try sizes(DataLoader(numbers, batchSize: .max)) == [200_000])
    let mapped = numbers.mapBatches { $0 + 0 }
    #expect(try sizes(DataLoader(mapped, batchSize: 4)) == [4, 65536, 65536, 65536, 3388])
    #expect(try sizes(DataLoader(mapped, batchSize: 300_000)) == [200_000])
  }

  @Test func observationsWithoutTensorsAreLookedAtInBatchesOfTheFit() throws {
    let texts = MapDataset((0..<10).map { "\($0)" }) { $0 }
    var stream = try #require(try DataLoader(texts, batchSize: 4).observationsInOrder())
    var all: [[String]] = []
    while let batch = try stream.next() { all.append(batch.content) }
    #expect(all == [["0", "1", "2", "3"], ["4", "5", "6", "7"], ["8", "9"]])
  }

  @Test func aLookDrawsNothingFromTheGeneratorInForce() throws {
    let noisy = TensorDataset(Tensor.zeros([10])).mapBatches { $0 + Tensor.normal($0.shape) }
    let loader = DataLoader(noisy, batchSize: 4)
    func look(_ open: () throws -> BatchStream<Tensor>?) throws -> ([[Double]], Double) {
      try withSeed(2) {
        var (stream, all) = (try #require(try open()), [[Double]]())
        while let batch = try stream.next() { all.append(batch.content.scalars) }
        return (all, Tensor.normal([1]).item())
      }
    }
    let untouched: Double = withSeed(2) { Tensor.normal([1]).item() }
    for open in [{ loader.batchesInOrder() }, { try loader.observationsInOrder() }] {
      let (first, second) = (try look(open), try look(open))
      #expect(first.0 == second.0 && Set(first.0).count == first.0.count)
      #expect(first.1 == untouched)
    }
  }
}

extension Tensor {
  fileprivate var evaluatedOrStop: Tensor { try! evaluated() }
}
