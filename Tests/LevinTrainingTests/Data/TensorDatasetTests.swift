import Levin
import LevinTestKit
import Testing

/// A use of a data set that ends the process, and what the message must name.
private struct DataMistake: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let named: [String]
  let make: @Sendable () -> Void

  init(_ description: String, names named: [String], _ make: @escaping @Sendable () -> Void) {
    testDescription = description
    self.named = named
    self.make = make
  }

  private static let a = Tensor((0..<12).map { Float($0) })
  private static let b = Tensor((0..<4).map { Float($0) }, shape: [4, 1])
  private static let rows = TensorDataset(a.reshaped(to: [6, 2]))
  private static let columns = TensorDataset(a.reshaped(to: [2, 6]).transposed())

  static let all: [DataMistake] = [
    .init("two lengths", names: ["TensorDataset", "[12]", "[4, 1]"]) { _ = TensorDataset(a, b) },
    .init("three lengths", names: ["[12] and [12] and [4, 1]"]) { _ = TensorDataset(a, a, b) },
    .init("four lengths", names: ["[12]", "[4, 1]"]) { _ = TensorDataset(a, a, a, b) },
    .init("five lengths", names: ["[12]", "[4, 1]"]) { _ = TensorDataset(a, a, a, a, b) },
    .init("a structure", names: ["[12] and [4, 1]"]) {
      _ = TensorDataset(tensors: [a, b]) { $0[0] + $0[1] }
    },
    .init("an empty one", names: ["[12] and [0, 3]"]) { _ = TensorDataset(a, .zeros([0, 3])) },
    .init("no axis", names: ["TensorDataset", "[]"]) { _ = TensorDataset(Tensor(1.0)) },
    .init("no axis beside one", names: ["[12] and []"]) { _ = TensorDataset(a, Tensor(1.0)) },
    .init("no tensors", names: ["no tensors"]) { _ = TensorDataset(tensors: []) { $0.count } },
    .init("an index too large", names: ["TensorDataset", "index 6", "size 6", "[6, 2]"]) {
      _ = rows[[0, 6][...]]
    },
    .init("a negative index", names: ["index -3", "[6, 2]"]) { _ = rows[[0, -3][...]] },
    .init("a huge index", names: ["index 1099511627776"]) { _ = rows[[1 << 40][...]] },
    .init("the least index", names: ["index -9223372036854775808"]) { _ = rows[[Int.min][...]] },
    .init("an index into a view", names: ["index 6", "[6, 2]"]) { _ = columns[[0, 6][...]] },
    .init("an index into nothing", names: ["index 0", "size 0"]) {
      _ = TensorDataset(Tensor.zeros([0, 2]))[[0][...]]
    },
    .init("a range too long", names: ["0..<40", "6 observations"]) { _ = rows[0..<40] },
    .init("a range too early", names: ["-2..<3"]) { _ = rows[-2..<3] },
    .init("a batch too many", names: ["no batch 3", "make 3"]) {
      _ = DataLoader(rows, batchSize: 2).batches()[3]
    },
    .init("a batch before the first", names: ["no batch -1"]) {
      _ = DataLoader(rows, batchSize: 2, shuffle: .seeded(0)).batches()[-1]
    },
    .init("an epoch before the first", names: ["epoch -1"]) {
      _ = DataLoader(rows, batchSize: 2, shuffle: .seeded(0)).batches(epoch: -1)
    },
  ]
}

@Suite struct TensorDatasetTests {
  @Test(arguments: DataMistake.all.indices)
  func aMistakeEndsTheProcessWithAMessageThatNamesIt(_ index: Int) async throws {
    let result = try await #require(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      DataMistake.all[index].make()
    }
    let message = String(decoding: result.standardErrorContent, as: UTF8.self)
    let firstLine = message.split(separator: "\n").first { $0.contains("error:") } ?? ""
    let missing = DataMistake.all[index].named.filter { !firstLine.contains($0) }
    #expect(missing.isEmpty, "\(DataMistake.all[index]): \(firstLine)")
  }

  @Test func lengthsThatAgreeMakeTuples() {
    let x = Tensor((0..<3).map { Float($0) })
    let data = TensorDataset(x, x.reshaped(to: [3, 1]), x * 2, x * 3, x * 4)
    let batch = data[[2, 0][...]]
    #expect(batch.1.shape == [2, 1] && batch.4.scalars == [8, 0])
    #expect(TensorDataset(Tensor.zeros([0, 3]), Tensor.zeros([0])).count == 0)
  }

  @Test func indicesMayComeTwiceAndNotAtAll() {
    let data = TensorDataset(Tensor((0..<6).map { Float($0) }, shape: [3, 2]))
    #expect(data[[2, 2, 0][...]].scalars == [4, 5, 4, 5, 0, 1])
    #expect(data[[][...]].shape == [0, 2])
    #expect(data[1..<1].shape == [0, 2])
  }

  @Test func rowsOfAViewAreThoseOfItsCopy() {
    let numbers = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    let views = [
      numbers.permuted([2, 0, 1]), numbers[0].transposed(), numbers[.all, 1], numbers[0, .all, 2],
      Tensor([1, 2, 3] as [Float], shape: [3, 1]).expanded(to: [3, 2]), numbers[0] .> 5,
    ]
    for view in views {
      let data = TensorDataset(view)
      for indices in [[], [1], [1, 0, 1]] as [[Int]] {
        let rows = data[indices[...]]
        #expect(rows.shape == [indices.count] + view.shape.dropFirst() && rows.dtype == view.dtype)
        #expect(rows.scalars == indices.flatMap { view[$0].scalars })
      }
      // Two tensors are each packed by themselves.
      let pair = TensorDataset(view, view)[[1][...]]
      #expect(pair.0.scalars == pair.1.scalars && pair.0.scalars == view[1].scalars)
    }
  }
}
