import Dispatch
import LevinTestKit
import Testing

@testable import LevinTensor

/// The rules that the engine keeps whatever it computes.
@Suite struct EngineRuleTests {
  private static func data(_ count: Int) -> Tensor {
    var random = PCG64(seed: 5)
    return Tensor((0..<count).map { _ in Float(random.normal()) })
  }

  // MARK: Draws

  // Walks of other tests may still be on their way through a node that is to go.
  private static func letOtherWalksEnd(until isDone: () -> Bool) {
    for _ in 0..<1_000_000 where !isDone() { evaluateOrStop(Tensor([1.0]) + 1) }
  }

  @Test func drawsAreMadeWhenTheyAreCalledAndNeverAgain() {
    var random = PCG64(seed: 3)
    let first = random.normal(shape: [4])
    let second = random.normal(shape: [4])
    var again = PCG64(seed: 3)
    let expected = (0..<8).map { _ in again.normal() }
    let difference = (first - first).scalars
    let both = second.scalars + first.scalars + second.scalars
    let close = zip(both, expected[4...] + expected).allSatisfy { abs($0 - $1) < 1e-6 }
    #expect(close && difference == [0, 0, 0, 0])
  }

  // MARK: Bits

  private static let functions: [(String, @Sendable (Tensor) -> Tensor)] = [
    ("sum", { $0.sum() }), ("sum of squares", { $0.square().sum() }), ("mean", { $0.mean() }),
    ("logSumExp", { $0.logSumExp() }), ("exp", { $0.exp() }), ("max", { $0.max() }),
    ("variance", { ($0 - $0.mean()).square().mean() }),
    ("softmax", { $0.softmax(axis: 0) }),
  ]

  @Test(arguments: [15, 100, 5000, 70_001])
  func rootsAskedForTogetherHaveTheBitsOfRootsAskedForAlone(count: Int) {
    let x = Self.data(count)
    let alone = Self.functions.map { $0.1(x).scalars }
    let roots = Self.functions.map { $0.1(x) }
    evaluateOrStop(roots)
    let different = Self.functions.indices.filter { roots[$0].scalars != alone[$0] }
    #expect(different.isEmpty, "\(different.map { Self.functions[$0].0 })")
  }

  @Test(arguments: [1, 3, 8, 15]) func aViewAtAnotherOffsetHasTheSameSum(offset: Int) {
    let numbers = Self.data(20_000).scalars(as: Float.self)
    let padded = Tensor([Float](repeating: 9, count: offset) + numbers)
    let view = padded[offset...]
    let different = Self.functions.filter { $0.1(view).scalars != $0.1(Tensor(numbers)).scalars }
    #expect(different.isEmpty, "\(different.map(\.0))")
  }

  @Test func sumsOfManySinglePrecisionNumbersKeepTheirDigits() {
    let x = Tensor([Float](repeating: 0.1, count: 10_000_000))
    let expected = Double(Float(0.1)) * 10_000_000
    let sums = [x.sum(), x.reshaped(to: [4, 2_500_000]).sum(), (x * 1).sum(axis: 0)]
    #expect(sums.allSatisfy { abs($0.item() / expected - 1) < 1e-7 })
  }

  @Test func sumsOfAlternatingNumbersLoseNothing() {
    let x = Tensor((0..<100_001).map { Float($0 % 2 == 0 ? 1e7 : -1e7) })
    #expect(x.sum().item() == 1e7)
  }

  @Test(arguments: [5, 64, 5000]) func scaledSumsDoNotOverflowOnTheWay(count: Int) {
    let large = Tensor([Float](repeating: 3e38, count: count))
    let number = Double(count)
    let sums = [
      ((large * 1e-5).sum(), 3e33 * number), ((large / 1e5).sum(), 3e33 * number),
      ((large * 1e-30 * (large * 1e-30)).sum(), 9e16 * number),
    ]
    let wrong = sums.filter { !(abs($0.0.item() / $0.1 - 1) < 1e-5) }
    #expect(wrong.isEmpty, "\(wrong)")
  }

  @Test(arguments: [5, 5000]) func scaledSumsDoNotOverflowInDoublePrecision(count: Int) {
    let large = Tensor([Double](repeating: 1.5e308, count: count))
    let found = [(large * 1e-5).sum(), (large / 1e5).sum(), (large / Double(count)).sum()]
    #expect(found.allSatisfy { $0.item().isFinite })
  }

  @Test(arguments: [3, 1001]) func sumsKeepInfinitiesAndUndefinedNumbers(count: Int) {
    let signs = Tensor((0..<count).map { $0 % 2 == 0 ? 1.0 : -1 })
    let mixed = signs * Tensor([Double](repeating: .infinity, count: count))
    let sums = [
      mixed.sum(), (mixed * 2).sum(), (signs * Double.infinity).sum(), (signs / 0).sum(),
    ]
    #expect(sums.allSatisfy { $0.item().isNaN }, "\(sums)")
  }

