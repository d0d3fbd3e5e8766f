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

  /// The most blocks of weights that are held at once while a moving average is taken of 3,000.
  private static func mostWeightsHeld(count: Int) -> Int {
    var average = Tensor.zeros([count])
    var blocks: [WeakBlock] = []
    var most = 0
    for step in 0..<3000 {
      let weights = Self.weights(count, step)
      blocks.append(WeakBlock(storage: weights.node.result?.storage))
      average = average * 0.99 + weights.detached() * 0.01
      if step % 20 == 19 { most = max(most, blocks.count { $0.storage != nil }) }
    }
    return withExtendedLifetime(average) { most }
  }

  // In processes of their own: while another test walks through a graph, nothing that it may meet is freed.

  @Test func aMovingAverageHoldsFewOfItsWeights() async {
    await #expect(processExitsWith: .success) {
      let held = LazyChainTests.mostWeightsHeld(count: 1 << 18)
      precondition(held << 20 <= 2 * LazyChains.mostBytesHeld, "\(held) blocks of a megabyte")
    }
  }

  @Test func aMovingAverageOfSmallTensorsHoldsFewOfItsWeights() async {
    await #expect(processExitsWith: .success) {
      let held = LazyChainTests.mostWeightsHeld(count: 3)
      precondition(held <= LazyChains.longest, "\(held) blocks")
    }
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

  private static func sumOfLosses() -> (total: Double, held: Int) {
    let x = Tensor([0.5, 2.0]).requiringGradient()
    var total = Tensor(0.0)
    var losses: [WeakNode] = []
    for step in 0..<1000 {
      let loss = (x * Double(step)).sum()
      losses.append(WeakNode(node: loss.node))
      total = total + loss.detached()
    }
    let held = losses.count { $0.node != nil }
    return (total.item(), held)
  }

  @Test func aSumOfDetachedLossesHoldsFewOfTheirGraphs() async {
    #expect(Self.sumOfLosses().total == 1_248_750)
    await #expect(processExitsWith: .success) {
      let held = LazyChainTests.sumOfLosses().held
      precondition(held <= LazyChains.longest, "\(held) losses")
    }
  }

  // Like that of a recurrent network, whose gradients end at each step.
  private static func state(isRead: Bool) -> (value: Double, held: Int) {
    let weight = Tensor([0.5]).requiringGradient()
    var state = Tensor([0.0])
    var nodes: [WeakNode] = []
    for step in 0..<1000 {
      state = (weight * state.detached() + Double(step % 5)).tanh()
      nodes.append(WeakNode(node: state.node))
      if isRead { _ = state.scalars }
    }
    return withExtendedLifetime(state) { (state.item(), nodes.count { $0.node != nil }) }
  }

  @Test func aStateThatIsDetachedInEveryStepHoldsFewSteps() async {
    #expect(Self.state(isRead: false).value == Self.state(isRead: true).value)
    await #expect(processExitsWith: .success) {
      let held = LazyChainTests.state(isRead: false).held
      precondition(held <= LazyChains.longest + 1, "\(held) states")
    }
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
    evaluateOrStop(data)
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
