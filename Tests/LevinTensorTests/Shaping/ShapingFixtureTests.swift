import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

/// Results of PyTorch for the same tensor and operation.
private struct ShapingFixture: Decodable {
  struct Row: Decodable {
    var name: String
    var shape: [Int]
    var values: [FixtureNumber]
    /// At the tensor, of the elements times 1, 2, 3, ...
    var gradient: [FixtureNumber]?
  }

  var x: [Double]
  var shape: [Int]
  var real: [Row]
  var whole: [Row]
}

@Suite struct ShapingFixtureTests {
  private let fixture: ShapingFixture

  init() throws { fixture = try Fixture.load("shaping") }

  private typealias Function = @Sendable (Tensor) -> Tensor

  private static let shaping: [String: Function] = [
    "split 1": { $0.split(sizes: [1, 0, 3], axis: -1)[2] },
    "split 2": { $0.split(into: 2, axis: 2)[1] },
    "chunked": { $0.chunked(by: 2, axis: 1)[1] },
    "repeated": { $0.repeated(3, axis: 1) }, "repeated 0 times": { $0.repeated(0, axis: 2) },
    "tiled": { $0.tiled([2, 3]) }, "tiled to more axes": { $0.tiled([2, 1, 1, 2]) },
    "flipped": { $0.flipped() }, "flipped along 2": { $0.flipped(axis: -1) },
    "flipped along 0 and 1": { $0.flipped(axes: [1, 0]) },
    "rolled": { $0.rolled(by: 5) }, "rolled along 2": { $0.rolled(by: -1, axis: 2) },
    "rolled along 1": { $0.rolled(by: 7, axis: 1) },
    "squeezed": { $0[0..<1, .all, 0..<1].squeezed() },
    "movingAxis": { $0.movingAxis(0, to: -1) }, "movingAxis back": { $0.movingAxis(2, to: 0) },
    "flattened from 1": { $0.flattened(from: 1) }, "flattened to 1": { $0.flattened(to: 1) },
    "padded": { $0.padded([(3, 0), (0, 1), (1, 2)], with: .constant(2.5)) },
    "padded by reflection": { $0.padded([(0, 0), (1, 2), (2, 3)], with: .reflect) },
    "padded by the edge": { $0.padded([(0, 0), (1, 0), (2, 3)], with: .replicate) },
    "padded around": { $0.padded([(0, 0), (2, 0), (4, 1)], with: .circular) },
    "meshgrid 1": { meshgrid($0[0, 0], $0[0, .all, 1])[0] },
    "meshgrid 2": { meshgrid($0[0, 0], $0[0, .all, 1])[1] },
  ]

  private static let reductions: [String: Function] = [
    "variance": { $0.variance() },
    "variance over 1": { $0.variance(axis: 1, keepingDimensions: true) },
    "variance over 0 and 2 without correction": { $0.variance(axes: [0, 2], correction: 0) },
    "variance with correction 3": { $0.variance(axis: 1, correction: 3) },
    "standardDeviation": { $0.standardDeviation(axis: 2) },
    "standardDeviation of equals": { ($0 * 0 + 1.5).standardDeviation(axis: 2) },
    "product": { $0.product() }, "product over 2": { $0.product(axis: 2) },
    "product over 1, kept": { $0.product(axis: 1, keepingDimensions: true) },
    "product over 0 and 2": { $0.product(axes: [0, 2]) },
    "product over 1": { $0.product(axis: 1) }, "countNonzero": { $0.countNonzero() },
    "countNonzero over 1": { $0.countNonzero(axis: 1) }, "all over 1": { $0.all(axis: 1) },
    "any over 0, kept": { $0.any(axis: 0, keepingDimensions: true) }, "all": { $0.all() },
    "any": { $0.any() },
  ]

  private static func function(_ name: String) -> Function? {
    if let function = shaping[name] ?? reductions[name] { return function }
    let words = name.split(separator: " ")
    guard words.first == "norm", let order = Double(words[1]) else { return nil }
    if words.count == 2 { return { $0.norm(order, axis: 2) } }
    return { ($0 * 0).norm(order) }
  }

  private func compare(_ found: Tensor, _ shape: [Int], _ values: [FixtureNumber], _ name: String) {
    #expect(found.shape == shape, "\(name)")
    for (a, b) in zip(found.scalars, values.map(\.value)) {
      let isEqual = a == b || a.isNaN && b.isNaN || abs(a - b) <= 1e-13 * max(1, abs(b))
      #expect(isEqual, "\(name): \(a), PyTorch has \(b)")
    }
  }

