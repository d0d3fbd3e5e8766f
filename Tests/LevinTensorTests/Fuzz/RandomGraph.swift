import LevinTestKit

@testable import LevinTensor

/// A graph drawn from a seed, as a recipe that can be followed again with other numbers in its
/// leaves.
///
/// Steps whose result has an infinite, undefined or large element are drawn again, so values stay
/// tame.
struct RandomGraph: Sendable {
  /// An operation that makes one tensor of those made before it.
  struct Step: Sendable {
    var name: String
    var operands: [Int]
    var apply: @Sendable ([Tensor]) -> Tensor
  }

  /// A tensor in memory, in one of the layouts that leaves come in.
  struct Leaf: Sendable {
    enum Layout: CaseIterable, Sendable { case packed, transposed, stepped, shifted }

    var shape: [Int]
    var dtype: DType
    var layout: Layout
    var requiresGradient: Bool
  }

  let seed: Int
  private(set) var leaves: [Leaf] = []
  private(set) var steps: [Step] = []
  private(set) var roots: [Int] = []
  /// Whether gradients at the leaves are among what is computed.
  private(set) var hasGradients = false

  private var random: PCG64
  private let mostElements: Int
  private let dtype: DType

  /// Draws a graph.
  init(seed: Int) {
    self.seed = seed
    random = PCG64(seed: seed)
    mostElements = random.isOne(in: 40) ? 15_000 : random.isOne(in: 3) ? 3_000 : 400
    dtype = random.integers(in: 0..<2) == 0 ? .float32 : .float64
    let leafCount = 1 + random.integers(in: 0..<3)
    for _ in 0..<leafCount { leaves.append(drawLeaf(like: nil)) }
    drawSteps(3 + random.integers(in: 0..<12))
    drawRoots()
  }

  /// The recipe followed with leaves drawn from `random`, some replaced: the leaves, then each
  /// step's result.
  func build(_ random: inout PCG64, replacing others: [Int: Tensor] = [:]) -> [Tensor] {
    var pool = leaves.map { $0.make(&random) }
    for (index, tensor) in others { pool[index] = tensor }
    for step in steps { pool.append(step.apply(step.operands.map { pool[$0] })) }
    return pool
  }

  /// The tensors to be computed, gradients at the leaves included.
  func requested(in pool: [Tensor]) -> [Tensor] {
    roots.map { pool[$0] } + (hasGradients ? gradientRoots(pool) : [])
  }

  private func gradientRoots(_ pool: [Tensor]) -> [Tensor] {
    let real = roots.map { pool[$0] }.filter(\.requiresGradient)
    let loss = real.reduce(Tensor(0.0)) { $0 + $1.square().mean() }
    let targets = leaves.indices.filter { leaves[$0].requiresGradient }.map { pool[$0] }
    return [loss] + gradients(of: loss, at: targets).compactMap { $0 }
  }

  private mutating func drawLeaf(like shape: [Int]?) -> Leaf {
    let dtypes: [DType] = [dtype, dtype, dtype, dtype, .int64, .bool, .int32]
    let dtype = random.pick(dtypes)
    let isReal = dtype.isFloatingPoint
    return Leaf(
      shape: shape ?? drawShape(), dtype: dtype, layout: random.pick(Leaf.Layout.allCases),
      requiresGradient: isReal && random.integers(in: 0..<2) == 0)
  }

  private mutating func drawShape() -> [Int] {
    let sizes = [1, 2, 2, 3, 3, 17, 17, 17, 1000, 5000]
    while true {
      let rank = random.pick([0, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4])
      let shape = (0..<rank).map { _ in
        random.integers(in: 0..<60) == 0 ? 0 : random.pick(sizes)
      }
      // The axes beside an empty one are no longer than elsewhere.
      if RowMajor.count(shape.map { max($0, 1) }) <= mostElements { return shape }
    }
  }

  // Steps are tried on numbers, and kept when the reference finds the result tame.
  private mutating func drawSteps(_ count: Int) {
    var leafRandom = PCG64(seed: [UInt32(seed), 1])
    var pool = leaves.map { $0.make(&leafRandom) }
    let reference = ReferenceEvaluator()
    var attempts = 0
    while steps.count < count, attempts < 20 * count {
      attempts += 1
      var menu = StepMenu(random: random, pool: pool)
      let drawn = menu.draw()
      random = menu.random
      guard let step = drawn else { continue }
      let tensor = step.apply(step.operands.map { pool[$0] })
      guard tensor.elementCount <= mostElements, tensor.rank <= 5 else { continue }
      let value = reference.value(of: tensor)
      guard value.isFinite, value.scale < 1000 else { continue }
      steps.append(step)
      pool.append(tensor)
    }
  }

  private mutating func drawRoots() {
    let count = leaves.count + steps.count
    roots = [count - 1]
    for _ in 0..<random.integers(in: 0..<3) {
      roots.append(leaves.count + random.integers(in: 0..<max(steps.count, 1)))
    }
    if steps.isEmpty { roots = [0] }
    hasGradients = random.integers(in: 0..<2) == 0
  }

  /// The recipe up to a step, which becomes the only root.
  func cut(at index: Int) -> RandomGraph {
    var graph = self
    graph.steps = Array(steps.prefix(max(index - leaves.count + 1, 0)))
    graph.roots = [index]
    return graph
  }

  /// The same with or without gradients among the roots.
  func with(gradients: Bool) -> RandomGraph {
    var graph = self
    graph.hasGradients = gradients
    return graph
  }
}

extension RandomGraph.Leaf {
  /// Numbers of this leaf's shape; the real ones are between -3 and 3, some of them 0 and equal.
  func make(_ random: inout PCG64) -> Tensor {
    if requiresGradient { return numbers(shape, &random).requiringGradient() }
    switch layout {
    case .packed: return numbers(shape, &random)
    case .transposed:
      let order = Array(shape.indices.reversed())
      return numbers(order.map { shape[$0] }, &random).permuted(order)
    case .stepped: return cut(random: &random, start: 0, step: 2)
    case .shifted: return cut(random: &random, start: 1, step: 1)
    }
  }

  private func cut(random: inout PCG64, start: Int, step: Int) -> Tensor {
    let whole = numbers(shape.map { start + $0 * step }, &random)
    return Tensor(
      Node.slice(
        whole.node, starts: shape.map { _ in start }, counts: shape,
        steps: shape.map { _ in step }))
  }

  private func numbers(_ shape: [Int], _ random: inout PCG64) -> Tensor {
    var stream = random
    let tensor = Tensor(shape: shape, dtype: dtype) {
      switch dtype {
      case .bool: Double(stream.integers(in: 0..<2))
      case .int32, .int64: Double(stream.integers(in: -3..<4))
      case .float32, .float64:
        stream.integers(in: 0..<16) == 0
          ? Double(stream.integers(in: -1..<2)) : stream.uniform(in: -3..<3)
      }
    }
    random = stream
    return tensor
  }
}

extension PCG64 {
  /// One element of an array.
  mutating func pick<Element>(_ array: [Element]) -> Element {
    array[integers(in: 0..<array.count)]
  }

  /// True once in `number` times.
  mutating func isOne(in number: Int) -> Bool { integers(in: 0..<number) == 0 }
}
