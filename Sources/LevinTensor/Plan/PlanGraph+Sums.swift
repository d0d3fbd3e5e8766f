/// Factors that do not change along the axes of a long sum are taken out of it.
///
/// A gradient is full of such sums: the cotangent of a mean, a parameter by which all is divided. Taken
/// out, the factor meets one number instead of every observation, with one rounding less for each. The
/// sum stays in double precision until it has met the factor, so terms that only the factor keeps in
/// range are safe. Wiring and shapes decide, never values; zero absorbs as it does inside the sum.
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
    let shape = nodes[x].shape
    var factors: [Factor] = []
    let core =
      isLong(axes, shape) && node.dtype.isFloatingPoint ? split(x, axes, shape, &factors) : x
    if factors.isEmpty || !spans(core, axes, of: shape) {
      return add(.sum, [x], node.dtype, node.shape, node.attributes)
    }
    var kept = nodes[core].shape
    for axis in axes { kept[axis] = 1 }
    var result = add(.sum, [core], .float64, kept, [1] + axes)
    for factor in factors { result = apply(factor, to: result) }
    result = cast(result, to: node.dtype)
    return nodes[result].shape == node.shape
      ? result : add(.reshape, [result], node.dtype, node.shape)
  }

  // Sums along the axis of observations; for a few rows there is nothing to gain.
  private func isLong(_ axes: [Int], _ shape: [Int]) -> Bool {
    let longest = shape.max() ?? 0
    return longest > Layout.smallCount && axes.contains { shape[$0] == longest }
  }

  private mutating func cast(_ x: Int, to dtype: DType) -> Int {
    nodes[x].dtype == dtype ? x : add(.cast, [x], dtype, nodes[x].shape)
  }

  // In double precision.
  private mutating func apply(_ factor: Factor, to x: Int) -> Int {
    let operation: Operation
    let operands: [Int]
    switch factor {
    case .negation: return add(.negate, [x], .float64, nodes[x].shape)
    case .product(let product, let other, let isFirst):
      let wide = cast(other, to: .float64)
      (operation, operands) = (product, isFirst ? [wide, x] : [x, wide])
    case .quotient(let quotient, let other):
      (operation, operands) = (quotient, [x, cast(other, to: .float64)])
    }
    let shape = Shape.broadcast(nodes[operands[0]].shape, nodes[operands[1]].shape, for: "sum")
    return add(operation, operands, .float64, shape)
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
