/// The lines of a row-major array along one of its axes: what scans and sorts go through one by one.
struct Lines {
  /// The elements of a line.
  let length: Int
  /// The stride of the elements of a line, and the number of lines that begin at consecutive elements.
  let stride: Int
  /// The number of lines.
  let count: Int

  init(_ shape: [Int], axis: Int) {
    length = shape[axis]
    stride = Shape.count(Array(shape[(axis + 1)...]))
    count = Shape.count(Array(shape[..<axis])) * stride
  }

  /// The offset of a line's first element.
  func start(_ line: Int) -> Int { line / stride * (length * stride) + line % stride }

  /// Calls `body` with ranges that make up all lines, on several threads if there is work for them.
  ///
  /// - Parameter cost: The time for an element, in nanoseconds or so.
  func share(cost: Int, _ body: (Range<Int>) -> Void) {
    let pieces = Swift.max(1, Swift.min(count, count * length * cost / 50_000))
    Threads.run(pieces, isWorthwhile: pieces > 1) { piece in
      body((count * piece / pieces)..<(count * (piece + 1) / pieces))
    }
  }
}
