/// Factors that do not change along the axes of a sum are taken out of it.
///
/// A gradient is full of such sums: the cotangent of a mean, a parameter by which all is divided. Taken
/// out, the factor meets one number instead of every observation, with one rounding less for each. Only
/// wiring and shapes decide, never values; zero absorbs as it does inside the sum.
extension PlanGraph {
  private enum Factor {
    case negation
    /// A product with the node, by this operation; whether the node stands first.
    case product(Operation, Int, isFirst: Bool)
    /// A quotient by the node.
    case quotient(Operation, Int)
  }

  // Products may be chains of any length whose factors are products in turn, and this walk recurses
  // into both.
  private static let deepestProduct = 8

  mutating func sum(_ node: LevinTensor.Node, _ x: Int) -> Int {
    let axes = Array(node.attributes.dropFirst())
    var factors: [Factor] = []
    let core = node.dtype.isFloatingPoint ? split(x, axes, nodes[x].shape, &factors) : x
    if factors.isEmpty || !spans(core, axes, of: nodes[x].shape) {
      return add(.sum, [x], node.dtype, node.shape, node.attributes)
    }
    var kept = nodes[core].shape
    for axis in axes { kept[axis] = 1 }
    var result = add(.sum, [core], node.dtype, kept, [1] + axes)
    for factor in factors { result = apply(factor, to: result, node.dtype) }
    return nodes[result].shape == node.shape
      ? result : add(.reshape, [result], node.dtype, node.shape)
  }

  private mutating func apply(_ factor: Factor, to x: Int, _ dtype: DType) -> Int {
    switch factor {
    case .negation: return add(.negate, [x], dtype, nodes[x].shape)
    case .product(let operation, let other, let isFirst):
      let shape = Shape.broadcast(nodes[x].shape, nodes[other].shape, for: "sum")
      return add(operation, isFirst ? [other, x] : [x, other], dtype, shape)
    case .quotient(let operation, let other):
      let shape = Shape.broadcast(nodes[x].shape, nodes[other].shape, for: "sum")
      return add(operation, [x, other], dtype, shape)
    }
  }

  // What remains of a product when the factors that are the same along the axes are taken out.
  private mutating func split(
    _ x: Int, _ axes: [Int], _ shape: [Int], _ factors: inout [Factor], depth: Int = 0
  ) -> Int {
    let node = nodes[x]
    guard node.source == .computed, depth < Self.deepestProduct else { return x }
    switch node.operation {
    case .negate:
      factors.append(.negation)
      return split(node.inputs[0], axes, shape, &factors, depth: depth + 1)
    case .multiply, .absorbingMultiply:
      let (a, b) = (node.inputs[0], node.inputs[1])
      if isSame(a, along: axes, of: shape) {
        factors.append(.product(node.operation, a, isFirst: true))
        return split(b, axes, shape, &factors, depth: depth + 1)
      }
      if isSame(b, along: axes, of: shape) {
        factors.append(.product(node.operation, b, isFirst: false))
        return split(a, axes, shape, &factors, depth: depth + 1)
      }
      let first = split(a, axes, shape, &factors, depth: depth + 1)
      let second = split(b, axes, shape, &factors, depth: depth + 1)
      if (first, second) == (a, b) { return x }
      let own = Shape.broadcast(nodes[first].shape, nodes[second].shape, for: "sum")
      return add(node.operation, [first, second], node.dtype, own)
    case .divide, .absorbingDivide:
      guard isSame(node.inputs[1], along: axes, of: shape) else { return x }
      factors.append(.quotient(node.operation, node.inputs[1]))
      return split(node.inputs[0], axes, shape, &factors, depth: depth + 1)
    default: return x
    }
  }

  private func isSame(_ x: Int, along axes: [Int], of shape: [Int]) -> Bool {
    let own = nodes[x].shape
    return axes.allSatisfy { axis in
      let place = axis - (shape.count - own.count)
      return place < 0 || (own[place] == 1 && shape[axis] != 1)
    }
  }

  private func spans(_ x: Int, _ axes: [Int], of shape: [Int]) -> Bool {
    nodes[x].shape.count == shape.count && axes.allSatisfy { nodes[x].shape[$0] == shape[$0] }
  }
}
