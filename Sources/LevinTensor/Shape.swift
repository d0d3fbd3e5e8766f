/// Rules about shapes, and the words in which a broken one is reported.
///
/// A shape is a plain `[Int]`, outermost axis first; rank 0 is one element.
package enum Shape {
  /// The number of elements of a shape.
  static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

  /// Strides in elements of a row-major layout.
  static func contiguousStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    var step = 1
    for axis in shape.indices.reversed() {
      strides[axis] = step
      step *= shape[axis]
    }
    return strides
  }

  /// The shape two operands broadcast to: aligned at the last axis, sizes equal or one of them 1.
  package static func broadcast(
    _ a: [Int], _ b: [Int], for operation: @autoclosure () -> String
  ) -> [Int] {
    if a == b || b.isEmpty { return a }
    if a.isEmpty { return b }
    let rank = max(a.count, b.count)
    var result = [Int](repeating: 1, count: rank)
    for position in 1...rank {
      let sizeA = position <= a.count ? a[a.count - position] : 1
      let sizeB = position <= b.count ? b[b.count - position] : 1
      require(
        sizeA == sizeB || sizeA == 1 || sizeB == 1,
        "\(operation()): shapes \(a) and \(b) do not broadcast: sizes \(sizeA) and \(sizeB) "
          + "at axis -\(position) differ and neither is 1")
      result[rank - position] = sizeA == 1 ? sizeB : sizeA
    }
    return result
  }

  /// Whether `shape` can be broadcast to `target` without changing `target`.
  package static func expands(_ shape: [Int], to target: [Int]) -> Bool {
    guard shape.count <= target.count else { return false }
    return zip(shape.reversed(), target.reversed()).allSatisfy { $0 == $1 || $0 == 1 }
  }

  /// An axis counted from the front; a negative one counts from the back.
  static func axis(_ axis: Int, rank: Int, for operation: @autoclosure () -> String) -> Int {
    require(
      axis >= -rank && axis < rank,
      "\(operation()): axis \(axis) is out of range for a tensor of rank \(rank)")
    return axis < 0 ? axis + rank : axis
  }

  /// Distinct axes counted from the front, ascending.
  static func axes(_ axes: [Int], rank: Int, for operation: @autoclosure () -> String) -> [Int] {
    let result = axes.map { axis($0, rank: rank, for: operation()) }.sorted()
    for (first, second) in zip(result, result.dropFirst()) where first == second {
      stop("\(operation()): axis \(first) is named twice in \(axes)")
    }
    return result
  }
}
