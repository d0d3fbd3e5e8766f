/// Rules about shapes, and the words in which a broken one is reported.
///
/// A shape is a plain `[Int]`, outermost axis first; rank 0 is one element.
package enum Shape {
  /// The number of elements of a shape.
  static func count(_ shape: [Int]) -> Int { shape.reduce(1, *) }

  /// More elements than any machine has memory for, while their bytes and sums of these are still numbers.
  static let mostElements = 1 << 48

  /// The number of elements, or nil when there are more than ``mostElements``, also but for axes of size 0: strides are
  /// products of the other sizes.
  package static func exactCount(_ shape: [Int]) -> Int? {
    var count = 1
    for size in shape where size != 0 {
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      if overflows || product > mostElements { return nil }
      count = product
    }
    return shape.contains(0) ? 0 : count
  }

  /// Ends the process unless a shape has a number of elements that can be counted.
  package static func requireCountable(
    _ shape: [Int], for operation: @autoclosure () -> String, from operands: [Int]...
  ) {
    if exactCount(shape) != nil { return }
    let names = operands.map { "\($0)" }.joined(separator: " and ")
    let origin =
      operands.isEmpty ? "" : "shape\(operands.count > 1 ? "s" : "") \(names) would give "
    let but = shape.contains(0) ? " but for its axis of size 0" : ""
    stop(
      "\(operation()): \(origin)a tensor of shape \(shape), which has more elements than any memory\(but)"
    )
  }

  /// The sum of two sizes, or one that no shape may have.
  package static func sum(_ a: Int, _ b: Int) -> Int {
    let (sum, overflows) = a.addingReportingOverflow(b)
    return overflows ? .max : sum
  }

  /// The product of two sizes, or one that no shape may have.
  package static func product(_ a: Int, _ b: Int) -> Int {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? .max : product
  }

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
    if exactCount(result) == nil { requireCountable(result, for: operation(), from: a, b) }
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
