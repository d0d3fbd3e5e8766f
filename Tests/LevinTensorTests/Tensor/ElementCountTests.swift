import LevinTestKit
import Testing

@testable import LevinTensor

/// Shapes whose elements nobody can count are refused, with the operation and the shape.
@Suite struct ElementCountTests {
  private struct Case: Sendable {
    var named: [String]
    var make: @Sendable () -> Tensor

    init(_ named: String..., make: @escaping @Sendable () -> Tensor) {
      (self.named, self.make) = (named, make)
    }
  }

  private static let side = 1 << 40
  private static let column = Tensor.ones([1 << 32, 1])
  private static let row = Tensor.ones([1, 1 << 32])
  private static let line = Tensor.ones([1 << 32])

  private static let cases: [Case] = [
    Case("zeros", "[1099511627776, 1099511627776]") { .zeros([side, side]) },
    Case("ones", "1099511627776") { .ones([side, side]) },
    Case("full", "1099511627776") { .full([side, side], 3) },
    Case("full", "1099511627776") { .full([side, 4, side], 0.5, dtype: .float64) },
    Case("zeros", "\(1 << 62)") { .zeros([1 << 62], dtype: .bool) },
    Case("expand", "1099511627776") { Tensor.ones([1]).expanded(to: [side, side]) },
    Case("reshape", "[2, 3]", "1099511627776") {
      Tensor.ones([2, 3]).reshaped(to: [side, side])
    },
    Case("reshape", "[2, 3]", "-1") { Tensor.ones([2, 3]).reshaped(to: [side, -1, side]) },
    // Strides are products of sizes, also where there are no elements.
    Case("expand", "[0, 1099511627776, 1099511627776]", "size 0") {
      Tensor.ones([1]).expanded(to: [0, side, side])
    },
    Case("zeros", "[0, 1099511627776, 1099511627776]") { Tensor.zeros([0, side, side]) + 1 },
    Case("full", "1099511627776") { Tensor.full([side, 0, side], 2).sum() },
    Case("reshape", "1099511627776") { Tensor.zeros([0]).reshaped(to: [0, side, side]).exp() },
    Case("reshape", "-1") { Tensor.zeros([0]).reshaped(to: [0, side, side, -1]) },
    Case("tiled", "[3]") { Tensor.ones([3]).tiled([0, side, side]) },
    Case("repeated", "[0, 2]") { Tensor.zeros([0, 2]).repeated(.max, axis: 1) },
    Case("add") { Tensor.ones([0, 1, side]) + Tensor.ones([side, 1]) },
    Case("concatenate") {
      concatenate(
        [Tensor.ones([0, 1 << 47]), Tensor.ones([0, 1 << 47]), Tensor.ones([0, 1])], axis: 1)
    },
    Case("PCG64", "1099511627776") { .normal([0, side, side]) },
    Case("eye", "1099511627776") { .eye(side) },
    Case("zeros", "[0, \(1 << 62), 4]") { Tensor.zeros([0, 1 << 62, 4]).sum(axis: 0) },
    Case("PCG64.permutation") {
      var generator = PCG64(seed: 0)
      return Tensor(generator.permutation(.max))
    },
    Case("linspace", "\(Int.max)") { .linspace(0, 1, count: .max) },
    Case("logspace", "\(Int.max)") { .logspace(0, 1, count: .max) },
    Case("arange", "\(Int.max)") { .arange(Int.max) },
    Case("arange") { .arange(Int.min, Int.max) },
    Case("arange") { .arange(Int.max, Int.min, step: -1) },
    Case("arange") { .arange(1e18) },
    Case("tiled", "[3]", "\(Int.max)") { Tensor.ones([3]).tiled([Int.max]) },
    Case("tiled", "[3]") { Tensor.ones([3]).tiled([side, side]) },
    Case("repeated", "[2, 3]") { Tensor.ones([2, 3]).repeated(.max, axis: 0) },
    Case("padded", "[3]") { Tensor.ones([3]).padded(before: .max, after: 1, axis: 0) },
    Case("padded", "[3]") { Tensor.ones([3]).padded(before: side, after: 1 << 50, axis: 0) },
    Case("add", "[4294967296, 1]", "[1, 4294967296]") { column + row },
    Case("less", "[4294967296, 1]", "[1, 4294967296]") { column .< row },
    Case("where", "4294967296") { `where`(column .> 0, row, 0) },
    Case("betaI", "[1, 4294967296]") { regularizedBeta(column, row, 0.5) },
    Case("4294967296") { outer(line, line) },
    Case("matmul", "[4294967296, 1]", "[1, 4294967296]") { column.matmul(row) },
    Case("concatenate") {
      concatenate([Tensor.ones([1 << 47]), Tensor.ones([1 << 47]), Tensor.ones([1 << 47])])
    },
    Case("diagonalMatrix", "[3]") { Tensor.ones([3]).diagonalMatrix(offset: side) },
    Case("diagonalMatrix", "[3]") { Tensor.ones([3]).diagonalMatrix(offset: .min) },
    Case("gather") {
      column.gathered(at: Tensor.zeros([1 << 32], dtype: .int64))[.all, .newAxis]
        .gathered(at: Tensor.zeros([1 << 32], dtype: .int64), axis: 1)
    },
    Case("oneHot") { Tensor([1, 2]).oneHot(classes: 1 << 50) },
    Case("oneHot") { Tensor([Int.max]).oneHot() },
    Case("bincount") { Tensor([Int.max]).bincount() },
    Case("bincount") { Tensor([1]).bincount(minimumLength: .max) },
    Case("histogram") { Tensor([1.0]).histogram(bins: .max).counts },
    Case("PCG64", "1099511627776") { .uniform([side, side]) },
    Case("PCG64", "1099511627776") { .normal([side, side]) },
    Case("PCG64", "1099511627776") { .integers([side, side], in: 0..<3) },
    Case("permutation") { .permutation(.max) },
    Case("rand") {
      var random = MersenneTwister(seed: 0)
      return random.rand(shape: [side, side])
    },
    Case("meshgrid", "4294967296") { meshgrid(line, line, line)[0] },
  ]

  @Test(arguments: cases.indices) func theyAreRefused(index: Int) async {
    let result = await #expect(
      processExitsWith: .failure, observing: [\.standardErrorContent]
    ) { [index] in
      evaluateOrStop(ElementCountTests.cases[index].make())
    }
    let message = String(decoding: result?.standardErrorContent ?? [], as: UTF8.self)
    #expect(message.contains("error: "), "\(message)")
    for name in Self.cases[index].named { #expect(message.contains(name), "\(message)") }
  }

  @Test func anEmptyAxisLeavesNothingToCount() {
    #expect(Tensor.zeros([1 << 20, 0, 1 << 20]).elementCount == 0)
    #expect(Tensor.zeros([0, 1 << 48]).sum().item() == 0)
    #expect(Shape.exactCount([0, 1 << 24, 1 << 25]) == nil && Shape.exactCount([0, 0, 7]) == 0)
  }

  @Test func countsUpToTheLimitAreExact() {
    #expect(Shape.exactCount([1 << 24, 1 << 24]) == 1 << 48)
    #expect(Shape.exactCount([1 << 24, 1 << 24, 2]) == nil)
    #expect(Shape.exactCount([Int.max, Int.max]) == nil)
    #expect(Shape.exactCount([]) == 1)
  }
}
