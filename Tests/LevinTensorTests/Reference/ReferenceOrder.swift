@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Operations along one axis, line by line, for the reference evaluator.
enum ReferenceOrder {
  static func apply(_ node: Node, _ inputs: [ReferenceArray]) -> ReferenceArray {
    let lines = inputs.map { $0.lines(along: node.attributes[0]) }
    let results = lines[0].indices.map { line -> [Double] in
      apply(node, lines.map { $0[line] })
    }
    return ReferenceArray(
      shape: node.shape, dtype: node.dtype, lines: results.map { $0.map(node.dtype.rounding) },
      along: node.attributes[0])
  }

  private static func apply(_ node: Node, _ lines: [[Double]]) -> [Double] {
    switch node.operation {
    case .ordering(.argMax): [Double(firstBest(lines[0]) { $0 > $1 })]
    case .ordering(.argMin): [Double(firstBest(lines[0]) { $0 < $1 })]
    case .ordering(.cumulativeArgMax): runningIndices(lines[0]) { $0 >= $1 }
    case .ordering(.cumulativeArgMin): runningIndices(lines[0]) { $0 <= $1 }
    case .ordering(.argSort): sortedIndices(lines[0], isDescending: node.attributes[1] != 0, node)
    case .scan(let operation): scanned(node, lines) { running(operation, $0) }
    default: preconditionFailure("\(node.operation) does not run along lines")
    }
  }

  // The last of equal elements so far, and the last NaN once there is one.
  private static func runningIndices(
    _ line: [Double], isNoWorse: (Double, Double) -> Bool
  ) -> [Double] {
    line.indices.map { end in
      let part = line[...end]
      let undefined = part.lastIndex(where: \.isNaN)
      let best = part.lastIndex { x in part.allSatisfy { isNoWorse(x, $0) } }
      return Double(undefined ?? best ?? 0)
    }
  }

  private static func sortedIndices(
    _ line: [Double], isDescending: Bool, _ node: Node
  ) -> [Double] {
    func isBefore(_ a: Double, _ b: Double) -> Bool { a < b || (!a.isNaN && b.isNaN) }
    let order = line.indices.sorted { a, b in
      if isBefore(line[a], line[b]) { return !isDescending }
      if isBefore(line[b], line[a]) { return isDescending }
      return a < b
    }
    return order.prefix(node.shape[node.attributes[0]]).map { Double($0) }
  }

  /// For each value how many boundaries of its row are less, or not greater.
  static func searchSorted(
    _ node: Node, _ boundaries: ReferenceArray, _ values: ReferenceArray
  ) -> ReferenceArray {
    let length = boundaries.shape[boundaries.shape.count - 1]
    let rows = max(RowMajor.count(boundaries.shape.dropLast()), 1)
    let isRight = node.attributes[0] != 0
    let counts = values.elements.enumerated().map { index, value -> Double in
      let row = index * rows / values.elements.count
      let own = boundaries.elements[(row * length)..<((row + 1) * length)]
      return Double(own.count { value.isNaN || $0 < value || (isRight && $0 == value) })
    }
    return ReferenceArray(shape: node.shape, dtype: node.dtype, elements: counts)
  }

  private static func firstBest(
    _ line: [Double], isBetter: (Double, Double) -> Bool
  ) -> Int {
    if let undefined = line.firstIndex(where: \.isNaN) { return undefined }
    return line.indices.first { index in !line.contains { isBetter($0, line[index]) } } ?? 0
  }

  // Lines turned around if the scan is reversed, and moved by one element if it leaves out an element.
  private static func scanned(
    _ node: Node, _ lines: [[Double]], _ body: ([[Double]]) -> [Double]
  ) -> [Double] {
    let isReversed = node.attributes[1] != 0
    var result = body(isReversed ? lines.map { $0.reversed() } : lines)
    if node.attributes[2] != 0, !result.isEmpty {
      result = [node.operation == .scan(.cumulativeProduct) ? 1 : 0] + result.dropLast()
    }
    return isReversed ? result.reversed() : result
  }

  private static func running(
    _ operation: ScanOperation, _ lines: [[Double]]
  ) -> [Double] {
    let line = lines[0]
    switch operation {
    case .cumulativeSum: return sums(line)
    case .cumulativeProduct:
      var product = 1.0
      return line.map {
        product *= $0
        return product
      }
    case .recurrence:
      var last = 0.0
      return zip(line, lines[1]).map { a, b in
        last = b + (last == 0 ? 0 : a * last)
        return last
      }
    case .logCumulativeSumExp:
      var total = -Double.infinity
      return line.map {
        total =
          total == -.infinity
          ? $0
          : $0 == -.infinity
            ? total
            : ReferenceMathematics.logAddExp(total, $0)
        return total
      }
    }
  }

  // By Neumaier's compensated addition.
  private static func sums(_ line: [Double]) -> [Double] {
    var total = 0.0
    var rest = 0.0
    return line.map { x in
      let next = total + x
      rest += abs(total) >= abs(x) ? (total - next) + x : (x - next) + total
      total = next
      return rest.isFinite ? total + rest : total
    }
  }

  /// The same scan over magnitudes, with which its rounding goes; nil for what is no sum.
  static func magnitudes(_ node: Node, _ inputs: [ReferenceArray]) -> [Double]? {
    guard node.operation == .scan(.cumulativeSum) || node.operation == .scan(.recurrence) else {
      return nil
    }
    return apply(
      node,
      inputs.map {
        ReferenceArray(shape: $0.shape, dtype: $0.dtype, elements: $0.elements.map { abs($0) })
      }
    ).elements
  }
}

extension ReferenceArray {
  /// The elements of each line along an axis.
  func lines(along axis: Int) -> [[Double]] { groups(over: [axis]) }

  /// Puts lines along an axis together again; of an axis that went, lines have one element.
  init(shape: [Int], dtype: DType, lines: [[Double]], along axis: Int) {
    self.init(shape: shape, dtype: dtype, elements: lines.flatMap { $0 })
    guard let length = lines.first?.count, length != 1 else { return }
    let inner = RowMajor.count(Array(shape[(axis + 1)...]))
    elements = elements.indices.map { index in
      lines[index / (inner * length) * inner + index % inner][index / inner % length]
    }
  }
}
