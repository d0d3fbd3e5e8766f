// Indices of extreme elements.
extension Routines {
  /// The index of the first largest or smallest element of each line, the first NaN if there is one; or at
  /// each index that of the last such element so far.
  static func argExtreme(_ operation: OrderingOperation, _ call: RoutineCall) {
    switch call.operands[0].dtype {
    case .bool: search(UInt8.self, operation, call)
    case .int32: search(Int32.self, operation, call)
    case .int64: search(Int.self, operation, call)
    case .float32: search(Float.self, operation, call)
    case .float64: search(Double.self, operation, call)
    }
  }

  private static func search<Element: Comparable>(
    _ type: Element.Type, _ operation: OrderingOperation, _ call: RoutineCall
  ) {
    let operand = call.operands[0]
    let lines = Lines(operand.shape, axis: call.attributes[0])
    let elements = operand.pointer.assumingMemoryBound(to: type)
    let indices = call.result.elements(as: Int.self)
    lines.share(cost: 1) { range in
      for line in range {
        let start = lines.start(line)
        let (from, running) = (elements + start, indices + start)
        switch operation {
        case .argMax: indices[line] = firstIndex(from, lines) { $0 <= $1 }
        case .argMin: indices[line] = firstIndex(from, lines) { $0 >= $1 }
        case .cumulativeArgMax: runningIndices(from, running, lines) { $0 >= $1 }
        case .cumulativeArgMin: runningIndices(from, running, lines) { $0 <= $1 }
        case .argSort, .searchSorted: fatalError("\(operation) finds no extreme elements")
        }
      }
    }
  }

  // A comparison with NaN fails, which makes it the most extreme of all.
  @inline(__always)
  private static func firstIndex<Element: Comparable>(
    _ line: UnsafePointer<Element>, _ lines: Lines,
    isNoBetter: (Element, Element) -> Bool
  ) -> Int {
    var best = line[0]
    var index = 0
    if best != best { return 0 }
    for next in 1..<Swift.max(lines.length, 1) {
      let element = line[next &* lines.stride]
      if isNoBetter(element, best) { continue }
      if element != element { return next }
      (best, index) = (element, next)
    }
    return index
  }

  @inline(__always)
  private static func runningIndices<Element: Comparable>(
    _ line: UnsafePointer<Element>, _ indices: UnsafeMutablePointer<Int>, _ lines: Lines,
    isNoWorse: (Element, Element) -> Bool
  ) {
    guard lines.length > 0 else { return }
    var best = line[0]
    var index = 0
    for next in 0..<lines.length {
      let element = line[next &* lines.stride]
      if element != element || isNoWorse(element, best) { (best, index) = (element, next) }
      indices[next &* lines.stride] = index
    }
  }
}