  @Test func resultsAndGradientsAreThoseOfPyTorch() throws {
    for row in fixture.real {
      let x = Tensor(fixture.x, shape: fixture.shape)
      let function = try #require(Self.function(row.name), "\(row.name)")
      let leaf = x.requiringGradient()
      let result = function(leaf)
      // A view of memory, and the same by way of a plan.
      compare(function(x), row.shape, row.values, row.name)
      compare(result, row.shape, row.values, row.name)
      compare(function(x + 0), row.shape, row.values, row.name)
      guard let expected = row.gradient else { continue }
      let weights = Tensor.arange(1, result.elementCount + 1, dtype: .float64)
      let total = (result * weights.reshaped(to: result.shape)).sum()
      let gradient = gradients(of: total, at: [leaf])[0] ?? .zeros(like: leaf)
      compare(gradient, fixture.shape, expected, "gradient of \(row.name)")
    }
  }

  @Test func reductionsOfIntegersAreThoseOfPyTorch() throws {
    for dtype in [DType.int32, .int64] {
      let x = Tensor([1, -2, 3, 4, 0, 6], shape: [2, 3]).cast(to: dtype)
      for row in fixture.whole {
        let function = try #require(Self.function(row.name), "\(row.name)")
        let found = function(x)
        compare(found, row.shape, row.values, row.name)
        #expect(found.dtype == (row.name.hasPrefix("a") ? .bool : .int64))
      }
    }
  }

  @Test func emptyAndSingleTensorsAreShapedAndReduced() {
    let empty = Tensor.zeros([2, 0])
    let single = Tensor(3.0)
    #expect(empty.product().item() == 1 && empty.product(axis: 1).scalars == [1, 1])
    #expect(empty.variance().item().isNaN && empty.norm().item() == 0)
    #expect(empty.all(axis: 1).scalars == [1, 1] && empty.any(axis: 1).scalars == [0, 0])
    #expect(empty.flipped().shape == [2, 0] && empty.rolled(by: 3).shape == [2, 0])
    #expect(empty.padded([(0, 0), (1, 1)]).scalars == [0, 0, 0, 0])
    #expect(empty.tiled([3, 2]).shape == [6, 0] && empty.chunked(by: 2, axis: 1).isEmpty)
    #expect(single.flipped().item() == 3 && single.product().item() == 3)
    #expect(single.flattened().shape == [1] && single.squeezed().shape == [])
    #expect(single.tiled([2]).scalars == [3, 3] && single.variance().item().isNaN)
    #expect(meshgrid([]).isEmpty && meshgrid([Tensor([1, 2])])[0].scalars == [1, 2])
  }

  @Test func longProductsAreAccurateForAnyLayout() {
    let x = (0..<5000).map { index -> Double in
      let offset: Int = (index * 7919) % 1000 - 499
      return 1 + Double(offset) / 5e5
    }
    let exact = x.reduce(1.0, *)
    let single = Tensor(x).cast(to: .float32)
    let singleExact = single.scalars.reduce(1.0, *)
    let rows = Tensor(x, shape: [10, 500]).product(axis: 1)
    for found in [Tensor(x).product().item(), rows.product().item()] {
      let error: Double = abs(found - exact) / exact
      #expect(error < 1e-12)
    }
    #expect(single.product().item() == Double(Float(singleExact)))
    let powers: Tensor = Tensor([1.001]).expanded(to: [4000]).product()
    let expected: Double = Foundation.exp(4000 * Foundation.log(1.001))
    #expect(abs(powers.item() - expected) < 1e-11 * expected)
    let whole = Tensor([Int](repeating: 3, count: 1000)).product().item(as: Int.self)
    let wrapped = (0..<1000).reduce(1) { (product: Int, _: Int) -> Int in product &* 3 }
    #expect(whole == wrapped)
  }

  @Test func flippedViewsMeetEveryKindOfConsumer() {
    let x = Tensor((0..<40).map { Double($0) }, shape: [4, 10])
    let flipped = x.flipped()
    let reversed = Array(x.scalars.reversed())
    #expect(flipped.scalars == reversed && flipped.flipped().scalars == x.scalars)
    #expect((flipped * 1).scalars == reversed && flipped.sum(axis: 1).scalars[0] == 345)
    #expect(
      flipped.matmul(x.transposed()).scalars
        == (flipped * 1).matmul(x.transposed()).scalars)
    #expect(
      flipped.cumulativeSum(axis: 1).scalars[9] == 345 && flipped[1..<3, 2].scalars == [27, 17])
    #expect(
      flipped.argMax(axis: 1).scalars == [0, 0, 0, 0]
        && flipped.reshaped(to: [40]).scalars == reversed)
  }
}
