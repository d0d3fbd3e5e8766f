import LevinTestKit
import Testing

@testable import LevinTensor

/// When a plan is made anew, and that no result depends on it.
@Suite struct EnginePlanTests {
  /// The number of plans that graphs need which are asked for one after the other.
  private func plans(for graphs: [[Tensor]]) -> Int {
    let cache = PlanCache()
    for roots in graphs { Self.plan(roots, in: cache) }
    return cache.plansMade
  }

  // A capture does not keep its nodes alive.
  private static func plan(_ roots: [Tensor], in cache: PlanCache) {
    withExtendedLifetime(roots) {
      _ = cache.plan(for: Capture(roots: roots.map(\.node), usesMarks: false))
    }
  }

  private static func data(_ count: Int, shift: Double = 0) -> Tensor {
    Tensor((0..<count).map { Float($0 % 17) * 0.25 + Float(shift) })
  }

  private static func number(_ value: Float) -> Tensor { Tensor(value) }

  private static func one(_ make: (Tensor) -> [Tensor]) -> [Tensor] { make(data(10)) }

  private static func pair(
    _ second: Tensor = data(10), _ make: (Tensor, Tensor) -> [Tensor]
  ) -> [Tensor] {
    make(data(10), second)
  }

  private static func step(_ x: Tensor, rate: Double) -> [Tensor] {
    let parameter = Tensor([0.5 as Float]).requiringGradient()
    let loss = (x * parameter - 1).square().mean()
    let gradient = gradients(of: loss, at: [parameter])[0] ?? loss
    return [loss, parameter - gradient * rate]
  }

  @Test func aSecondGraphOfTheSameStructureNeedsNoPlan() {
    #expect(plans(for: (0..<5).map { _ in Self.step(Self.data(100), rate: 0.1) }) == 1)
  }

  @Test func numbersAndLeavesAreNoPartOfThePlan() {
    let graphs = (0..<5).map { Self.step(Self.data(100, shift: Double($0)), rate: Double($0)) }
    #expect(plans(for: graphs) == 1)
  }

  @Test func specialNumbersAreNumbersLikeAnyOther() {
    let x = Self.data(100)
    let graphs = [0, -0.0, 1, .infinity, .nan].map { [x * $0 + $0] }
    let values = [0.0, 1].map { (x * $0 + $0).scalars }
    #expect(plans(for: graphs) == 1 && values[0][1] == 0 && values[1][1] == 1.25)
  }

  /// Graphs that look alike but must not share a plan.
  static let different: [(String, @Sendable () -> [Tensor])] = [
    ("shape", { [data(10).exp()] }), ("other shape", { [data(11).exp()] }),
    ("rank", { [data(10).reshaped(to: [10, 1]).exp()] }),
    ("dtype", { [data(10).cast(to: .float64).exp()] }), ("operation", { [data(10).tanh()] }),
    ("strided leaf", { [data(20)[.range(0, nil, step: 2)].exp()] }),
    ("transposed leaf", { [data(12).reshaped(to: [3, 4]).transposed().exp()] }),
    ("untransposed leaf", { [data(12).reshaped(to: [4, 3]).exp()] }),
    ("one leaf twice", { one { [$0 * $0] } }),
    ("two leaves", { [data(10) * data(10)] }),
    ("second minus first", { pair { [$1.exp() - $0.tanh()] } }),
    ("first minus second", { pair { [$0.tanh() - $1.exp()] } }),
    ("axis 0", { [data(16).reshaped(to: [4, 4]).sum(axis: 0)] }),
    ("axis 1", { [data(16).reshaped(to: [4, 4]).sum(axis: 1)] }),
    ("roots", { one { [$0.exp(), $0.exp().exp()] } }),
    ("roots the other way", { one { [$0.exp().exp(), $0.exp()] } }),
    ("one root", { [data(10).exp().exp()] }),
    ("slice", { [data(10).exp()[0..<3]] }), ("other slice", { [data(10).exp()[1..<4]] }),
    ("digamma", { [(data(10) + 1).digamma()] }),
    ("trigamma", { [(data(10) + 1).polygamma(order: 1)] }),
    ("one number twice", { pair(number(2)) { [$0 * $1 + $1] } }),
    ("two numbers", { [data(10) * number(2) + number(2)] }),
  ]

