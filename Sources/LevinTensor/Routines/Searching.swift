// Searches in sorted lines by halving them.
extension Routines {
  /// For each value the number of boundaries of its row that lie before it, or before and at it.
  static func searchSorted(_ call: RoutineCall) {
    switch call.operands[0].dtype {
    case .int32: search(Int32.self, call)
    case .int64: search(Int.self, call)
    case .float32: search(Float.self, call)
    case .float64: search(Double.self, call)
    case .bool: search(UInt8.self, call)
    }
  }

  private static func search<Element: Comparable>(_ type: Element.Type, _ call: RoutineCall) {
    let count = call.result.count
    guard count > 0 else { return }
    let boundaries = call.operands[0]
    let length = boundaries.shape[boundaries.shape.count - 1]
    let rows = Shape.count(Array(boundaries.shape.dropLast()))
    let perRow = count / rows
    let from = boundaries.pointer.assumingMemoryBound(to: type)
    let values = call.operands[1].pointer.assumingMemoryBound(to: type)
    let counts = call.result.elements(as: Int.self)
    let isRight = call.attributes[0] != 0
    let pieces = Swift.max(1, count / 5000)
    Threads.run(pieces, isWorthwhile: pieces > 1) { piece in
      for index in (count * piece / pieces)..<(count * (piece + 1) / pieces) {
        let row = from + index / perRow * length
        let value = values[index]
        // Like PyTorch's, the searches go past a boundary or a value that is NaN.
        counts[index] =
          isRight
          ? partition(length) { !(row[$0] > value) } : partition(length) { !(row[$0] >= value) }
      }
    }
  }

  // The first index at which `holds` is false.
  @inline(__always)
  private static func partition(_ length: Int, holds: (Int) -> Bool) -> Int {
    var first = 0
    var rest = length
    while rest > 0 {
      let half = rest >> 1
      if holds(first &+ half) {
        first &+= half &+ 1
        rest &-= half &+ 1
      } else {
        rest = half
      }
    }
    return first
  }
}