  // MARK: Memory

  @Test func evaluatedNodesWithoutGradientForgetTheirInputs() {
    weak var early: Node?
    var x = Tensor([1.0, 2.0]) + 1
    early = x.node
    for _ in 0..<20_000 {
      x = x + 1
      evaluateOrStop(x)
    }
    Self.letOtherWalksEnd { early == nil }
    #expect(early == nil && x.scalars == [20_002, 20_003])
  }

  @Test func evaluatedNodesWithAGradientKeepTheirInputs() {
    let leaf = Tensor([1.0, 2.0]).requiringGradient()
    weak var early: Node?
    var x = leaf + 1
    early = x.node
    for _ in 0..<10 {
      x = x * 1.5
      evaluateOrStop(x)
    }
    #expect(early != nil && gradients(of: x.sum(), at: [leaf])[0] != nil)
  }

  @Test func whatIsDetachedKeepsNoHistory() {
    weak var early: Node?
    var x = Tensor([1.0]).requiringGradient()
    do {
      let y = x * 2
      early = y.node
      x = y.detached()
      evaluateOrStop(x)
    }
    Self.letOtherWalksEnd { early == nil }
    #expect(early == nil && x.scalars == [2])
  }

  @Test(arguments: [DType.int32, .int64]) func productsOfIntegersAddUp(dtype: DType) {
    let count = 5000
    let x = Tensor((0..<count).map { Float($0 % 7) }).cast(to: dtype)
    let y = Tensor((0..<count).map { Float($0 % 5) }).cast(to: dtype)
    let expected = (0..<count).reduce(0) { $0 + ($1 % 7) * ($1 % 5) }
    #expect((x * y).sum().item(as: Int.self) == expected)
  }

  // MARK: Threads

  @Test func severalThreadsMayEvaluateTheSameGraph() {
    let mismatches = Locked([Int]())
    for round in 0..<20 {
      let x = Self.data(300 + round).cast(to: .float64)
      let middle = x.exp() + 1
      let roots = [middle.log().sum(), (middle * x).mean(), middle, middle.sum()]
      let expected = Self.fresh(x)
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        let index = thread % roots.count
        if thread < 4 { evaluateOrStop(roots) }
        if roots[index].scalars != expected[index] {
          mismatches.withLock { $0.append(thread) }
        }
      }
    }
    #expect(mismatches.withLock { $0.isEmpty })
  }

  private static func fresh(_ x: Tensor) -> [[Double]] {
    let middle = x.exp() + 1
    let roots = [middle.log().sum(), (middle * x).mean(), middle, middle.sum()]
    evaluateOrStop(roots)
    return roots.map(\.scalars)
  }

  @Test func severalThreadsMayEvaluateDifferentGraphs() {
    let mismatches = Locked([Int]())
    DispatchQueue.concurrentPerform(iterations: 16) { thread in
      for round in 0..<10 {
        let x = Tensor((0..<(20 + round)).map { Double($0 + thread) })
        let sum = (x * 2 + 1).sum().item()
        let count = Double(20 + round)
        let expected = 2 * (count * (count - 1) / 2 + Double(thread) * count) + count
        if sum != expected { mismatches.withLock { $0.append(thread) } }
      }
    }
    #expect(mismatches.withLock { $0.isEmpty })
  }

  // MARK: Corners of shapes

  @Test func emptyTensorsAreComputedLikeOthers() {
    let x = Tensor([Float](), shape: [0, 3])
    let shapes = [x.exp(), x + 1, x.transposed(), x[.all, 0..<2], concatenate([x, x])].map {
      evaluateOrStop($0)
      return $0.shape
    }
    #expect(shapes == [[0, 3], [0, 3], [3, 0], [0, 2], [0, 3]])
    #expect(x.sum(axis: 0).scalars == [0, 0, 0] && x.sum().item() == 0 && x.all().item() == 1)
    #expect(x.logSumExp(axis: 0).scalars == [Double](repeating: -.infinity, count: 3))
    #expect(x.mean().item().isNaN && x.max(axis: 1).shape == [0])
  }

  @Test func tensorsOfRankZeroAreComputedLikeOthers() {
    let x = Tensor(3.0)
    let results = [
      x.sum(), x.mean(), x.max(), x.logSumExp(), x.exp().log(),
      x.reshaped(to: [1, 1]).squeezed(axis: 0),
      x.expanded(to: [1]), stack([x, x])[1], x[.newAxis], x.sum(axes: []),
    ]
    #expect(results.allSatisfy { abs($0.item() - 3) < 1e-12 })
  }

  @Test func reductionsOverNoAxesLeaveElementsAlone() {
    let x = Tensor((0..<40).map(Double.init), shape: [20, 2])
    let results = [x.sum(axes: []), x.max(axes: []), x.min(axes: []), x.logSumExp(axes: [])]
    #expect(results.allSatisfy { $0.scalars == x.scalars && $0.shape == x.shape })
  }
}
