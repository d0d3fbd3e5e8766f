import LevinTestKit
import Testing

@testable import LevinTensor

/// Index tensors and masks at the edges: empty, of rank 0, long, repeated.
@Suite struct IndexTensorTests {
  private static func counting(_ shape: [Int], _ dtype: DType = .float32) -> Tensor {
    Tensor.arange(RowMajor.count(shape), dtype: dtype).reshaped(to: shape)
  }

  @Test func namesOfComponentsChooseTheirParameters() {
    let locs = Tensor([-2.0, 0, 5])
    let assignment = Tensor([0, 2, 2, 1])
    #expect(locs[assignment].scalars == [-2, 5, 5, 0])
    #expect(Self.counting([3, 2])[assignment].scalars == [0, 1, 4, 5, 4, 5, 2, 3])
  }

  @Test func arraysStandForTensors() {
    let x = Self.counting([4])
    #expect(x[[3, -1, 0]].scalars == [3, 3, 0])
    #expect(x[[true, false, false, true]].scalars == [0, 3])
  }

  @Test func anIndexOfRank0TakesItsAxisAway() {
    let x = Self.counting([2, 3, 4])
    let index = Tensor(1)
    #expect(x[index].shape == [3, 4] && x[index].scalars == x[1].scalars)
    #expect(x[.all, index, [0, 2]].scalars == x[.all, 1, [0, 2]].scalars)
    #expect(x.gathered(at: index, axis: 1).shape == [2, 4])
    var changed = x
    changed[index, .all, index] = 0
    var expected = x
    expected[1, .all, 1] = 0
    #expect(changed.scalars == expected.scalars)
  }

  @Test func noIndexTakesNothing() {
    let none = Tensor([Int]())
    let x = Self.counting([3, 2])
    #expect(x[none].shape == [0, 2] && x[none].scalars.isEmpty)
    #expect(x[none, none].shape == [0])
    #expect(x[Tensor([Int](), shape: [0, 4])].shape == [0, 4, 2])
    #expect(x.takingAlong(Tensor([Int](), shape: [0, 2]), axis: 0).shape == [0, 2])
    #expect(x.adding(1, at: none).scalars == x.scalars)
    #expect(x.selected(where: x .< 0).shape == [0] && (x .< 0).nonzero().shape == [0, 2])
    var changed = x
    changed[none] = 7
    changed[x .< 0] = Tensor([Float]())
    #expect(changed.scalars == x.scalars)
    #expect(Tensor([Int]()).oneHot().shape == [0, 0])
  }

  @Test func anEmptyAxisHasNothingToTake() {
    let x = Self.counting([0, 3])
    #expect(x[.all, [0, 2]].shape == [0, 2] && x[Tensor([Int]())].shape == [0, 3])
    #expect(x.nonzero().shape == [0, 2])
  }

  @Test func masksOfRank0AndOfAllAxes() {
    let x = Self.counting([2, 2])
    #expect(x[Tensor(true)].shape == [1, 2, 2] && x[Tensor(false)].shape == [0, 2, 2])
    #expect(x[x .> 0.5].scalars == [1, 2, 3])
    #expect(Tensor(5.0).nonzero().shape == [1, 0] && Tensor(0.0).nonzero().shape == [0, 0])
  }

  @Test func masksMayLieInAnyLayout() {
    let x = Self.counting([3, 4])
    let mask = (Self.counting([4, 3], .int64) .> 5)
    evaluateOrStop(mask)
    #expect(x[mask.transposed()].scalars == [2, 3, 6, 7, 10, 11])
    #expect(mask.transposed().nonzero().scalars == [0, 2, 0, 3, 1, 2, 1, 3, 2, 2, 2, 3])
  }

