import LevinTestKit
import Testing

@testable import LevinTensor

/// One way to index a tensor whose elements count up from 0.
struct IndexingCase: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var shape: [Int]
  var apply: @Sendable (Tensor) -> Tensor
  var expectedShape: [Int]
  var expected: [Double]

  init(
    _ description: String, _ shape: [Int], _ apply: @escaping @Sendable (Tensor) -> Tensor,
    _ expectedShape: [Int], _ expected: [Double]
  ) {
    testDescription = description
    (self.shape, self.apply) = (shape, apply)
    (self.expectedShape, self.expected) = (expectedShape, expected)
  }

  static let all: [IndexingCase] = [
    .init("one element", [5], { $0[3] }, [], [3]),
    .init("one from the end", [5], { $0[-1] }, [], [4]),
    .init("a row", [2, 3], { $0[1] }, [3], [3, 4, 5]),
    .init("a column", [2, 3], { $0[.all, 1] }, [2], [1, 4]),
    .init("an element of a matrix", [2, 3], { $0[-1, -3] }, [], [3]),
    .init("a range", [5], { $0[1..<3] }, [2], [1, 2]),
    .init("a closed range", [5], { $0[1...3] }, [3], [1, 2, 3]),
    .init("a closed range from the end", [5], { $0[-3...(-1)] }, [3], [2, 3, 4]),
    .init("a closed range beyond all numbers", [5], { $0[2...Int.max] }, [3], [2, 3, 4]),
    .init("all that there is", [3], { $0[Int.min...Int.max] }, [3], [0, 1, 2]),
    .init("from an index on", [5], { $0[3...] }, [2], [3, 4]),
    .init("the last three", [5], { $0[(-3)...] }, [3], [2, 3, 4]),
    .init("up to an index", [5], { $0[..<2] }, [2], [0, 1]),
    .init("all but the last", [5], { $0[..<(-1)] }, [4], [0, 1, 2, 3]),
    .init("a range beyond the end", [3], { $0[1..<9] }, [2], [1, 2]),
    .init("a range out of the axis", [3], { $0[5..<9] }, [0], []),
    .init("an empty range", [3], { $0[2..<2] }, [0], []),
    .init("a step", [7], { $0[.range(1, nil, step: 3)] }, [2], [1, 4]),
    .init("a step beyond the axis", [7], { $0[.range(nil, nil, step: 9)] }, [1], [0]),
    .init("a step to an end", [7], { $0[.range(nil, 5, step: 2)] }, [3], [0, 2, 4]),
    .init("a step with bounds from the end", [7], { $0[.range(-6, -1, step: 2)] }, [3], [1, 3, 5]),
    .init(
      "two steps", [3, 4], { $0[.range(0, nil, step: 2), .range(1, nil, step: 2)] }, [2, 2],
      [1, 3, 9, 11]),
    .init("a new axis", [3], { $0[.newAxis] }, [1, 3], [0, 1, 2]),
    .init("a new axis behind", [3], { $0[.all, .newAxis] }, [3, 1], [0, 1, 2]),
    .init("a new axis between", [2, 2], { $0[1, .newAxis, 0..<1] }, [1, 1], [2]),
    .init("an ellipsis", [2, 1, 3], { $0[.ellipsis, 1] }, [2, 1], [1, 4]),
    .init("an ellipsis in front", [2, 3], { $0[.ellipsis] }, [2, 3], [0, 1, 2, 3, 4, 5]),
    .init("an ellipsis for no axis", [2, 3], { $0[1, .ellipsis, 2] }, [], [5]),
    .init("an ellipsis and a new axis", [2, 3], { $0[.ellipsis, .newAxis, 0] }, [2, 1], [0, 3]),
    .init("slices of slices", [10], { $0[2..<9][.range(0, nil, step: 2)][1...2] }, [2], [4, 6]),
    .init("rows of a transpose", [2, 3], { $0.transposed()[1] }, [2], [1, 4]),
    .init("a transposed slice", [3, 4], { $0[1..<3, 0..<2].transposed() }, [2, 2], [4, 8, 5, 9]),
    .init(
      "a slice reshaped", [3, 4], { $0[.all, 1..<3].reshaped(to: [6]) }, [6],
      [1, 2, 5, 6, 9, 10]),
    .init(
      "a permuted slice of rank 3", [2, 2, 3], { $0[.all, 1].permuted([1, 0]) }, [3, 2],
      [3, 9, 4, 10, 5, 11]),
    .init("the whole", [2, 2], { $0[.all, .all] }, [2, 2], [0, 1, 2, 3]),
    .init("rows of none", [0, 3], { $0[.all, 1] }, [0], []),
  ]
}

@Suite struct TensorIndexingTests {
  private static func counting(_ shape: [Int], _ dtype: DType = .float32) -> Tensor {
    Tensor.arange(RowMajor.count(shape), dtype: dtype).reshaped(to: shape)
  }

  @Test(arguments: IndexingCase.all) func indexingTakesTheElementsNamed(_ example: IndexingCase) {
    let view = example.apply(Self.counting(example.shape))
    #expect(view.shape == example.expectedShape && view.scalars == example.expected)
  }

  @Test(arguments: IndexingCase.all)
  func indexingWhatIsYetToBeComputedTakesTheSame(_ example: IndexingCase) {
    let lazy = example.apply(Self.counting(example.shape) + 0)
    let further = (example.apply(Self.counting(example.shape) * 2) + 1).scalars
    #expect(lazy.shape == example.expectedShape && lazy.scalars == example.expected)
    #expect(further == example.expected.map { 2 * $0 + 1 })
  }

  @Test(arguments: DType.allCases) func indexingWorksOnEveryDtype(_ dtype: DType) {
    let whole = Self.counting([3, 4], dtype)
    let found = whole[.range(0, nil, step: 2), 1..<3]
    let expected = [1.0, 2, 9, 10].map { dtype == .bool ? min($0, 1) : $0 }
    #expect(found.dtype == dtype && found.scalars == expected)
    #expect((whole + 0).cast(to: dtype)[2, 3].item() == (dtype == .bool ? 1 : 11))
  }

  @Test func slicesOfDataShareItsMemory() {
    let data = Self.counting([100, 3])
    let views = [
      data[10..<20], data[.all, 1..<2], data[3].reshaped(to: [3, 1]), data.transposed(),
      data[.all, 1], data.transposed()[.newAxis],
    ]
    let owner = data.node.result?.storage
    #expect(views.allSatisfy { $0.node.result?.storage === owner })
  }

  @Test func slicesOfParametersPassGradients() {
    let x = Self.counting([3, 4], .float64).requiringGradient()
    let loss = (x[1..<3, .range(0, nil, step: 2)] * [[1, 2], [3, 4]]).sum()
    let found = gradients(of: loss, at: [x])[0]?.scalars
    #expect(found == [0, 0, 0, 0, 1, 0, 2, 0, 3, 0, 4, 0])
  }

  @Test func longSlicesTakeTheirElements() {
    let x = Self.counting([5000, 3], .float64)
    let stepped = (x + 0)[.range(7, nil, step: 13), .range(0, nil, step: 2)]
    let expected = stride(from: 7, to: 5000, by: 13).flatMap {
      [Double(3 * $0), Double(3 * $0 + 2)]
    }
    #expect(stepped.scalars == expected && stepped.sum().item() == expected.reduce(0, +))
  }
}
