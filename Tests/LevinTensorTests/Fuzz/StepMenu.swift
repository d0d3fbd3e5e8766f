@testable import LevinTensor

/// Draws steps of a random graph that fit the tensors made so far.
struct StepMenu {
  typealias Step = RandomGraph.Step

  var random: PCG64
  let pool: [Tensor]

  /// A step, or nil when the kind that was drawn fits no tensor.
  mutating func draw() -> Step? {
    switch random.integers(in: 0..<24) {
    case 0..<5: unary()
    case 5..<9: binary()
    case 9..<12: reduction()
    case 12: comparison()
    case 13: choice()
    case 14: cast()
    case 15: concatenation()
    case 16: random.isOne(in: 2) ? slicing() : rearranging()
    case 17: random.isOne(in: 2) ? permutation() : embedding()
    case 22, 23: indexing()
    case 18: random.isOne(in: 2) ? reshaping() : expansion()
    case 19: product()
    case 20: alongAxis()
    default: number()
    }
  }

  // The latest tensors are picked most often, so graphs grow deep.
  private mutating func pickOperand() -> Int {
    let reach = random.isOne(in: 3) ? pool.count : min(pool.count, 2)
    return random.integers(in: (pool.count - reach)..<pool.count)
  }

  mutating func pickOperand(where fits: (Tensor) -> Bool) -> Int? {
    for _ in 0..<8 {
      let operand = pickOperand()
      if fits(pool[operand]) { return operand }
    }
    return nil
  }

  private mutating func pickReal() -> Int? { pickOperand { $0.dtype.isFloatingPoint } }

  func step(
    _ name: String, _ operands: [Int], _ apply: @escaping @Sendable ([Tensor]) -> Tensor
  ) -> Step {
    Step(name: name, operands: operands, apply: apply)
  }

  private mutating func unary() -> Step? {
    guard let operand = pickReal() else { return integer() }
    let (name, function) = random.pick(StepTable.unary)
    return step(name, [operand]) { function($0[0]) }
  }

  private mutating func integer() -> Step? {
    guard let operand = pickOperand(where: { $0.dtype != .bool }) else {
      return step("not", [pickOperand()]) { .!$0[0].cast(to: .bool) }
    }
    let (name, function) = random.pick(StepTable.integer)
    return step(name, [operand]) { function($0[0]) }
  }

  // A second operand that broadcasts with the first: another tensor, or one made of the first.
  private mutating func partner(of operand: Int) -> (Int, @Sendable (Tensor) -> Tensor) {
    for _ in 0..<6 {
      let other = pickOperand()
      if Self.broadcasts(pool[other].shape, pool[operand].shape) { return (other, { $0 }) }
    }
    let axes = subset(of: pool[operand].rank)
    return (operand, { $0.sum(axes: axes, keepingDimensions: true).cast(to: $0.dtype) })
  }

  static func broadcasts(_ a: [Int], _ b: [Int]) -> Bool {
    zip(a.reversed(), b.reversed()).allSatisfy { $0 == $1 || $0 == 1 || $1 == 1 }
  }

  private mutating func subset(of rank: Int) -> [Int] {
    (0..<rank).filter { _ in random.isOne(in: 2) }
  }

  private mutating func binary() -> Step? {
    let first = pickOperand()
    let (second, make) = partner(of: first)
    let table = pool[first].dtype.isFloatingPoint ? StepTable.binary : StepTable.integerBinary
    let (name, function) = random.pick(table)
    return random.isOne(in: 2)
      ? step(name, [first, second]) { function($0[0], make($0[1])) }
      : step(name, [first, second]) { function(make($0[1]), $0[0]) }
  }

  private mutating func comparison() -> Step? {
    let first = pickOperand()
    let (second, make) = partner(of: first)
    let (name, function) = random.pick(StepTable.comparisons)
    return step(name, [first, second]) { function($0[0], make($0[1])) }
  }