  @Test(arguments: [DType.int32, .int64]) func longAxesTakeTheirElements(_ dtype: DType) {
    let x = Self.counting([5000, 17], .float64)
    let numbers = (0..<5000).map { $0 * 7919 % 5000 - ($0 % 2 == 0 ? 5000 : 0) }
    let index = Tensor(numbers, dtype: dtype)
    let rows = numbers.map { $0 < 0 ? $0 + 5000 : $0 }
    let taken = (x + 0)[index]
    #expect(taken.scalars == rows.flatMap { row in (0..<17).map { Double(row * 17 + $0) } })
    let columns = (x + 0)[.all, [16, 0]]
    #expect(columns[.all, 0].scalars == x[.all, 16].scalars)
    #expect(columns[.all, 1].scalars == x[.all, 0].scalars)
    let put = Tensor.zeros([5000, 17], dtype: .float64).replacing(at: index, with: taken)
    #expect(put.scalars == x.scalars)
    let along = x.takingAlong(index.expandingDimensions(at: 1), axis: 0)
    #expect(along.scalars == taken.scalars)
  }

  @Test func manySumsInFewEntriesKeepTheirPrecision() {
    let count = 100_000
    let groups = Tensor((0..<count).map { $0 * $0 % 7 })
    let values = Tensor((0..<count).map { Float($0 % 100) * 0.01 })
    let sums = Tensor.zeros([7]).adding(values, at: groups)
    var expected = [Double](repeating: 0, count: 7)
    for row in 0..<count { expected[row * row % 7] += Double(Float(row % 100) * 0.01) }
    #expect(sums.scalars == expected.map { Double(Float($0)) })
  }

  @Test(arguments: [2, 7], [3, 9]) func bitsDoNotDependOnThreads(_ threads: Int, entries: Int) {
    func bits() -> [UInt64] {
      var random = PCG64(seed: 4)
      let x = random.uniform(shape: [300_000])
      let table = random.uniform(shape: [entries]).requiringGradient()
      let groups = Tensor((0..<300_000).map { $0 * 31 % entries })
      let taken = table[groups] * x
      let gradient = gradients(of: taken.sin().sum(), at: [table])[0] ?? table
      let rows = x.reshaped(to: [1000, 300])[Tensor((0..<1000).map { 999 - $0 })]
      return [taken, gradient, rows].flatMap { $0.scalars.map(\.bitPattern) }
    }
    let before = Threads.count
    defer { Threads.count = before }
    Threads.count = 1
    let alone = bits()
    Threads.count = threads
    #expect(bits() == alone)
  }

  @Test(arguments: [1, 2, 3, 8, 9]) func shortTablesServeLongIndices(_ entries: Int) {
    let numbers = (0..<5000).map { $0 * $0 % entries - ($0 % 3 == 0 ? entries : 0) }
    let named = numbers.map { $0 < 0 ? $0 + entries : $0 }
    let table = Tensor((0..<entries).map { Double($0) + 0.5 }).requiringGradient()
    let weights = Tensor((0..<5000).map { Double($0 % 11) }, shape: [5000, 1])
    let index = Tensor(numbers, shape: [5000, 1], dtype: .int32)
    let taken = table[index]
    let slope = gradients(of: (taken.square() * weights).sum(), at: [table])[0] ?? table
    let curvature = gradients(of: slope.sum(), at: [table])[0] ?? table
    evaluateOrStop(taken, slope, curvature)
    var sums = [Double](repeating: 0, count: entries)
    for (row, entry) in named.enumerated() { sums[entry] += Double(row % 11) }
    #expect(taken.scalars == named.map { Double($0) + 0.5 })
    #expect(slope.scalars == sums.enumerated().map { 2 * (Double($0) + 0.5) * $1 })
    #expect(curvature.scalars == sums.map { 2 * $0 })
    let whole = Tensor((0..<entries).map { $0 % 2 == 0 })
    #expect(whole[index].scalars == named.map { $0 % 2 == 0 ? 1 : 0 })
  }

