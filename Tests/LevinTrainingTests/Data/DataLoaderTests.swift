import Levin
import Testing

@testable import LevinTensor

@Suite struct DataLoaderTests {
  private let rows = TensorDataset(Tensor((0..<10).map(Float.init)).reshaped(to: [5, 2]))

  @Test func batchesFollowTheDataAndTheLastMayBeShort() {
    let batches = DataLoader(rows, batchSize: 2).batches()
    #expect(batches.map(\.shape) == [[2, 2], [2, 2], [1, 2]])
    #expect(batches.flatMap(\.scalars) == (0..<10).map(Double.init))
  }

  @Test func anIncompleteBatchMayBeDropped() {
    let batches = DataLoader(rows, batchSize: 2, dropLast: true).batches()
    #expect(batches.map(\.shape) == [[2, 2], [2, 2]])
  }

  @Test(arguments: [1, 2, 5, 7, .max]) func aBatchIsAViewOnTheData(_ batchSize: Int) {
    let whole = rows.tensors[0].node.result?.storage
    for batch in DataLoader(rows, batchSize: batchSize).batches() {
      #expect(batch.node.result?.storage === whole)
    }
  }

  @Test func shufflingFollowsFromSeedAndEpochAlone() {
    let loader = DataLoader(rows, batchSize: 2, shuffle: .seeded(7))
    let again = DataLoader(rows, batchSize: 2, shuffle: .seeded(7))
    for epoch in 0..<3 {
      let first = loader.batches(epoch: epoch).flatMap(\.scalars)
      #expect(first == again.batches(epoch: epoch).flatMap(\.scalars))
      #expect(first.sorted() == (0..<10).map(Double.init))
    }
    let orders = (0..<8).map { loader.batches(epoch: $0).flatMap(\.scalars) }
    #expect(Set(orders).count > 6)
  }

  // numpy.random.default_rng(numpy.random.SeedSequence(7).spawn(2)[1]).permutation(5)
  @Test func theOrderIsNumPysForTheChildOfTheSeed() {
    let order = DataLoader(rows, batchSize: 5, shuffle: .seeded(7)).batches(epoch: 1)[0]
    #expect(order[.all, 0].scalars.map { Int($0) / 2 } == [3, 4, 0, 1, 2])
  }

  @Test func rowsOfPairsStayTogether() {
    let x = Tensor((0..<6).map(Float.init))
    let pairs = TensorDataset(x, x.reshaped(to: [6, 1]).cast(to: .float64) * 10)
    for (a, b) in DataLoader(pairs, batchSize: 4, shuffle: .seeded(1)).batches(epoch: 3) {
      #expect(b.dtype == .float64)
      #expect(a.scalars.map { $0 * 10 } == b.scalars)
    }
  }

  @Test func rowsAreGatheredFromAnyLayout() {
    let columns = TensorDataset(Tensor((0..<6).map(Float.init)).reshaped(to: [2, 3]).transposed())
    let batch = columns[[2, 0][...]]
    #expect(batch.shape == [2, 2])
    #expect(batch.scalars == [2, 5, 0, 3])
  }

  @Test func threeTensorsMakeTriples() {
    let x = Tensor([Float(1), 2])
    let (a, b, c) = TensorDataset(x, x * 2, x * 3).all
    #expect(a.scalars + b.scalars + c.scalars == [1, 2, 2, 4, 3, 6])
  }
}
