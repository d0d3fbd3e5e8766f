@testable import LevinTensor

extension StepMenu {
  /// A step that takes, adds or replaces elements by index, by mask or by slice.
  mutating func indexing() -> Step? {
    guard let operand = pickOperand(where: { $0.rank > 0 && !$0.shape.contains(0) }) else {
      return nil
    }
    switch random.integers(in: 0..<9) {
    case 0, 1: return gathering(operand)
    case 2: return addition(operand)
    case 3: return replacement(operand)
    case 4: return along(operand)
    case 5: return severalIndices(operand)
    case 6: return mask(operand)
    default: return assignment(operand)
    }
  }

  // Indices that are in range, in memory or yet to be computed.
  private mutating func indices(_ shape: [Int], below size: Int) -> @Sendable () -> Tensor {
    let count = RowMajor.count(shape)
    let numbers = (0..<count).map { _ in random.integers(in: -size..<size) }
    switch random.integers(in: 0..<3) {
    case 0: return { Tensor(numbers, shape: shape) }
    case 1: return { Tensor(numbers.map(Int32.init), shape: shape) }
    default: return { Tensor(numbers.map { $0 - 1 }, shape: shape) + 1 }
    }
  }

  private mutating func drawAxis(_ operand: Int) -> (axis: Int, size: Int) {
    let axis = random.integers(in: 0..<pool[operand].rank)
    return (axis, pool[operand].shape[axis])
  }

  private mutating func drawShape() -> [Int] { random.pick([[], [0], [1], [3], [17], [2, 2]]) }

  private mutating func gathering(_ operand: Int) -> Step? {
    let (axis, size) = drawAxis(operand)
    let shape = random.isOne(in: 6) ? [1000] : drawShape()
    let draw = indices(shape, below: size)
    return step("gather \(shape) along \(axis)", [operand]) {
      $0[0].gathered(at: draw(), axis: axis)
    }
  }

  private mutating func addition(_ operand: Int) -> Step? {
    let (axis, size) = drawAxis(operand)
    let draw = indices([size], below: size)
    return step("add slices along \(axis)", [operand]) {
      $0[0].adding($0[0] * $0[0], at: draw(), axis: axis)
    }
  }

  private mutating func replacement(_ operand: Int) -> Step? {
    let (axis, size) = drawAxis(operand)
    let draw = indices([size], below: size)
    let number = random.integers(in: -2..<3)
    return step("replace slices along \(axis)", [operand]) {
      $0[0].replacing(at: draw(), axis: axis, with: $0[0] * number)
    }
  }

  private mutating func along(_ operand: Int) -> Step? {
    let (axis, size) = drawAxis(operand)
    let draw = indices(pool[operand].shape, below: size)
    switch random.integers(in: 0..<4) {
    case 0:
      return step("add along \(axis)", [operand]) {
        $0[0].addingAlong($0[0], at: draw(), axis: axis)
      }
    case 1:
      return step("replace along \(axis)", [operand]) {
        $0[0].replacingAlong(draw(), axis: axis, with: $0[0] * $0[0])
      }
    // Integers are indices themselves.
    case 2 where !pool[operand].dtype.isFloatingPoint:
      return step("take itself along \(axis)", [operand]) {
        $0[0].takingAlong(
          $0[0].cast(to: .int32).maximum(Tensor(-size)).minimum(Tensor(size - 1)), axis: axis)
      }
    default:
      return step("take along \(axis)", [operand]) { $0[0].takingAlong(draw(), axis: axis) }
    }
  }

  private mutating func severalIndices(_ operand: Int) -> Step? {
    let shape = pool[operand].shape
    guard shape.count > 1 else { return nil }
    let first = indices([3], below: shape[0])
    let last = indices([2, 1], below: shape[shape.count - 1])
    if random.isOne(in: 2) {
      return step("index the first and last axis", [operand]) {
        $0[0][first(), .ellipsis, last()]
      }
    }
    return step("assign to the first and last axis", [operand]) {
      var x = $0[0]
      x[first(), .ellipsis, last()] *= 2
      return x
    }
  }

  // How many elements a mask chooses depends on numbers, so what is chosen goes back.
  private mutating func mask(_ operand: Int) -> Step? {
    let rank = 1 + random.integers(in: 0..<pool[operand].rank)
    let bound = random.uniform(in: -1..<1)
    let isNumber = random.isOne(in: 2)
    return step("assign under a mask of rank \(rank)", [operand]) {
      let old = $0[0]
      var x = old
      let axes = Array(rank..<x.rank)
      // A mask that was evaluated has let go of its inputs, which the reference needs.
      func mask() -> Tensor { old.sum(axes: axes) .> bound }
      x[mask()] = isNumber ? 2 : x[mask()] * 2
      return x
    }
  }

  private mutating func assignment(_ operand: Int) -> Step? {
    var ranges: [TensorIndex] = []
    for size in pool[operand].shape {
      let pace = random.pick([1, 1, 2, -1, -2])
      let start = random.isOne(in: 3) ? nil : random.integers(in: -size..<size)
      let isNumber = random.isOne(in: 4)
      ranges.append(
        isNumber ? (start ?? 0).tensorIndex : TensorIndex(.range(start, nil, step: pace)))
    }
    let kinds = ranges.map(\.kind)
    return step("assign to \(kinds)", [operand]) {
      let selection = Selection(kinds, of: $0[0].shape, at: CallSite(file: #fileID, line: #line))
      return selection.replacing(in: $0[0], with: selection.elements(of: $0[0]) * 2)
    }
  }
}
