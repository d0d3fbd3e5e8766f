import LevinTestKit
import Testing

@testable import LevinTensor

/// Which tensors get a gradient, and gradients of random graphs.
@Suite struct GradientFlowTests {
  @Test func clippingPassesGradientsWithinAndOnTheBounds() {
    let x = Tensor([-2.0, -1, 0, 1, 2]).requiringGradient()
    let found = gradients(of: x.clip(min: -1, max: 1).sum(), at: [x])[0]?.scalars
    #expect(found == [0, 1, 1, 1, 0])
    #expect(x.clip(min: -1).scalars == [-1, -1, 0, 1, 2])
    #expect(Tensor([Float.nan]).clip(min: 0, max: 1).item().isNaN)
  }

  @Test func tensorsThatTheLossDoesNotDependOnGetNoGradient() {
    let x = Tensor([1.0, 2.0]).requiringGradient()
    let y = Tensor([1.0, 2.0]).requiringGradient()
    let found = gradients(of: x.square().sum(), at: [y, x, x.detached(), Tensor([1.0])])
    #expect(found.map { $0?.scalars } == [nil, [2, 4], nil, nil])
  }

  @Test func aLossOfDataAloneGivesNoGradient() {
    let x = Tensor([1.0]).requiringGradient()
    #expect(gradients(of: Tensor([1.0, 2.0]).sum(), at: [x])[0] == nil)
  }

  @Test func theLossIsItsOwnTarget() {
    let loss = Tensor([2.0]).requiringGradient().square()
    #expect(gradients(of: loss, at: [loss])[0]?.scalars == [1])
  }

  @Test func targetsInTheMiddleOfAGraphGetTheirGradient() {
    let x = Tensor([1.0, 2.0]).requiringGradient()
    let middle = x * 3
    let found = gradients(of: (middle.square() + x).sum(), at: [middle, x])
    #expect(found.map { $0?.scalars } == [[6, 12], [19, 37]])
  }

  @Test func theSameTargetTwiceGetsTheSameGradientTwice() {
    let x = Tensor([3.0]).requiringGradient()
    #expect(gradients(of: (x * x).sum(), at: [x, x]).map { $0?.scalars } == [[6], [6]])
  }

  @Test func detachedTensorsStopGradients() {
    let x = Tensor([3.0]).requiringGradient()
    let late = (x * x).detached() * x
    let square = x * x
    evaluateOrStop(square)
    let afterReading = square.detached() * x
    let found = [late, afterReading].map { gradients(of: $0.sum(), at: [x])[0]?.scalars }
    #expect(found == [[9], [9]] && !x.detached().requiresGradient)
  }

  @Test func nothingMadeWithoutGradientHasOne() {
    let x = Tensor([3.0]).requiringGradient()
    let (inside, leaf) = withoutGradient { (x * x, Tensor([1.0]).requiringGradient()) }
    let mixed = inside * x
    #expect(!inside.requiresGradient && leaf.requiresGradient)
    #expect(gradients(of: mixed.sum(), at: [x])[0]?.scalars == [9])
  }

  @Test func gradientsWithoutHistoryHaveNoSecondOrder() {
    let x = Tensor([3.0]).requiringGradient()
    let square = (x * x).sum()
    let first = withoutGradient { gradients(of: square, at: [x])[0] }
    #expect(first?.scalars == [6] && first?.requiresGradient == false)
  }

  @Test(arguments: [DType.int32, .int64, .bool]) func castsToIntegersStopGradients(
    _ dtype: DType
  ) {
    let x = Tensor([1.5, 2.5]).requiringGradient()
    let integers = x.cast(to: dtype)
    let back = integers.cast(to: .float64) * x
    let found = gradients(of: back.sum(), at: [x])[0]?.scalars
    #expect(!integers.requiresGradient && found == integers.scalars)
  }

  @Test func gradientsHaveTheDtypeAndShapeOfTheirTarget() {
    let x = Tensor([1.5, 2.5] as [Float]).requiringGradient()
    let y = Tensor([[1.0], [2.0]].flatMap { $0 }, shape: [2, 1]).requiringGradient()
    let found = gradients(of: (x * y).sum(), at: [x, y])
    #expect(found.map { $0?.dtype } == [.float32, .float64])
    #expect(found.map { $0?.shape } == [[2], [2, 1]])
  }

