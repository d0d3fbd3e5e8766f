/// Factors that do not change along the axes of a long sum are taken out of it.
///
/// A gradient is full of such sums: the cotangent of a mean, a parameter by which all is divided. Taken
/// out, the factor meets one number instead of every observation, with one rounding less for each. Only
/// signs and the absorbing products and quotients of gradient rules are taken out, since a product that a
/// user wrote may be there to keep its terms in range. The sum stays in double precision until it has met
/// the factor. Wiring and shapes decide, never values; zero absorbs as it does inside the sum.
extension PlanGraph {
  private enum Factor {
    case negation
    /// A product with the node, by this operation; whether the node stands first.
    case product(Int, isFirst: Bool)
    /// A quotient by the node.
    case quotient(Int)
  }

  mutating func sum(_ node: LevinTensor.Node, _ x: Int) -> Int {
    let shape = nodes[x].shape
    // Axes of size 1 make no difference, so sums that differ in them alone are one sum.
    let axes = ReductionAxes(node.attributes).axes.filter { shape[$0] != 1 }
    if axes.isEmpty { return reshaped(x, to: node.shape) }
    let (core, factors) = split(x, along: axes)
    // An empty sum is 0, whatever the factor.
    guard isLong(axes, shape), !shape.contains(0), !factors.isEmpty,
      spans(core, axes, of: shape)
    else {
      return reshaped(total(x, axes, node.dtype), to: node.shape)
    }
    var result = total(core, axes, .float64)
    for factor in factors { result = apply(factor, to: result) }
    return reshaped(cast(result, to: node.dtype), to: node.shape)
  }

  // The sum with the axes kept as 1.
  private mutating func total(_ x: Int, _ axes: [Int], _ dtype: DType) -> Int {
    var kept = nodes[x].shape
    for axis in axes { kept[axis] = 1 }
    return add(
      .reduction(.sum), [x], dtype, kept, ReductionAxes(axes, keeping: true).attributes)
  }

  // Sums along the axis of observations; for a few rows there is nothing to gain.
  private func isLong(_ axes: [Int], _ shape: [Int]) -> Bool {
    let longest = shape.max() ?? 0
    return longest > Self.smallCount && axes.contains { shape[$0] == longest }
  }

  private mutating func cast(_ x: Int, to dtype: DType) -> Int {
    nodes[x].dtype == dtype ? x : add(.unary(.cast), [x], dtype, nodes[x].shape)
  }

  // In double precision.
  private mutating func apply(_ factor: Factor, to x: Int) -> Int {
    switch factor {
    case .negation: return add(.unary(.negate), [x], .float64, nodes[x].shape)
    case .product(let other, let isFirst):
      let wide = cast(other, to: .float64)
      return combine(.absorbingMultiply, isFirst ? [wide, x] : [x, wide])
    case .quotient(let other): return combine(.absorbingDivide, [x, cast(other, to: .float64)])
    }
  }

  private mutating func combine(_ operation: BinaryOperation, _ operands: [Int]) -> Int {
    let shape = Shape.broadcast(nodes[operands[0]].shape, nodes[operands[1]].shape, for: "sum")
    return add(.binary(operation), operands, .float64, shape)
  }

  // The product without its factors that are the same along the axes, which come outermost first.
  private func split(_ x: Int, along axes: [Int]) -> (core: Int, factors: [Factor]) {
    let shape = nodes[x].shape
    var core = x
    var factors: [Factor] = []
    while case .computed = nodes[core].source {
      let inputs = nodes[core].inputs
      switch nodes[core].operation {
      case .unary(.negate) where nodes[core].dtype.isFloatingPoint:
        factors.append(.negation)
        core = inputs[0]
      case .binary(.absorbingMultiply):
        if let factor = factor(inputs[0], beside: inputs[1], along: axes, of: shape) {
          factors.append(.product(factor, isFirst: true))
          core = inputs[1]
        } else if let factor = factor(inputs[1], beside: inputs[0], along: axes, of: shape) {
          factors.append(.product(factor, isFirst: false))
          core = inputs[0]
        } else {
          return (core, factors)
        }
      case .binary(.absorbingDivide):
        guard let factor = factor(inputs[1], beside: inputs[0], along: axes, of: shape) else {
          return (core, factors)
        }
        factors.append(.quotient(factor))
        core = inputs[0]
      default: return (core, factors)
      }
    }
    return (core, factors)
  }

  // The node that stands for an operand that is the same along the axes: itself, or what it was expanded
  // from, if the other operand has the full shape without it.
  private func factor(_ x: Int, beside other: Int, along axes: [Int], of shape: [Int]) -> Int? {
    if isSame(x, along: axes, of: shape) { return x }
    guard nodes[x].operation == .movement(.expand), case .computed = nodes[x].source,
      nodes[other].shape == shape, isSame(nodes[x].inputs[0], along: axes, of: shape)
    else { return nil }
    return nodes[x].inputs[0]
  }

  private func isSame(_ x: Int, along axes: [Int], of shape: [Int]) -> Bool {
    let own = nodes[x].shape
    return axes.allSatisfy { axis in
      let ownAxis = axis - (shape.count - own.count)
      return ownAxis < 0 || (own[ownAxis] == 1 && shape[axis] != 1)
    }
  }

  private func spans(_ x: Int, _ axes: [Int], of shape: [Int]) -> Bool {
    nodes[x].shape.count == shape.count && axes.allSatisfy { nodes[x].shape[$0] == shape[$0] }
  }
}
