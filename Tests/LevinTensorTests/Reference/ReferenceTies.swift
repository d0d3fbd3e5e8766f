@testable import LevinTensor

/// The points where functions jump: equal operands, zero, integers.
///
/// A value that rounding alone keeps from such a point may fall on either side of it, and then a
/// reference that has it on one side says nothing of an engine that has it on the other.
struct ReferenceTies {
  /// For each node that jumps, in order, how far each element is from a jump, with its sign.
  private(set) var distances: [[Double]] = []

  mutating func note(_ node: Node, _ operands: [ReferenceArray]) {
    if let distance = Self.distance(node, operands) { distances.append(distance) }
  }

  /// Whether some element is no farther from a jump than disturbances move it.
  func isTie(in disturbed: [ReferenceTies]) -> Bool {
    distances.indices.contains { node in
      distances[node].indices.contains { element in
        let own = distances[node][element]
        let moved = disturbed.map { abs($0.distances[node][element] - own) }.max() ?? 0
        return moved > 0 && abs(own) <= moved
      }
    }
  }

  private static func distance(_ node: Node, _ operands: [ReferenceArray]) -> [Double]? {
    guard operands.contains(where: { $0.dtype.isFloatingPoint }) else { return nil }
    switch node.operation {
    case .binary(let operation) where operation.isTest: return pairs(node, operands, -)
    case .unary(.sign), .unary(.logicalNot): return operands[0].elements
    case .unary(.cast) where node.dtype == .bool: return operands[0].elements
    case .unary(.cast) where !node.dtype.isFloatingPoint:
      return operands[0].elements.map(fromInteger)
    case .unary(.floor), .unary(.ceil), .unary(.trunc): return operands[0].elements.map(fromInteger)
    case .unary(.round): return operands[0].elements.map { fromInteger($0 + 0.5) }
    case .binary(.remainder), .binary(.floorDivide):
      return pairs(node, operands) { fromInteger($0 / $1) }
    default: return nil
    }
  }

  private static func pairs(
    _ node: Node, _ operands: [ReferenceArray], _ function: (Double, Double) -> Double
  ) -> [Double] {
    zip(operands[0].broadcast(to: node.shape), operands[1].broadcast(to: node.shape)).map {
      function($0, $1)
    }
  }

  private static func fromInteger(_ x: Double) -> Double { x - x.rounded() }
}
