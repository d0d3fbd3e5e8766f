import Levin
import LevinTraining
import Testing

private struct Trial: Sendable {
  let dose: Float
  let name: String
}

private struct Unreadable: Error, Equatable { let index: Int }

/// A data set of one's own, one file of which is broken.
private struct Broken: Dataset {
  var count: Int { 10 }

  func batch(at indices: [Int]) throws -> Tensor {
    if let bad = indices.first(where: { $0 == 7 }) { throw Unreadable(index: bad) }
    return Tensor(indices.map(Float.init))
  }
}

@Suite struct DatasetTests {
  private let numbers = TensorDataset(Tensor((0..<10).map(Float.init)))

  @Test func structuresAreCollatedToBatches() throws {
    let trials = (0..<5).map { Trial(dose: Float($0), name: "t\($0)") }
    let loader = DataLoader(trials, batchSize: 2) { trials in
      (Tensor(trials.map(\.dose)), trials.map(\.name).joined(separator: "+"))
    }
    let batches = Array(loader.batches())
    #expect(batches.map(\.0.scalars) == [[0, 1], [2, 3], [4]])
    #expect(batches.map(\.1) == ["t0+t1", "t2+t3", "t4"])
  }

  @Test func elementsOfTensorsAreStacked() throws {
    let rows = MapDataset(count: 4) { Tensor([Float($0), Float(10 * $0)]) }
    let batch = try rows.batch(at: [3, 0])
    #expect(batch.shape == [2, 2] && batch.scalars == [3, 30, 0, 0])
    let pairs = MapDataset(count: 3) { index in (Tensor([Float(index)]), Tensor(Float(-index))) }
    let (inputs, targets) = try pairs.batch(at: [2, 1])
    #expect(inputs.shape == [2, 1] && targets.shape == [2] && targets.scalars == [-2, -1])
  }

  @Test func theErrorOfADataSetComesOutOfTheFitUnchanged() {
    for workers in [0, 2] {
      #expect(throws: Unreadable(index: 7)) {
        try quietTrainer(1).fit(
          Location(), train: DataLoader(Broken(), batchSize: 2, workers: workers))
      }
    }
  }

  @Test func aSubsetKeepsItsOrderAndRepeats() throws {
    let subset = Subset(numbers, indices: [9, 0, 9])
    #expect(subset.count == 3)
    #expect(try subset.batch(at: [2, 1]).scalars == [9, 0])
    #expect(try subset.batch(in: 0..<2).scalars == [9, 0])
    let loader = DataLoader(Subset(subset, indices: [1]), batchSize: 1)
    #expect(loader.batches().map(\.scalars) == [[0]])
  }

  @Test func concatenatedDataSetsAreOne() throws {
    let more = TensorDataset(Tensor([10, 11] as [Float]))
    let empty = TensorDataset(Tensor.zeros([0]))
    let all = ConcatDataset([empty, numbers, empty, more, empty])
    #expect(all.count == 12)
    #expect(try all.batch(at: [11, 0, 10, 9, 0]).scalars == [11, 0, 10, 9, 0])
    #expect(try all.batch(in: 8..<12).scalars == [8, 9, 10, 11])
    #expect(try all.batch(in: 2..<4).scalars == [2, 3])
    #expect(try all.batch(at: []).shape == [0])
    let shuffled = DataLoader(all, batchSize: 5, shuffle: .seeded(1)).batches(epoch: 2)
    #expect(shuffled.flatMap(\.scalars).sorted() == (0..<12).map(Double.init))
  }

  @Test func concatenatedPairsAndStructuresKeepTheOrderAskedFor() throws {
    func pairs(_ from: Int) -> TensorDataset<(Tensor, Tensor)> {
      let x = Tensor((from..<from + 3).map(Float.init))
      return TensorDataset(x, x.reshaped(to: [3, 1]) * 2)
    }
    let (a, b) = try ConcatDataset([pairs(0), pairs(3)]).batch(at: [4, 1, 5, 0])
    #expect(a.scalars == [4, 1, 5, 0] && b.scalars == [8, 2, 10, 0] && b.shape == [4, 1])
    let words = ConcatDataset([
      MapDataset(["a", "b"]) { $0.joined() }, MapDataset(["c", "d"]) { $0.joined() },
    ]) { $0.joined() }
    #expect(try words.batch(at: [3, 0, 1, 2]) == "dabc")
  }

  @Test func batchesMayBeChangedByAFunction() throws {
    let pairs = numbers.mapBatches { ($0, $0.square()) }
    let batch = try pairs.batch(at: [3, 2])
    #expect(batch.0.scalars == [3, 2] && batch.1.scalars == [9, 4])
  }

  // torch.utils.data.random_split: floor of each fraction, the rest to the first parts.
  @Test(arguments: [
    (10, [0.8, 0.2], [8, 2]), (10, [0.33, 0.33, 0.34], [4, 3, 3]), (7, [0.5, 0.5], [4, 3]),
    (11, [0.25, 0.25, 0.25, 0.25], [3, 3, 3, 2]), (3, [1], [3]), (0, [0.5, 0.5], [0, 0]),
    (2, [0.1, 0.9], [1, 1]),
  ]) func fractionsAreRoundedAsPyTorchRoundsThem(
    _ count: Int, _ fractions: [Double], _ expected: [Int]
  ) throws {
    let data = TensorDataset(Tensor((0..<count).map(Float.init), shape: [count]))
    let parts = try data.randomSplit(fractions: fractions, seed: 3)
    #expect(parts.map(\.count) == expected)
    #expect(parts.flatMap(\.indices).sorted() == Array(0..<count))
  }

  // numpy.random.default_rng(5).permutation(6)
  @Test func theSplitFollowsFromTheSeed() throws {
    let data = TensorDataset(Tensor((0..<6).map(Float.init)))
    var random = PCG64(seed: 5)
    let order = random.permutation(6)
    let parts = try data.randomSplit(counts: [2, 4], seed: 5)
    #expect(parts.map(\.indices) == [Array(order[..<2]), Array(order[2...])])
    #expect(try data.randomSplit(counts: [2, 4], seed: 6).map(\.indices) != parts.map(\.indices))
  }

  @Test(arguments: [[0.5, 0.6], [0.5, 0.4], [-0.5, 1.5], [.nan, 1], []])
  func fractionsThatMakeNoSenseAreRefused(_ fractions: [Double]) {
    let error = #expect(throws: DataError.self) {
      try numbers.randomSplit(fractions: fractions, seed: 0)
    }
    #expect(error?.description.contains("whose sum is 1") == true)
  }

  @Test func countsThatDoNotAddUpAreRefused() {
    for counts in [[5, 4], [11, -1], []] {
      #expect(throws: DataError.self) { try numbers.randomSplit(counts: counts, seed: 0) }
    }
    #expect(throws: DataError.self) { try numbers.randomSplit(counts: [5, 5], seed: -1) }
  }
}
