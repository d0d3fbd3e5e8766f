@testable import LevinTensor

extension StepMenu {
  /// A step that takes, adds or replaces elements by index, by mask or by slice.
  mutating func indexing() -> Step? {
    guard let place = pickOperand(where: { $0.rank > 0 && !$0.shape.contains(0) }) else {
      return nil
    }
    switch random.integers(in: 0..<9) {
    case 0, 1: return gathering(place)
    case 2: return addition(place)
    case 3: return replacement(place)
    case 4: return along(place)
    case 5: return severalIndices(place)
    case 6: return mask(place)
    default: return assignment(place)
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

  private mutating func drawAxis(_ place: Int) -> (axis: Int, size: Int) {
    let axis = random.integers(in: 0..<pool[place].rank)
    return (axis, pool[place].shape[axis])
  }

  private mutating func drawShape() -> [Int] { random.pick([[], [0], [1], [3], [17], [2, 2]]) }

  private mutating func gathering(_ place: Int) -> Step? {
    let (axis, size) = drawAxis(place)
    let shape = random.isOne(in: 6) ? [1000] : drawShape()
    let draw = indices(shape, below: size)
    return step("gather \(shape) along \(axis)", [place]) { $0[0].gathered(at: draw(), axis: axis) }
  }

  private mutating func addition(_ place: Int) -> Step? {
    let (axis, size) = drawAxis(place)
    let draw = indices([size], below: size)
    return step("add slices along \(axis)", [place]) {
      $0[0].adding($0[0] * $0[0], at: draw(), axis: axis)
    }
  }

  private mutating func replacement(_ place: Int) -> Step? {
    let (axis, size) = drawAxis(place)
    let draw = indices([size], below: size)
    let number = random.integers(in: -2..<3)
    return step("replace slices along \(axis)", [place]) {
      $0[0].replacing(at: draw(), axis: axis, with: $0[0] * number)
    }
  }

  private mutating func along(_ place: Int) -> Step? {
    let (axis, size) = drawAxis(place)
    let draw = indices(pool[place].shape, below: size)
    switch random.integers(in: 0..<4) {
    case 0:
      return step("add along \(axis)", [place]) { $0[0].addingAlong($0[0], at: draw(), axis: axis) }
    case 1:
      return step("replace along \(axis)", [place]) {
        $0[0].replacingAlong(draw(), axis: axis, with: $0[0] * $0[0])
      }
    // Whole numbers name places themselves.
    case 2 where !pool[place].dtype.isFloatingPoint:
      return step("take itself along \(axis)", [place]) {
        $0[0].takingAlong(
          $0[0].cast(to: .int32).maximum(Tensor(-size)).minimum(Tensor(size - 1)), axis: axis)
      }
    default:
      return step("take along \(axis)", [place]) { $0[0].takingAlong(draw(), axis: axis) }
    }
  }

  private mutating func severalIndices(_ place: Int) -> Step? {
    let shape = pool[place].shape
    guard shape.count > 1 else { return nil }
    let first = indices([3], below: shape[0])
    let last = indices([2, 1], below: shape[shape.count - 1])
    if random.isOne(in: 2) {
      return step("index the first and last axis", [place]) {
        $0[0][first(), .ellipsis, last()]
      }
    }
    return step("assign to the first and last axis", [place]) {
      var x = $0[0]
      x[first(), .ellipsis, last()] *= 2
      return x
    }
  }

  // How many elements a mask chooses depends on numbers, so what is chosen goes back.
  private mutating func mask(_ place: Int) -> Step? {
    let rank = 1 + random.integers(in: 0..<pool[place].rank)
    let bound = random.uniform(in: -1..<1)
    let isNumber = random.isOne(in: 2)
    return step("assign under a mask of rank \(rank)", [place]) {
      let old = $0[0]
      var x = old
      let axes = Array(rank..<x.rank)
      // A mask that was evaluated has let go of its inputs, which the reference needs.
      func mask() -> Tensor { old.sum(axes: axes) .> bound }
      x[mask()] = isNumber ? 2 : x[mask()] * 2
      return x
    }
  }

  private mutating func assignment(_ place: Int) -> Step? {
    var ranges: [TensorIndex] = []
    for size in pool[place].shape {
      let pace = random.pick([1, 1, 2, -1, -2])
      let start = random.isOne(in: 3) ? nil : random.integers(in: -size..<size)
      let isNumber = random.isOne(in: 4)
      ranges.append(
        isNumber ? (start ?? 0).tensorIndex : TensorIndex(.range(start, nil, step: pace)))
    }
    let places = ranges.map(\.kind)
    return step("assign to \(places)", [place]) {
      let selection = Selection(places, of: $0[0].shape, at: CallSite(file: #fileID, line: #line))
      return selection.replacing(in: $0[0], with: selection.elements(of: $0[0]) * 2)
    }
  }
}
