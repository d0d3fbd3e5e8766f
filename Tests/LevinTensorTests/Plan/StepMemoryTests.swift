import LevinTestKit
import Testing

@testable import LevinTensor

/// A value that depends on data alone is computed once, and nobody can tell from the result.
@Suite(.serialized) struct StepMemoryTests {
  // Other tests run at the same time, and keep what they like.
  private static let ample = 1 << 30

  private static func kept(for data: Tensor) -> Int {
    data.node.result.map { StepMemory.shared.byteCount(followingIdentity: $0.storage.identity) }
      ?? 0
  }

  private static func withBudget<R>(_ bytes: Int, _ body: () -> R) -> R {
    let before = StepMemory.shared.budget
    StepMemory.shared.budget = bytes
    defer { StepMemory.shared.budget = before }
    return body()
  }

  private static func data(_ count: Int = 3000, seed: Int = 4) -> Tensor {
    var random = PCG64(seed: seed)
    return random.uniform(shape: [count, 1])
  }

  // A loss and its gradients, of which the logarithms and the sum of one of them depend on data alone.
  private static func step(_ y: Tensor, at values: [Float]) -> [Double] {
    let a = Tensor(values).requiringGradient()
    let terms = (a - 1) * y.log() + (y + 1).logGamma() * a.square() - (-y).log1p() / a
    let loss = terms.logSumExp(axis: 1).mean() + y.log().sum()
    let gradient = gradients(of: loss, at: [a])[0] ?? a
    evaluateOrStop(loss, gradient)
    return loss.scalars + gradient.scalars
  }

  @Test func lossesHaveTheSameBitsWithAndWithoutMemory() {
    let y = Self.data()
    let steps: [[Float]] = (0..<6).map { [1.5 + Float($0), 0.7, 2.5 / Float($0 + 1)] }
    let plain = Self.withBudget(0) { steps.map { Self.step(y, at: $0) } }
    let remembering = Self.withBudget(Self.ample) { steps.map { Self.step(y, at: $0) } }
    #expect(remembering == plain)
  }

  @Test func aValueIsKeptFromItsSecondSightingOn() {
    Self.withBudget(Self.ample) {
      let y = Self.data(seed: 5)
      _ = Self.step(y, at: [1, 2, 3])
      #expect(Self.kept(for: y) == 0)
      _ = Self.step(y, at: [2, 3, 4])
      let kept = Self.kept(for: y)
      // Two logarithms and a log-gamma of 3000 numbers each, and a total.
      #expect(kept >= 3 * 3000 * 4)
      #expect(kept <= 3 * 3000 * 4 + 64)
    }
  }

  @Test func whatFollowsFromDataGoesWithTheData() {
    Self.withBudget(Self.ample) {
      var y: Tensor? = Self.data(seed: 6)
      for value in 1..<4 { if let y { _ = Self.step(y, at: [Float(value), 2, 3]) } }
      let identity = y?.node.result?.storage.identity ?? 0
      #expect(StepMemory.shared.byteCount(followingIdentity: identity) > 0)
      y = nil
      #expect(StepMemory.shared.byteCount(followingIdentity: identity) == 0)
    }
  }

  @Test func otherDataOfTheSameShapeAreNotTakenForTheFirst() {
    Self.withBudget(Self.ample) {
      let first = Self.data(seed: 7)
      let second = Self.data(seed: 8)
      for value in 1..<4 { _ = Self.step(first, at: [Float(value), 2, 3]) }
      let found = Self.step(second, at: [9, 2, 3])
      let expected = Self.withBudget(0) { Self.step(second, at: [9, 2, 3]) }
      #expect(found == expected)
    }
  }

