/// Which row of an operand goes into which row of a result.
///
/// A value that is computed in chunks is a list of rows, one for each place along its other axes, in
/// row-major order. Operations that move elements along those axes move no numbers: they only say which
/// row stands where.
enum RowMap {
  /// The places of a shape in row-major order.
  static func places(_ shape: [Int], _ body: ([Int]) -> Void) {
    guard !shape.contains(0) else { return }
    var place = [Int](repeating: 0, count: shape.count)
    while true {
      body(place)
      var axis = shape.count - 1
      while axis >= 0 {
        place[axis] += 1
        if place[axis] < shape[axis] { break }
        place[axis] = 0
        axis -= 1
      }
      if axis < 0 { return }
    }
  }

  /// For each row of `result`, the row of an operand of shape `operand` broadcast to it.
  static func broadcast(_ operand: [Int], to result: [Int]) -> [Int] {
    if operand == result { return Array(0..<Shape.count(result)) }
    if Shape.count(operand) == 1 { return Array(repeating: 0, count: Shape.count(result)) }
    let own = Shape.contiguousStrides(operand)
    var strides = [Int](repeating: 0, count: result.count)
    for axis in operand.indices where operand[axis] != 1 {
      strides[axis + result.count - operand.count] = own[axis]
    }
    return offsets(result, strides: strides, start: 0)
  }

  /// For each place of a shape, its offset under the strides.
  static func offsets(_ shape: [Int], strides: [Int], start: Int) -> [Int] {
    var result: [Int] = []
    result.reserveCapacity(Shape.count(shape))
    places(shape) { place in
      var offset = start
      for axis in place.indices { offset += place[axis] * strides[axis] }
      result.append(offset)
    }
    return result
  }

  /// For each row of the result of a reduction over `axes`, the rows of the operand that meet in it.
  static func groups(_ operand: [Int], over axes: Set<Int>) -> [[Int]] {
    let kept = operand.indices.filter { !axes.contains($0) }
    let reduced = operand.indices.filter { axes.contains($0) }
    let strides = Shape.contiguousStrides(operand)
    let inner = offsets(
      reduced.map { operand[$0] }, strides: reduced.map { strides[$0] }, start: 0)
    return offsets(kept.map { operand[$0] }, strides: kept.map { strides[$0] }, start: 0)
      .map { start in inner.map { start + $0 } }
  }
}

extension Array where Element == Int {
  /// The array without one place, or as it is.
  func removing(_ place: Int?) -> [Int] {
    guard let place else { return self }
    var copy = self
    copy.remove(at: place)
    return copy
  }
}
