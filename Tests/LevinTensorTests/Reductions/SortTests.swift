import LevinTestKit
import Testing

@testable import LevinTensor

/// Elements in order.
@Suite struct SortTests {
  @Test(arguments: OrderFixture.cases("argSort", "sorted"))
  func orderAndDerivativesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let (axis, descending) = (known.axis ?? -1, known.descending ?? false)
    let failures = known.mismatches { x in
      known.operation == "argSort"
        ? [x.argSort(axis: axis, descending: descending)]
        : [x.sorted(axis: axis, descending: descending)]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("topK"))
  func theMostExtremeElementsAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let (axis, largest) = (known.axis ?? -1, known.largest ?? true)
    let count = known.count ?? 1
    let failures = known.mismatches { [$0.topK(count, axis: axis, largest: largest).values] }
    let x = known.input.tensor
    let order = x.argSort(axis: axis, descending: largest)
    let first =
      x.rank == 0 ? order : axis == 0 ? order[0..<count] : order[.ellipsis, 0..<count]
    let indices = x.topK(count, axis: axis, largest: largest).indices
    #expect(failures.isEmpty && indices.scalars == first.scalars, "\(failures)")
  }

  @Test(arguments: OrderFixture.cases("cumulativeMax", "cumulativeMin"))
  func runningExtremesAreThoseOfPyTorch(_ known: OrderFixture.Case) {
    let axis = known.axis ?? 0
    let failures = known.mismatches { x in
      [
        known.operation == "cumulativeMax"
          ? x.cumulativeMax(axis: axis) : x.cumulativeMin(axis: axis)
      ]
    }
    #expect(failures.isEmpty, "\(failures)")
  }

  static let counts = [0, 1, 2, 31, 32, 33, 100, 255, 1000, 4095, 4096, 70_001]

  /// Numbers with many ties, of all dtypes, whose keys have a sign and more than one digit.
  private static func numbers(_ count: Int, _ dtype: DType) -> Tensor {
    var random = PCG64(seed: count)
    let scale = dtype.isFloatingPoint ? 0.25 : 1000.0
    return Tensor(shape: [count], dtype: dtype) {
      switch random.integers(in: 0..<12) {
      case 0: -0.0
      case 1: 0
      case 2 where dtype.isFloatingPoint: .nan
      case 3 where dtype.isFloatingPoint: -.infinity
      default: Double(random.integers(in: -300..<300)) * scale
      }
    }
  }

  @Test(arguments: counts, DType.allCases)
  func linesOfAnyLengthAreSortedStably(_ count: Int, _ dtype: DType) {
    let x = Self.numbers(count, dtype)
    let numbers = x.scalars
    func isBefore(_ a: Double, _ b: Double) -> Bool { a < b || (!a.isNaN && b.isNaN) }
    for descending in [false, true] {
      let expected = numbers.indices.sorted { a, b in
        let (x, y) = (numbers[a], numbers[b])
        if isBefore(x, y) { return !descending }
        return isBefore(y, x) ? descending : a < b
      }
      let found = x.argSort(descending: descending).scalars(as: Int.self)
      #expect(found == expected)
      for taken in [1, 5, 40] where taken < count {
        let first = x.topK(taken, largest: descending).indices.scalars(as: Int.self)
        #expect(first == Array(expected.prefix(taken)))
      }
    }
  }

  @Test func numbersAtTheEndsOfTheirRangeAreSorted() {
    let integers = Tensor([Int.max, 0, Int.min, -1, 1])
    #expect(integers.argSort().scalars == [2, 3, 1, 4, 0])
    let single = Tensor(
      [.infinity, 0x1p-149, -0x1p-149, 0, -.infinity, .greatestFiniteMagnitude] as [Float])
    #expect(single.argSort().scalars == [4, 2, 3, 1, 5, 0])
    let double = Tensor([Double.infinity, 0x1p-1074, -0x1p-1074, 0, -.infinity, -.nan])
    #expect(double.argSort().scalars == [4, 2, 3, 1, 0, 5])
  }

  @Test func candidatesThatKeepComingAreSiftedRight() {
    // Each element of an ascending line is among the largest so far.
    let x = Tensor((0..<10_000).map { Float($0) })
    #expect(x.topK(3).indices.scalars == [9999, 9998, 9997])
    #expect(x.topK(3, largest: false).indices.scalars == [0, 1, 2])
    #expect(Tensor([Float](repeating: 1, count: 5000)).topK(4).indices.scalars == [0, 1, 2, 3])
  }

  @Test func elementsOfASortedLineGetTheirOwnGradient() {
    let x = Tensor([3.0, 1, 2, 1], shape: [4]).requiringGradient()
    let weights = Tensor([1.0, 10, 100, 1000])
    let found = gradients(of: (x.sorted() * weights).sum(), at: [x])[0]
    #expect(found?.scalars == [1000, 1, 100, 10])
  }

  @Test func manyShortLinesAreSortedAlike() {
    var random = PCG64(seed: 4)
    let x = random.uniform(shape: [7, 5001, 3])
    let lines = x.sorted(axis: 0).permuted([1, 2, 0]).scalars
    let expected = x.permuted([1, 2, 0]).scalars
    let isSorted = stride(from: 0, to: lines.count, by: 7).allSatisfy {
      Array(lines[$0..<($0 + 7)]) == expected[$0..<($0 + 7)].sorted()
    }
    #expect(isSorted)
  }
}