  @Test func aTensorStaysDifferentiableAfterItWasRead() {
    let x = Tensor([1.0, 2.0]).requiringGradient()
    let middle = x.exp()
    let loss = (middle * middle).sum()
    let read = (middle.scalars, loss.item())
    let found = gradients(of: loss, at: [x])[0]?.scalars ?? []
    let expected = read.0.map { 2 * $0 * $0 }
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-12 * $1 })
  }

  @Test func emptyTensorsHaveEmptyGradients() {
    let x = Tensor([Double](), shape: [0, 3]).requiringGradient()
    let found = gradients(of: x.exp().sum() + x.sum(axis: 0).square().sum(), at: [x])[0]
    #expect(found?.shape == [0, 3] && found?.scalars == [])
  }

  @Test func broadcastingFromOneToNoneGivesAGradientOfZero() {
    let x = Tensor([2.0]).requiringGradient()
    let empty = Tensor([Double]())
    #expect(gradients(of: (x * empty).sum(), at: [x])[0]?.scalars == [0])
  }

  @Test func anInfiniteFactorOfAnEmptySumLeavesItZero() {
    let empty = Tensor.zeros([20, 0]).requiringGradient()
    let weight = Tensor([0.0] as [Float]).requiringGradient()
    let loss = ((empty * weight).square().sum() / weight).sum()
    let found = gradients(of: loss, at: [empty, weight])
    #expect(found[0]?.shape == [20, 0] && found[1]?.scalars.allSatisfy(\.isNaN) == true)
    // The factor 1 / 0 reaches the sum over no observations by way of its terms.
    let inner = gradients(of: (empty * weight).sum() / Tensor(0 as Float), at: [weight])[0]
    #expect(inner?.scalars == [0])
  }

  @Test func manyInputsOfOneNodeEachGetTheirGradient() {
    let parts = (0..<100).map { Tensor([Double($0)]).requiringGradient() }
    let loss = (concatenate(parts) * Tensor((0..<100).map(Double.init))).sum()
    let wanted = [parts[3], parts[70], parts[99]]
    #expect(gradients(of: loss, at: wanted).map { $0?.scalars } == [[3], [70], [99]])
  }

  static let batches = stride(from: 0, to: 600, by: 150).map { $0..<($0 + 150) }

  /// Graphs with kinks or too little smoothness show in two step lengths that disagree.
  @Test(arguments: batches) func gradientsOfRandomGraphsEqualCentralDifferences(
    seeds: Range<Int>
  ) {
    var failures: [String] = []
    var compared = 0
    for seed in seeds {
      guard let check = SmoothGraph(seed: seed) else { continue }
      guard let slopes = check.slopes() else { continue }
      compared += 1
      if slopes.error > 1e-5 { failures.append("seed \(seed): \(slopes)") }
    }
    #expect(failures.isEmpty, "\(failures.joined(separator: "\n"))")
    #expect(compared >= 5)
  }
}

/// A random graph whose real leaves are the arguments of a function in double precision.
private struct SmoothGraph {
  let graph: RandomGraph
  private let points: [[Double]]
  private let shapes: [[Int]]
  private let leafIndices: [Int]

  init?(seed: Int) {
    let graph = RandomGraph(seed: seed + 500_000).with(gradients: false)
    leafIndices = graph.leaves.indices.filter {
      graph.leaves[$0].dtype == .float64 && graph.leaves[$0].requiresGradient
    }
    // Differences see through what is detached; gradients end there.
    guard !graph.steps.contains(where: { $0.name == "detached" }) else { return nil }
    guard !leafIndices.isEmpty, graph.leaves.allSatisfy({ $0.dtype != .float32 }) else {
      return nil
    }
    // Differences see through what gradients are kept from.
    guard !graph.steps.contains(where: { $0.name == "detached" }) else { return nil }
    var random = PCG64(seed: seed)
    let pool = graph.build(&random)
    points = leafIndices.map { pool[$0].scalars.map { $0 + 0.013 } }
    shapes = leafIndices.map { graph.leaves[$0].shape }
    self.graph = graph
  }

  func slopes() -> CentralDifferences.Slopes? {
    let (graph, leafIndices) = (graph, leafIndices)
    let seed = graph.seed
    @Sendable func value(_ arguments: [Tensor]) -> Tensor {
      var random = PCG64(seed: seed)
      let pool = graph.build(
        &random, replacing: Dictionary(uniqueKeysWithValues: zip(leafIndices, arguments)))
      return graph.requested(in: pool).filter(\.requiresGradient)
        .reduce(Tensor(0.0)) { $0 + $1.sum().cast(to: .float64) }
    }
    var random = PCG64(seed: seed)
    let probe = value(leafIndices.map { graph.leaves[$0].make(&random) })
    let usesSingle = ReferenceEvaluator.nodes(feeding: [probe]).contains {
      $0.dtype == .float32 && $0.requiresGradient
    }
    guard probe.requiresGradient, !usesSingle else { return nil }
    let steps = [1e-4, 2.5e-5].map { step in
      CentralDifferences(at: points, shapes: shapes, step: step) { value($0) }.first()
    }
    let isSmooth =
      abs(steps[0].difference - steps[1].difference) < 1e-6 * max(1, abs(steps[1].difference))
    return isSmooth ? steps[1] : nil
  }
}