  @Test func shortTablesAreLookedUpWithinThePass() {
    let (locs, scales) = (Tensor([0.0, 1, 4]).requiringGradient(), Tensor([1.0, 2, 0.5]))
    let index = Tensor((0..<5000).map { $0 % 3 })
    let loc = locs[index]
    let loss = ((Tensor.zeros([5000]) - loc) / scales[index]).square().mean()
    let roots = [loss] + gradients(of: loss, at: [locs]).compactMap { $0 }
    let plan = PlanCache().plan(for: Capture(roots: roots.map(\.node), usesMarks: false)).plan
    let routines = plan.steps.compactMap { step -> LevinTensor.Operation? in
      guard case .routine(let routine) = step else { return nil }
      return routine.operation
    }
    // The index is checked once, and nothing else has the length of the observations in memory.
    #expect(routines == [.indexing(.linearIndex)])
    #expect(plan.arenaBytes < 5000 * DType.int32.byteCount + 4000)
  }

  @Test func theLastOfSeveralValuesForOneIndexStands() {
    var x = Self.counting([4], .float64)
    x[[1, 3, 1, 1]] = [10, 20, 30, 40]
    #expect(x.scalars == [0, 40, 2, 20])
    let old = Self.counting([4], .float64).requiringGradient()
    let values = Tensor([10.0, 20, 30, 40]).requiringGradient()
    x = old
    x[[1, 3, 1, 1]] = values
    let found = gradients(of: (x * [1, 2, 3, 4]).sum(), at: [old, values]).map { $0?.scalars }
    #expect(found == [[1, 0, 3, 0], [0, 4, 0, 2]])
  }

  @Test func elementsChangeByAssignment() {
    var x: Tensor = [1, 2, 3]
    let before = x
    x[0] += 1
    x[-1] *= 10
    x[1...1] = [7]
    #expect(x.scalars == [2, 7, 30] && before.scalars == [1, 2, 3])
    x[x .> 5] -= 5
    #expect(x.scalars == [2, 2, 25])
    x[.ellipsis] = 0.5
    #expect(x.scalars == [0.5, 0.5, 0.5])
    x[[0, 0]] += 1
    #expect(x.scalars == [1.5, 0.5, 0.5])
  }

  @Test(arguments: DType.allCases) func assignedValuesTakeTheDType(_ dtype: DType) {
    var x = Tensor.zeros([2, 3], dtype: dtype)
    x[.all, 1] = Tensor([2.75, 0.0])
    x[[1, 0], [0, 2]] = Tensor([1, 3])
    x[Tensor([false, true])] += 1
    let truncated: [Double] = [0, 2, 3, 2, 1, 1]
    let expected: [Double] =
      dtype == .bool
      ? [0, 1, 1, 1, 1, 1] : dtype.isFloatingPoint ? [0, 2.75, 3, 2, 1, 1] : truncated
    #expect(x.dtype == dtype && x.scalars == expected)
  }

  @Test func rangesRunBackwards() {
    let x = Self.counting([5])
    #expect(x[.range(nil, nil, step: -1)].scalars == [4, 3, 2, 1, 0])
    #expect((x + 0)[.range(3, 0, step: -2)].scalars == [3, 1])
    #expect(x[.range(1, 3, step: -1)].shape == [0])
    let rows = (Self.counting([5000]) + 0)[.range(nil, nil, step: -1)] * 1
    #expect(rows.scalars == (0..<5000).reversed().map { Double($0) })
  }

  @Test func classesOfOneHotFollowFromTheLargest() {
    let x = Tensor([[0, 2], [1, 0]].flatMap { $0 }, shape: [2, 2])
    #expect(
      x.oneHot().shape == [2, 2, 3] && x.oneHot(classes: 4, dtype: .float32).dtype == .float32)
    #expect(x.oneHot().scalars == [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0])
  }

  @Test func undefinedAndInfiniteElementsAreMovedAsTheyAre() {
    let x = Tensor([Double.nan, -.infinity, -0.0])
    #expect(x.nonzero().scalars == [0, 1])
    #expect(x[[2]].scalars[0].sign == .minus && x[[1]].scalars == [-.infinity])
    let sums = Tensor.zeros([2], dtype: .float64).adding(x, at: Tensor([0, 1, 1])).scalars
    #expect(sums[0].isNaN && sums[1] == -.infinity)
  }
}
