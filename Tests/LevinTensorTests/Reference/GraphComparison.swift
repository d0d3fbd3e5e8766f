@testable import LevinTensor

/// Computes a random graph by the engine and by the reference, and reports the smallest part of it
/// on which they differ.
struct GraphComparison {
  enum Outcome {
    case agrees, isIllConditioned
    case differs(String)
  }

  private let graph: RandomGraph

  // The disturbance of every inexact result that shows what rounding may do, in units of roundoff.
  private static let disturbance = 1024.0

  init(_ graph: RandomGraph) { self.graph = graph }

  func run() -> Outcome {
    var isIllConditioned = false
    // The second round has the same structure with other numbers.
    for round in 0..<(graph.seed % 3 == 0 ? 2 : 1) {
      switch compare(graph, round: round) {
      case .none: break
      case .some(.illConditioned): isIllConditioned = true
      case .some(.difference(let text)):
        return .differs(report(text, round: round))
      }
    }
    return isIllConditioned ? .isIllConditioned : .agrees
  }

  private enum Mismatch {
    case illConditioned
    case difference(String)
  }

  private func roots(of graph: RandomGraph, round: Int) -> [Tensor] {
    var random = PCG64(seed: [UInt32(graph.seed), 2 + UInt32(round)])
    return graph.requested(in: graph.build(&random))
  }

  // What rounding may do is worked out only where the values are not equal but for a few ulp.
  private func compare(_ graph: RandomGraph, round: Int) -> Mismatch? {
    let roots = roots(of: graph, round: round)
    let reference = ReferenceEvaluator()
    let expected = roots.map { reference.value(of: $0) }
    evaluateOrStop(roots)
    let found = roots.map { ReferenceArray(reading: $0.node) }
    let isClose = zip(found, expected).allSatisfy {
      Self.difference($0, $1, Self.leastBound($1)) == nil
    }
    return isClose ? nil : compare(graph, round: round, found, expected)
  }

  private func compare(
    _ graph: RandomGraph, round: Int, _ found: [ReferenceArray], _ expected: [ReferenceArray]
  ) -> Mismatch? {
    let evaluators = (0..<2).map { seed in
      ReferenceEvaluator(disturbance: Self.disturbance, seed: seed)
    }
    let disturbed = evaluators.map { evaluator in
      roots(of: graph, round: round).map { evaluator.value(of: $0) }
    }
    var isIllConditioned = false
    for (index, found) in found.enumerated() {
      let bound = Self.bound(expected[index], disturbed.map { $0[index] })
      guard bound < 0.02 * max(expected[index].scale, 1e-3) else {
        isIllConditioned = true
        continue
      }
      if let text = Self.difference(found, expected[index], bound) {
        if hasTies(graph, round: round, disturbed: evaluators.map(\.ties)) {
          return .illConditioned
        }
        return .difference("root \(index): \(text)")
      }
    }
    return isIllConditioned ? .illConditioned : nil
  }

  private func hasTies(_ graph: RandomGraph, round: Int, disturbed: [ReferenceTies]) -> Bool {
    let evaluator = ReferenceEvaluator()
    for root in roots(of: graph, round: round) { _ = evaluator.value(of: root) }
    return evaluator.ties.isTie(in: disturbed)
  }

  // A few units in the last place, of subnormal numbers at the least.
  private static func leastBound(_ expected: ReferenceArray) -> Double {
    let smallest =
      switch expected.dtype {
      case .float32: Double(Float.leastNormalMagnitude)
      case .float64: Double.leastNormalMagnitude
      case .bool, .int32, .int64: 0.0
      }
    return 8 * expected.dtype.unitRoundoff * max(expected.scale, smallest)
  }

  private static func bound(_ expected: ReferenceArray, _ disturbed: [ReferenceArray]) -> Double {
    var largest = leastBound(expected)
    for other in disturbed {
      for (a, b) in zip(expected.elements, other.elements) where a != b {
        let distance = abs(a - b)
        largest = max(largest, distance.isNaN ? .infinity : distance)
      }
    }
    return largest
  }

  private static func difference(
    _ found: ReferenceArray, _ expected: ReferenceArray, _ bound: Double
  ) -> String? {
    if found.shape != expected.shape || found.dtype != expected.dtype {
      return "\(found.dtype) \(found.shape) instead of \(expected.dtype) \(expected.shape)"
    }
    for (index, (a, b)) in zip(found.elements, expected.elements).enumerated()
    where a != b && !(abs(a - b) <= bound) && !(a.isNaN && b.isNaN) {
      return "element \(index) is \(a), the reference has \(b) (bound \(bound))"
    }
    return nil
  }

  // The first step on whose result alone, without gradients if may be, both differ.
  private func report(_ text: String, round: Int) -> String {
    let steps = graph.leaves.count..<(graph.leaves.count + graph.steps.count)
    var candidates = steps.map { graph.cut(at: $0).with(gradients: false) }
    candidates += [graph.with(gradients: false)]
    if graph.hasGradients { candidates += steps.map { graph.cut(at: $0) } }
    for candidate in candidates {
      if case .difference(let smaller)? = compare(candidate, round: round) {
        return "seed \(graph.seed), cut down: \(smaller)\n" + describe(candidate, round: round)
      }
    }
    return "seed \(graph.seed), round \(round): \(text)\n" + describe(graph, round: round)
  }

  private func describe(_ graph: RandomGraph, round: Int) -> String {
    let roots = roots(of: graph, round: round)
    let nodes = ReferenceEvaluator.nodes(feeding: roots)
    return NodeListing.text(nodes, roots: roots.map(\.node))
  }
}

/// A graph in words, one line a node.
enum NodeListing {
  static func text(_ nodes: [Node], roots: [Node]) -> String {
    var numbers: [ObjectIdentifier: Int] = [:]
    for (number, node) in nodes.enumerated() { numbers[ObjectIdentifier(node)] = number }
    var lines = nodes.enumerated().map { number, node -> String in
      let operands = node.operands.map { "%\(numbers[ObjectIdentifier($0)] ?? -1)" }
      var line = "  %\(number) = \(node.operation)(\(operands.joined(separator: ", ")))"
      if !node.attributes.isEmpty { line += " \(node.attributes)" }
      if node.operation == .scalar { line += " \(node.scalar)" }
      line += ": \(node.dtype) \(node.shape)"
      if let strides = node.result?.strides { line += " strides \(strides)" }
      return line
    }
    let asked = roots.map { "%\(numbers[ObjectIdentifier($0)] ?? -1)" }
    lines.append("  roots " + asked.joined(separator: ", "))
    return lines.joined(separator: "\n")
  }
}