  private mutating func choice() -> Step? {
    let first = pickOperand()
    let (second, make) = partner(of: first)
    let shape = pool[first].shape
    let condition =
      pickOperand { $0.dtype == .bool && Self.broadcasts($0.shape, shape) } ?? first
    guard Self.broadcasts(pool[condition].shape, pool[second].shape) else { return nil }
    return step("where", [condition, first, second]) {
      `where`($0[0].dtype == .bool ? $0[0] : $0[0] .> 0, $0[1], make($0[2]))
    }
  }

  private mutating func cast() -> Step? {
    let dtype = random.pick([DType.float32, .float64, .float64, .int64, .int32, .bool])
    return step("cast to \(dtype)", [pickOperand()]) { $0[0].cast(to: dtype) }
  }

  private mutating func number() -> Step? {
    let operand = pickOperand()
    let value = random.uniform(in: -2..<2)
    let count = random.integers(in: -2..<3)
    return switch random.integers(in: 0..<5) {
    case 0: step("+ \(value)", [operand]) { $0[0] + value }
    case 1: step("* \(Float(value))", [operand]) { $0[0] * Float(value) }
    case 2: step("\(count) -", [operand]) { count - $0[0] }
    case 3: step("clip", [operand]) { $0[0].clip(min: -1.5, max: 1) }
    default: step("/ \(value)", [operand]) { $0[0] / value }
    }
  }

  private mutating func reduction() -> Step? {
    let operand = pickOperand()
    let axes = random.isOne(in: 4) ? Array(0..<pool[operand].rank) : subset(of: pool[operand].rank)
    let keeps = random.isOne(in: 2)
    let (name, function) = random.pick(StepTable.reductions)
    if axes.contains(where: { pool[operand].shape[$0] == 0 }),
      name == "max" || name == "min" || name == "logSumExp"
    {
      return nil
    }
    if random.isOne(in: 6), pool[operand].rank > 0, pool[operand].dtype.isFloatingPoint {
      let axis = random.integers(in: 0..<pool[operand].rank)
      return step("softmax of axis \(axis)", [operand]) { $0[0].softmax(axis: axis) }
    }
    return step("\(name) over \(axes)", [operand]) { function($0[0], axes, keeps) }
  }