  @Test func differentStructuresHaveDifferentPlans() {
    let graphs = Self.different.map { $0.1() }
    #expect(plans(for: graphs) == graphs.count)
    let again = Self.different.flatMap { [$0.1(), $0.1()] }
    #expect(plans(for: again) == graphs.count)
  }

  @Test func aTrainingLoopPlansOnce() async {
    await #expect(processExitsWith: .success) {
      var parameter = Tensor([0.5 as Float]).requiringGradient()
      let x = Tensor((0..<500).map { Float($0 % 17) })
      for step in 0..<20 {
        let loss = (x * parameter - 1).square().mean()
        let gradient = gradients(of: loss, at: [parameter])[0] ?? loss
        let next = parameter - gradient * (0.001 / Double(step + 1))
        evaluateOrStop(loss, next)
        parameter = next.requiringGradient()
      }
      precondition(PlanCache.shared.plansMade == 1, "\(PlanCache.shared.plansMade) plans")
    }
  }

  @Test func readingWhatIsComputedPlansNothing() async {
    await #expect(processExitsWith: .success) {
      let x = Tensor([1.0, 2.0]).exp()
      _ = (x.scalars, x.scalars, x.description, x[0].item(), x.reshaped(to: [2, 1]).scalars)
      precondition(PlanCache.shared.plansMade == 1, "\(PlanCache.shared.plansMade) plans")
    }
  }

  @Test func theCacheIsBounded() {
    let cache = PlanCache()
    let shapes = (1...(PlanCache.capacity + 40))
    for size in shapes { Self.plan([Self.data(size).exp()], in: cache) }
    let afterFilling = cache.plansMade
    Self.plan([Self.data(PlanCache.capacity + 40).exp()], in: cache)
    #expect(afterFilling == shapes.count && cache.plansMade == afterFilling)
  }

  @Test func commonSubexpressionsAreOneNode() {
    let x = Self.data(100)
    let y = (x.exp() + 1).log() * (x.exp() + 1).log()
    // The number 1 is two numbers, which merge by identity alone.
    let one = Self.number(1)
    let z = (x.exp() + one).log() * (x.exp() + one).log()
    let counts = [y, z].map { tensor in
      withExtendedLifetime(tensor) {
        PlanGraph(Capture(roots: [tensor.node], usesMarks: false)).nodes.count
      }
    }
    #expect(counts[1] == 6 && counts[0] > counts[1] && y.scalars == z.scalars)
  }

  @Test func deadNodesAreNotPlanned() {
    let x = Self.data(10)
    let used = x.exp()
    _ = used.tanh()
    let capture = Capture(roots: [used.node], usesMarks: false)
    #expect(capture.count == 2)
    withExtendedLifetime(used) {}
  }

  @Test func lossAndAllGradientsOfARegressionTakeOnePassOverTheData() {
    var random = PCG64(seed: 3)
    let x = random.uniform(shape: [5000, 4])
    let y = random.uniform(shape: [5000])
    let weights = Tensor([0.1, 0.2, 0.3, 0.4] as [Float]).requiringGradient()
    let offset = Tensor([0.5] as [Float]).requiringGradient()
    let loss = (matmul(x, weights) + offset - y).square().mean()
    let updates = gradients(of: loss, at: [weights, offset]).compactMap { $0.map { $0 * 0.1 } }
    let roots = ([loss] + updates).map(\.node)
    let stages = Capture.with(roots: roots, usesMarks: false) {
      Stages(Layout(PlanGraph($0))).stages
    }
    #expect(stages.count { $0.extent == 5000 } == 1)
  }

  @Test func dataAndTheirTransposeAreOneLeaf() {
    let x = Tensor((0..<2000).map(Double.init), shape: [500, 4])
    let (row, turned, flat) = (Tensor([1.0, 2, 3, 4]), x.transposed(), x.reshaped(to: [2000]))
    let roots = [
      (x * row).sum(axis: 1), (turned * row.reshaped(to: [4, 1])).sum(axis: 0), flat + 0,
      (turned + 0).transposed(),
    ]
    let leaves = Capture.with(roots: roots.map(\.node), usesMarks: false) { $0.leaves.count }
    evaluateOrStop(roots)
    // (4 r) 1 + (4 r + 1) 2 + (4 r + 2) 3 + (4 r + 3) 4
    let expected = (0..<500).map { Double(40 * $0 + 20) }
    // The data; the row in two shapes, which is too short to be looked for.
    #expect(leaves == 3)
    #expect(roots[0].scalars == expected && roots[1].scalars == expected)
    #expect(roots[2].scalars == x.scalars && roots[3].scalars == x.scalars)
  }

  private static func extents(_ roots: [Tensor]) -> Set<Int> {
    Capture.with(roots: roots.map(\.node), usesMarks: false) {
      Set(Stages(Layout(PlanGraph($0))).stages.map(\.extent))
    }
  }

  @Test func arraysWhoseAxesPlayNoPartAreOneLine() {
    let values = (0..<1200).map { Float($0 % 17) }
    let (a, b) = (Tensor(values, shape: [30, 40]), Tensor(values.reversed(), shape: [30, 40]))
    let product = matmul(a.transposed(), b)
    let half = Tensor([0.5] as [Float]).reshaped(to: [1, 1])
    let elements = [(a * 2 - b).square(), product * half]
    let reductions = [
      (a .< b).all(), (a * b).sum(axes: [0, 1]),
      (a - 1).max(axes: [1, 0], keepingDimensions: true),
    ]
    #expect(Self.extents(elements + reductions) == [0, 1200, 1600])
    evaluateOrStop(elements + reductions)
    let pairs = zip(a.scalars, b.scalars)
    let squares = pairs.map { (x, y) -> Double in (2 * x - y) * (2 * x - y) }
    let sum = pairs.reduce(0.0) { $0 + $1.0 * $1.1 }
    #expect(elements[0].scalars == squares && elements[0].shape == [30, 40])
    #expect(elements[1].scalars == product.scalars.map { $0 / 2 })
    #expect(reductions.map { $0.item() } == [0, sum, 15])
    #expect(reductions.map(\.shape) == [[], [], [1, 1]])
  }

  @Test func arraysWhoseAxesPlayAPartKeepThem() {
    let a = Tensor((0..<1200).map(Float.init), shape: [30, 40])
    let row = Tensor((0..<40).map(Float.init))
    #expect(Self.extents([(a + row) * 2]).isSuperset(of: [40]))
    #expect(Self.extents([(a * 2).exp().sum(axis: 1)]).isSuperset(of: [40]))
    #expect(Self.extents([a.transposed() * 2]).isSuperset(of: [40]))
    #expect(((a + row) * 2).scalars.suffix(2) == [2472, 2476])
    #expect((a.transposed() * 2).scalars.prefix(3) == [0, 80, 160])
  }

  @Test func leavesInOneStorageAtDifferentOffsetsAreApart() {
    let x = Tensor((0..<1000).map(Double.init))
    let (early, late) = (x[0..<500], x[500..<1000])
    #expect((late - early).scalars == [Double](repeating: 500, count: 500))
  }

  @Test(arguments: [DType.float32, .float64, .int32]) func columnsAreReadBackwardsToo(dtype: DType)
  {
    let x = Tensor((0..<4000).map { Float($0 % 13) }, shape: [800, 5]).cast(to: dtype)
    evaluateOrStop(x)
    let backwards = x[.range(nil, nil, step: -1), .all]
    let numbers = x.scalars
    let expected = (0..<800).map { row -> Double in
      let start = (799 - row) * 5
      return numbers[start..<(start + 5)].reduce(0, +)
    }
    #expect((backwards * 1).sum(axis: 1).scalars == expected)
  }

  static let batches = stride(from: 0, to: 300, by: 50).map { $0..<($0 + 50) }

  @Test(arguments: batches) func aCachedPlanGivesTheBitsOfAFreshOne(seeds: Range<Int>) {
    let different = seeds.filter { seed in
      let graph = RandomGraph(seed: seed)
      let runs = (0..<3).map { run in
        if run == 2 { PlanCache.shared.removeAll() }
        return bits(of: requested(graph))
      }
      return runs[0] != runs[1] || runs[0] != runs[2]
    }
    #expect(different.isEmpty)
  }

  private func requested(_ graph: RandomGraph) -> [Tensor] {
    var random = PCG64(seed: graph.seed)
    return graph.requested(in: graph.build(&random))
  }

  private func bits(of roots: [Tensor]) -> [[UInt64]] {
    evaluateOrStop(roots)
    return roots.map { $0.scalars.map(\.bitPattern) }
  }
}
