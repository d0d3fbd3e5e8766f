/// Products of matrices in a plan: which join a pass over the data, and which a routine computes.
///
/// A product with one long axis and few numbers along the others, observations times a handful of
/// coefficients, is written as products of elements and a sum: so it is computed chunk by chunk with all
/// else that meets the observations, and its gradient becomes accumulators of the same pass. All others
/// go to the routine, which reads a transposed operand where it lies.
extension PlanGraph {
  /// The most elements of the short axes together for a product to join a pass.
  ///
  /// Beyond it the routine's tiles are faster although its operands and result go through memory.
  private static let mostInPass = 32
  /// The shortest axis that is worth a pass.
  private static let leastLong = 64

  mutating func matrixProduct(_ node: LevinTensor.Node, _ inputs: [Int]) -> Int {
    let (a, b) = (inputs[0], inputs[1])
    let inner = nodes[a].shape[nodes[a].shape.count - 1]
    let space = node.shape + [inner]
    let longest = space.max() ?? 0
    if node.dtype.isFloatingPoint, longest >= Self.leastLong,
      Shape.count(space) / longest <= Self.mostInPass, !space.contains(0)
    {
      return productInPass(node, a, b)
    }
    let (first, isFirstTransposed) = untransposed(a)
    let (second, isSecondTransposed) = untransposed(b)
    return add(
      .linearAlgebra(.matrixProduct), [first, second], node.dtype, node.shape,
      TransposedOperands(first: isFirstTransposed, second: isSecondTransposed).attributes)
  }

  // [..., m, k, 1] times [..., 1, k, n], summed over k.
  private mutating func productInPass(_ node: LevinTensor.Node, _ a: Int, _ b: Int) -> Int {
    let (shapeA, shapeB) = (nodes[a].shape, nodes[b].shape)
    let columns = shapeB[shapeB.count - 1]
    let tall = reshaped(a, to: shapeA + [1])
    let wide = reshaped(b, to: Array(shapeB.dropLast(2)) + [1] + shapeB.suffix(2))
    let product = Array(node.shape.dropLast()) + [shapeA[shapeA.count - 1], columns]
    let terms = add(.binary(.multiply), [tall, wide], node.dtype, product)
    return add(
      .reduction(.sum), [terms], node.dtype, node.shape,
      ReductionAxes([product.count - 2], keeping: false, ofMatrixProduct: true).attributes)
  }

  // The operand of a transposition; any other node as it is.
  private func untransposed(_ x: Int) -> (Int, Bool) {
    let node = nodes[x]
    guard node.operation == .movement(.permute), Self.isTransposition(node.attributes) else {
      return (x, false)
    }
    return (node.inputs[0], true)
  }

  /// Whether an order exchanges the last two axes and no others.
  private static func isTransposition(_ order: [Int]) -> Bool {
    let count = order.count
    guard count > 1, order[count - 1] == count - 2, order[count - 2] == count - 1 else {
      return false
    }
    return (0..<(count - 2)).allSatisfy { order[$0] == $0 }
  }

  /// A permutation; the transpose of a product that nothing else needs is the product of the transposes
  /// in reverse, so the gradient at a transposed operand moves no numbers.
  mutating func permute(_ node: LevinTensor.Node, _ x: Int, isOnlyUse: Bool) -> Int {
    let operand = nodes[x]
    guard operand.operation == .linearAlgebra(.matrixProduct), isOnlyUse,
      Self.isTransposition(node.attributes)
    else { return add(.movement(.permute), [x], node.dtype, node.shape, node.attributes) }
    return add(
      operand.operation, operand.inputs.reversed(), node.dtype, node.shape,
      TransposedOperands(operand.attributes).ofTranspose.attributes)
  }
}