  @Test func batchesThatTakeTurnsAreAllKept() {
    Self.withBudget(Self.ample) {
      let whole = Self.data(3000, seed: 9)
      let batches = (0..<3).map { whole[($0 * 1000)..<(($0 + 1) * 1000)] }
      let plain = Self.withBudget(0) {
        (0..<4).flatMap { epoch in batches.map { Self.step($0, at: [Float(epoch + 1), 2, 3]) } }
      }
      let found = (0..<4).flatMap { epoch in
        batches.map { Self.step($0, at: [Float(epoch + 1), 2, 3]) }
      }
      #expect(found == plain)
      #expect(Self.kept(for: whole) >= 3 * 3 * 1000 * 4)
    }
  }

  @Test func theBudgetIsKept() {
    Self.withBudget(40_000) {
      let data = (0..<4).map { Self.data(1000, seed: 20 + $0) }
      for y in data {
        for value in 1..<4 { _ = Self.step(y, at: [Float(value), 2, 3]) }
        #expect(data.reduce(0) { $0 + Self.kept(for: $1) } <= 40_000)
      }
      let expected = Self.withBudget(0) { Self.step(data[0], at: [5, 2, 3]) }
      #expect(Self.step(data[0], at: [5, 2, 3]) == expected)
    }
  }

  @Test func aChangedNumberIsNoticed() {
    Self.withBudget(Self.ample) {
      let y = Self.data(seed: 10)
      func value(_ shift: Double, _ a: Double) -> Double {
        ((y + shift).logGamma() * Tensor([a])).sum().item()
      }
      for a in 1..<4 { _ = value(1, Double(a)) }
      let found = value(2, 3)
      let expected = Self.withBudget(0) { value(2, 3) }
      #expect(found == expected)
    }
  }

  @Test(arguments: [[40, 30], [2000, 3], [3, 2000], [700, 1]])
  func layoutsOfDataDoNotMatter(shape: [Int]) {
    Self.withBudget(Self.ample) {
      var random = PCG64(seed: 12)
      let x = random.uniform(shape: shape)
      let wide = random.uniform(shape: shape + [3])
      func value(_ a: Double) -> [Double] {
        let b = Tensor([a])
        let rows = (x.exp() * b).sum(axis: 1)
        let columns = (x.transposed().log1p() * b).sum(axis: 0)
        let flat = (x.exp().reshaped(to: [-1]) * b).logSumExp()
        let strided = (wide[.ellipsis, 1] * b).sum(axis: 0)
        evaluateOrStop(rows, columns, flat, strided)
        return [rows, columns, flat, strided].flatMap(\.scalars)
      }
      let plain = Self.withBudget(0) { (1..<5).map { value(Double($0)) } }
      let found = (1..<5).map { value(Double($0)) }
      #expect(found == plain)
    }
  }

  // Leaves of drawn graphs stay the same, but for one in turn.
  @Test(arguments: (0..<8).map { ($0 * 40)..<($0 * 40 + 40) })
  func randomGraphsHaveTheSameBitsWithAndWithoutMemory(seeds: Range<Int>) {
    for seed in seeds {
      let graph = RandomGraph(seed: seed)
      var random = PCG64(seed: [UInt32(seed), 7])
      let leaves = Array(graph.build(&random).prefix(graph.leaves.count))
      func bits(changing round: Int) -> [UInt64] {
        var random = PCG64(seed: [UInt32(seed), 8, UInt32(round)])
        var kept: [Int: Tensor] = [:]
        for (index, leaf) in leaves.enumerated()
        where leaves.count == 1 || index != round % leaves.count { kept[index] = leaf }
        if leaves.count == 1, round > 3 { kept = [:] }
        let roots = graph.requested(in: graph.build(&random, replacing: kept))
        evaluateOrStop(roots)
        return roots.flatMap { $0.scalars.map(\.bitPattern) }
      }
      let rounds = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 0]
      let plain = Self.withBudget(0) { rounds.map(bits) }
      let found = Self.withBudget(Self.ample) { rounds.map(bits) }
      #expect(found == plain, "seed \(seed)")
    }
  }
}