  private mutating func alongAxis() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 0 && !$0.shape.contains(0) }) else {
      return nil
    }
    let axis = random.integers(in: 0..<pool[operand].rank)
    let flag = random.isOne(in: 2)
    let (name, function) = random.pick(StepTable.alongAxis)
    return step("\(name) along \(axis), \(flag)", [operand]) { function($0[0], axis, flag) }
  }

  private mutating func concatenation() -> Step? {
    guard let first = pickOperand(where: { $0.rank > 0 }) else { return nil }
    let shape = pool[first].shape
    let axis = random.integers(in: 0..<shape.count)
    let others = pool.indices.filter { other in
      pool[other].rank == shape.count
        && shape.indices.allSatisfy { $0 == axis || pool[other].shape[$0] == shape[$0] }
    }
    let operands = [first] + (0...random.integers(in: 0..<2)).map { _ in random.pick(others) }
    if random.isOne(in: 3) {
      return step("stack at \(axis)", [first, first]) { stack([$0[0], $0[1] * 2], axis: axis) }
    }
    return step("concatenate along \(axis)", operands) { concatenate($0, axis: axis) }
  }

  private mutating func slicing() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 0 }) else { return nil }
    var starts: [Int] = []
    var counts: [Int] = []
    var steps: [Int] = []
    for size in pool[operand].shape {
      let pace = random.pick([1, 1, 1, 2, 3, -1, -2])
      // As many elements as there are from the start on, in the direction of the step.
      let skipped = random.isOne(in: 2) ? 0 : random.integers(in: 0..<(size + 1))
      let most = (size - skipped + abs(pace) - 1) / abs(pace)
      let start = pace > 0 || most == 0 ? skipped : size - 1 - skipped
      starts.append(start)
      steps.append(pace)
      counts.append(random.isOne(in: 2) ? most : random.integers(in: 0..<(most + 1)))
    }
    let (from, number, pace) = (starts, counts, steps)
    return step("slice from \(from) of \(number) by \(pace)", [operand]) {
      Tensor(Node.slice($0[0].node, starts: from, counts: number, steps: pace))
    }
  }

  private mutating func rearranging() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 0 }) else { return nil }
    let axis = random.integers(in: 0..<pool[operand].rank)
    let size = pool[operand].shape[axis]
    switch random.integers(in: 0..<5) {
    case 0: return step("flip axis \(axis)", [operand]) { $0[0].flipped(axis: axis) }
    case 1:
      let shift = random.integers(in: -3..<4)
      return step("roll axis \(axis) by \(shift)", [operand]) {
        $0[0].rolled(by: shift, axis: axis)
      }
    case 2 where size < 20:
      return step("repeat axis \(axis)", [operand]) { $0[0].repeated(2, axis: axis) }
    case 3 where size < 20: return step("tile", [operand]) { $0[0].tiled([2]) }
    default:
      guard size > 1 else { return nil }
      let padding = random.pick([Padding.constant(0.5), .reflect, .replicate, .circular])
      return step("pad axis \(axis) with \(padding)", [operand]) {
        $0[0].padded(before: 1, after: 1, axis: axis, with: padding)
      }
    }
  }

  private mutating func embedding() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 0 }) else { return nil }
    var starts: [Int] = []
    var steps: [Int] = []
    var target: [Int] = []
    for size in pool[operand].shape {
      let isWhole = random.isOne(in: 2)
      starts.append(isWhole ? 0 : random.integers(in: 0..<4))
      steps.append(isWhole ? 1 : random.pick([1, 2, 3]))
      target.append(
        starts[starts.count - 1] + max(size - 1, 0) * steps[steps.count - 1] + min(size, 1)
          + (isWhole ? 0 : random.integers(in: 0..<3)))
    }
    let (from, pace, shape) = (starts, steps, target)
    return step("embed at \(from) by \(pace) in \(shape)", [operand]) {
      Tensor(Node.embed($0[0].node, starts: from, steps: pace, in: shape))
    }
  }

  private mutating func permutation() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 1 }) else { return nil }
    var order = Array(0..<pool[operand].rank)
    for end in order.indices.dropFirst() {
      order.swapAt(end, random.integers(in: 0..<(end + 1)))
    }
    let drawn = order
    return step("permute by \(drawn)", [operand]) { $0[0].permuted(drawn) }
  }

  // Neighbouring axes become one, or one axis becomes two, or an axis of size 1 comes.
  private mutating func reshaping() -> Step? {
    let operand = pickOperand()
    var shape = pool[operand].shape
    switch random.integers(in: 0..<3) {
    case 0 where shape.count > 1:
      let axis = random.integers(in: 0..<(shape.count - 1))
      shape[axis] *= shape.remove(at: axis + 1)
    case 1:
      guard let axis = shape.indices.last(where: { shape[$0] > 3 }) else { return nil }
      guard let factor = [2, 3, 5, 17].first(where: { shape[axis] % $0 == 0 }) else { return nil }
      shape[axis] /= factor
      shape.insert(factor, at: axis + random.integers(in: 0..<2))
    default: shape.insert(1, at: random.integers(in: 0..<(shape.count + 1)))
    }
    let target = shape
    return step("reshape to \(target)", [operand]) { $0[0].reshaped(to: target) }
  }

  private mutating func expansion() -> Step? {
    let operand = pickOperand()
    var shape = pool[operand].shape.map { $0 == 1 ? random.pick([1, 2, 3, 17]) : $0 }
    if random.isOne(in: 2) { shape.insert(random.pick([1, 2, 3]), at: 0) }
    let target = shape
    return step("expand to \(target)", [operand]) { $0[0].expanded(to: target) }
  }
}
