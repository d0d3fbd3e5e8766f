import Testing

@testable import LevinTensor

/// A tensor without gradient that is made anew in every step, and that nobody reads, holds a bounded past.
@Suite struct LazyChainTests {
  private struct WeakBlock { weak var storage: Storage? }
  private struct WeakNode { weak var node: Node? }

  // A parameter as an optimizer leaves it: in memory of its own, wanting gradients.
  private static func weights(_ count: Int, _ step: Int) -> Tensor {
    Tensor.full([count], Double(step % 37) * 0.25).asGradientLeaf()
  }

  private static func isWaiting(_ tensor: Tensor) -> Bool { !tensor.node.isEvaluated }

  @Test func aMovingAverageHoldsFewOfItsWeights() {
    let megabyte = 1 << 20
    var average = Tensor.zeros([megabyte / 4])
    var blocks: [WeakBlock] = []
    var mostHeld = 0
    for step in 0..<3000 {
      let weights = Self.weights(megabyte / 4, step)
      blocks.append(WeakBlock(storage: weights.node.result?.storage))
      average = average * 0.99 + weights.detached() * 0.01
      if step % 20 == 19 { mostHeld = max(mostHeld, blocks.count { $0.storage != nil }) }
    }
    #expect(mostHeld <= 2 * LazyChains.mostBytesHeld / megabyte)
    #expect(average.shape == [megabyte / 4])
  }

  @Test func aMovingAverageOfSmallTensorsHoldsFewOfItsWeights() {
    var average = Tensor.zeros([3])
    var blocks: [WeakBlock] = []
    for step in 0..<3000 {
      let weights = Self.weights(3, step)
      blocks.append(WeakBlock(storage: weights.node.result?.storage))
      average = average * 0.99 + weights.detached() * 0.01
      withExtendedLifetime(average) {
        #expect(blocks.suffix(300).count { $0.storage != nil } <= Int(LazyChains.longest))
      }
    }
    #expect(blocks.count { $0.storage != nil } <= Int(LazyChains.longest))
  }

  @Test func aMovingAverageHasTheValueOfOneThatIsReadInEveryStep() {
    func average(isRead: Bool) -> [Double] {
      var average = Tensor.zeros([40])
      for step in 0..<3000 {
        average = average * 0.99 + Self.weights(40, step).detached() * 0.01
        if isRead { _ = average.scalars }
      }
      return average.scalars
    }
    #expect(average(isRead: false) == average(isRead: true))
  }

  @Test func aSumOfDetachedLossesHoldsFewOfTheirGraphs() {
    let x = Tensor([0.5, 2.0]).requiringGradient()
    var total = Tensor([0.0])
    var losses: [WeakNode] = []
    for step in 0..<1000 {
      let loss = (x * Double(step)).sum(axis: 0, keepingDimensions: true)
      losses.append(WeakNode(node: loss.node))
      total = total + loss.detached()
    }
    let held = losses.count { $0.node != nil }
    #expect(held <= Int(LazyChains.longest))
    #expect(total.item() == 1_248_750)
  }

  /// The state of a recurrent network, whose gradients end at each step.
  @Test func aStateThatIsDetachedInEveryStepHoldsFewSteps() {
    let weight = Tensor([0.5]).requiringGradient()
    func state(isRead: Bool) -> (value: Double, held: Int) {
      var state = Tensor([0.0])
      var nodes: [WeakNode] = []
      for step in 0..<1000 {
        state = (weight * state.detached() + Double(step % 5)).tanh()
        nodes.append(WeakNode(node: state.node))
        if isRead { _ = state.scalars }
      }
      return withExtendedLifetime(state) { (state.item(), nodes.count { $0.node != nil }) }
    }
    let (value, held) = state(isRead: false)
    #expect(value == state(isRead: true).value)
    #expect(held <= Int(LazyChains.longest) + 1)
  }

  @Test func aChainWithGradientIsNotCut() {
    let x = Tensor([2.0]).requiringGradient()
    var y = x
    var links: [Tensor] = []
    for _ in 0..<1000 {
      y = y * 1
      links.append(y)
    }
    let gradient = gradients(of: y.sum(), at: [x])[0]
    #expect(links.allSatisfy { Self.isWaiting($0) })
    #expect(gradient?.scalars == [1])
  }

  /// Cotangents of this chain are products with numbers, so they have no gradient themselves.
  @Test func gradientRulesAndWhatFollowsFromThemAreNotCut() throws {
    let x = Tensor([2.0]).requiringGradient()
    var y = x
    for _ in 0..<1000 { y = y * 0.5 * 2 }
    let gradient = try #require(gradients(of: y.sum(), at: [x])[0])
    let next = withoutGradient { x - gradient * 0.1 + gradient.square() * 0 }
    #expect(Self.isWaiting(gradient) && Self.isWaiting(next))
    #expect(next.scalars == [1.9])
  }

  @Test func graphsThatAreEvaluatedTogetherAreNotCut() {
    let sum = LazyChains.unbounded { (0..<1000).reduce(Tensor([0.0])) { $0 + Double($1) } }
    #expect(Self.isWaiting(sum))
    #expect(sum.item() == 499_500)
  }

  /// A model that is applied to much data: the bytes are many, but they are the same ones all along.
  @Test func aLongExpressionOfTheSameDataIsNotCut() {
    let data = Tensor.full([20 << 20], 0.5)
    evaluate(data)
    var y = data
    for _ in 0..<100 { y = y * data + 1 }
    #expect(Self.isWaiting(y))
  }

  @Test func aLongExpressionOfMuchDifferentDataIsCut() {
    var sum = Tensor.zeros([1 << 20])
    var wasCut = false
    for step in 0..<64 {
      sum = sum + Self.weights(1 << 20, step).detached()
      wasCut = wasCut || !Self.isWaiting(sum)
    }
    #expect(wasCut)
  }
}
