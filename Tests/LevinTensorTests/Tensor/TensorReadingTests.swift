import LevinTestKit
import Testing

@testable import LevinTensor

@Suite struct TensorReadingTests {
  // MARK: Scalars

  @Test func evenlySpacedNumbersEndWhereTheyShould() {
    let numbers = Tensor.linspace(-1, 2, count: 4, dtype: .float64)
    #expect(numbers.scalars == [-1, 0, 1, 2])
    #expect(Tensor.linspace(0, 0.3, count: 4, dtype: .float64).scalars.last == 0.3)
    #expect(Tensor.linspace(5, 9, count: 1).scalars == [5])
    #expect(Tensor.linspace(5, 9, count: 0).scalars.isEmpty)
  }

  @Test(arguments: DType.allCases) func elementsAreReadAsAnySwiftNumber(_ dtype: DType) {
    let x = Tensor([0, 1, 2, 3], shape: [2, 2]).cast(to: dtype)
    let integers = dtype == .bool ? [0, 1, 1, 1] : [0, 1, 2, 3]
    #expect(x.scalars == integers.map(Double.init))
    #expect(
      x.scalars(as: Int.self) == integers && x.scalars(as: Int32.self) == integers.map(Int32.init))
    #expect(x.scalars(as: Float.self) == integers.map(Float.init))
    #expect(x.scalars(as: Bool.self) == [false, true, true, true])
  }

  @Test func viewsAreReadInRowMajorOrder() {
    let x = Tensor((0..<24).map { Int32($0) }, shape: [2, 3, 4])
    let view = x.permuted([2, 0, 1])[1..<4, .all, .range(0, nil, step: 2)]
    let expected = [1, 9, 13, 21, 2, 10, 14, 22, 3, 11, 15, 23]
    #expect(view.scalars(as: Int.self) == expected && (view + 0).scalars(as: Int.self) == expected)
    #expect(view.scalars(as: Int32.self) == expected.map(Int32.init))
  }

  @Test func integersAreReadWithoutLoss() {
    let large = [Int.max, Int.min, (1 << 53) + 1, -(1 << 60) - 1]
    let x = Tensor(large)
    let single = large.map { Tensor($0).item(as: Int.self) }
    #expect(x.scalars(as: Int.self) == large && single == large)
    #expect((x + 0).scalars(as: Int.self) == large && x[2].item(as: Int.self) == large[2])
  }

  @Test func realNumbersAreReadWithoutLoss() {
    let x = [0.1, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let read = Tensor(x).scalars
    let floats = x.map { Float($0) }
    #expect(read.map(\.bitPattern) == x.map(\.bitPattern) && Tensor([Double.nan]).item().isNaN)
    #expect(Tensor(floats).scalars(as: Float.self).map(\.bitPattern) == floats.map(\.bitPattern))
  }

  @Test func readingTwiceGivesTheSame() {
    let x = Tensor([1.0, 2.0]).exp()
    #expect(x.scalars == x.scalars && x.node.isEvaluated)
  }

  // MARK: Items

  @Test func theOnlyElementIsTheItem() {
    let numbers: [Tensor] = [Tensor([2.5]), Tensor([[2.5]].flatMap { $0 }, shape: [1, 1, 1]), 2.5]
    #expect(numbers.allSatisfy { $0.item() == 2.5 && $0.item(as: Int.self) == 2 })
    #expect(Tensor([true]).item(as: Bool.self) && Tensor([7]).item(as: Int32.self) == 7)
  }

  @Test func readingAsIntegersTruncatesAndKeepsToTheRange() {
    let x = Tensor([-2.7, 1e300, .nan, -.infinity])
    #expect(x.scalars(as: Int.self) == [-2, .max, 0, .min])
    #expect(x.scalars(as: Int32.self) == [-2, .max, 0, .min])
  }

  // MARK: New starting points

  @Test func requiringGradientCopiesTheNumbers() {
    let x = Tensor([1.0, 2.0, 3.0])
    let leaf = x[.range(0, nil, step: 2)].requiringGradient()
    #expect(leaf.scalars == [1, 3] && leaf.requiresGradient && !x.requiresGradient)
    #expect(leaf.node.result?.storage !== x.node.result?.storage)
  }

  @Test func detachedTensorsShareTheNumbers() {
    let x = Tensor([1.0, 2.0]).requiringGradient()
    let y = x * 2
    let before = y.detached()
    evaluateOrStop(y, before)
    let after = y.detached()
    #expect(before.scalars == [2, 4] && after.scalars == [2, 4])
    #expect(after.node.result?.storage === y.node.result?.storage && !before.requiresGradient)
  }
}
