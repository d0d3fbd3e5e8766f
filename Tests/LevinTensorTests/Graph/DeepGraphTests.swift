import LevinTestKit
import Testing

@testable import LevinTensor

/// Graphs of more nodes than a stack has room for, on a thread with a small one.
///
/// Chains without gradient are computed as they grow, so these have one.
@Suite(.serialized) struct DeepGraphTests {
  // Debug builds take some microseconds a node.
  #if DEBUG
  private static let depth = 20_000
  #else
  private static let depth = 1_000_000
  #endif

  @Test func longChainsAreBuiltAndReleased() {
    let shape = onSmallStack {
      var x = Tensor([1.0, 2.0]).requiringGradient()
      for _ in 0..<Self.depth { x = x + 1 }
      return x.shape
    }
    #expect(shape == [2])
  }

  @Test(arguments: [false, true])
  func longChainsAreComputed(requiringGradient: Bool) {
    let found = onSmallStack {
      let start = Tensor([1.0, 2.0])
      var x = requiringGradient ? start.requiringGradient() : start
      for _ in 0..<Self.depth { x = x + 1 }
      return x.scalars
    }
    #expect(found == [1, 2].map { $0 + Double(Self.depth) })
  }

  @Test func longChainsAreDifferentiated() {
    let found = onSmallStack {
      let x = Tensor([1.0, 2.0]).requiringGradient()
      var y = x
      for _ in 0..<(Self.depth / 2) { y = y * 1 }
      return gradients(of: y.sum(), at: [x])[0]?.scalars
    }
    #expect(found == [1, 1])
  }

  @Test func longLaddersAreDifferentiatedAndReleased() {
    let found = onSmallStack {
      let x = Tensor([1.0]).requiringGradient()
      var (a, b) = (x, x * 0)
      for _ in 0..<(Self.depth / 10) { (a, b) = (b, a + b * 0) }
      return gradients(of: (a + b).sum(), at: [x])[0]?.scalars
    }
    #expect(found == [1])
  }

  @Test func longChainsOfChunksAreComputed() {
    let found = onSmallStack {
      var x = Tensor((0..<40).map(Double.init)).requiringGradient()
      for _ in 0..<(Self.depth / 10) { x = x + 1 }
      return x[39].item()
    }
    #expect(found == 39 + Double(Self.depth / 10))
  }

  /// A value that costs nothing may be computed anew in a later pass, however long its chain.
  @Test func longChainsOfShapesThatTwoPassesNeedAreComputed() {
    let found = onSmallStack {
      var x = Tensor((0..<40).map(Double.init), shape: [20, 2]).requiringGradient() + 0
      for _ in 0..<(Self.depth / 10) { x = x.transposed() }
      return (x - x.mean()).sum().item()
    }
    #expect(found == 0)
  }

  @Test func manyPathsThroughAFewNodesAreWalkedOnce() {
    var x = Tensor((0..<40).map(Double.init), shape: [40, 1]) + 0
    for _ in 0..<60 { x = concatenate([x, x], axis: 1)[.all, 0..<1] }
    var y = Tensor((0..<40).map(Double.init)) + 0
    for _ in 0..<60 { y = y + y }
    let difference = (x - x.mean()).sum().item()
    #expect(difference == 0 && y[1].item() == 0x1p60)
  }

  @Test func longChainsOfPassesAreComputed() {
    let found = onSmallStack {
      var x = Tensor((0..<40).map(Double.init)).requiringGradient()
      for _ in 0..<200 { x = x - x.mean() }
      return abs(x.sum().item()) < 1e-9
    }
    #expect(found)
  }
}
