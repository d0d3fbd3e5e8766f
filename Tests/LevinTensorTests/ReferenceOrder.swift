@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What runs along one axis, line by line, for the reference evaluator.
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
    case .argMax: [Double(firstPlace(lines[0]) { $0 > $1 })]
    case .argMin: [Double(firstPlace(lines[0]) { $0 < $1 })]
    default: scanned(node, lines) { running(node.operation, $0) }
    }
  }

  private static func firstPlace(
    _ line: [Double], isBetter: (Double, Double) -> Bool
  ) -> Int {
    if let undefined = line.firstIndex(where: \.isNaN) { return undefined }
    return line.indices.first { place in !line.contains { isBetter($0, line[place]) } } ?? 0
  }

  // Lines turned around if the scan is reversed, and moved by one place if it leaves out an element.
  private static func scanned(
    _ node: Node, _ lines: [[Double]], _ body: ([[Double]]) -> [Double]
  ) -> [Double] {
    let isReversed = node.attributes[1] != 0
    var result = body(isReversed ? lines.map { $0.reversed() } : lines)
    if node.attributes[2] != 0, !result.isEmpty {
      result = [node.operation == .cumulativeProduct ? 1 : 0] + result.dropLast()
    }
    return isReversed ? result.reversed() : result
  }

  private static func running(
    _ operation: LevinTensor.Operation, _ lines: [[Double]]
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
    default:
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
    guard node.operation == .cumulativeSum || node.operation == .recurrence else { return nil }
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
    elements = elements.indices.map { place in
      lines[place / (inner * length) * inner + place % inner][place / inner % length]
    }
  }
}
