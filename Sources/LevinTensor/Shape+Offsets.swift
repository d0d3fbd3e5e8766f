/// The rows of an array that another array takes its rows from.
///
/// A value that is computed in chunks is a list of rows, one for each index along its other axes, in row-major
/// order. Operations that move elements along those axes move no numbers: they only say which row an index
/// of the result stands for. An offset under the strides of an operand says it.
extension Shape {
  /// Calls `body` with each index of a shape, one number an axis, in row-major order.
  private static func forEachIndex(_ shape: [Int], _ body: ([Int]) -> Void) {
    guard !shape.contains(0) else { return }
    var index = [Int](repeating: 0, count: shape.count)
    while true {
      body(index)
      var axis = shape.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < shape[axis] { break }
        index[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// For each row of `result`, the row of an operand of shape `operand` broadcast to it.
  static func broadcastOffsets(_ operand: [Int], to result: [Int]) -> [Int] {
    if operand == result { return Array(0..<count(result)) }
    if count(operand) == 1 { return Array(repeating: 0, count: count(result)) }
    let own = contiguousStrides(operand)
    var strides = [Int](repeating: 0, count: result.count)
    for axis in operand.indices where operand[axis] != 1 {
      strides[axis + result.count - operand.count] = own[axis]
    }
    return offsets(result, strides: strides, start: 0)
  }

  /// The offsets of all indices of a shape under strides, in row-major order.
  static func offsets(_ shape: [Int], strides: [Int], start: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(count(shape))
    forEachIndex(shape) { index in
      var offset = start
      for axis in index.indices { offset += index[axis] * strides[axis] }
      result.append(offset)
    }
    return result
  }

  /// The index along each axis of an element, by its number in row-major order.
  package static func position(_ element: Int, in shape: [Int]) -> [Int] {
    zip(contiguousStrides(shape), shape).map { element / max($0, 1) % max($1, 1) }
  }

  /// For each row of the result of a reduction over `axes`, the rows of the operand that meet in it.
  static func reducedOffsets(_ operand: [Int], over axes: Set<Int>) -> [[Int]] {
    let kept = operand.indices.filter { !axes.contains($0) }
    let reduced = operand.indices.filter { axes.contains($0) }
    let strides = contiguousStrides(operand)
    let inner = offsets(
      reduced.map { operand[$0] }, strides: reduced.map { strides[$0] }, start: 0)
    return offsets(kept.map { operand[$0] }, strides: kept.map { strides[$0] }, start: 0)
      .map { start in inner.map { start + $0 } }
  }
}
