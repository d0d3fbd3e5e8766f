extension GradientRule {
  /// The gradient at the operand `x`, the one of an index, of a movement of elements.
  func movement(_ operation: MovementOperation, _ x: Tensor, _ g: Tensor, _ index: Int) -> Tensor {
    switch operation {
    case .reshape: g.reshaped(to: x.shape)
    case .expand: g
    case .permute: g.permuted(inversePermutation)
    case .slice:
      Tensor(
        Node.embed(g.node, starts: slicing.starts, steps: slicing.steps, in: x.shape))
    case .embed: slice(of: g, shape: x.shape)
    case .concatenate: part(of: g, index)
    case .replace:
      index == 0 ? withoutReplaced(g) : slice(of: g, shape: x.shape)
    }
  }

  private var slicing: Slicing { Slicing(node.attributes) }

  private func slice(of g: Tensor, shape: [Int]) -> Tensor {
    Tensor(Node.slice(g.node, starts: slicing.starts, counts: shape, steps: slicing.steps))
  }

  // Nothing reaches what was replaced.
  private func withoutReplaced(_ g: Tensor) -> Tensor {
    let zeros = Tensor.zeros(inputs[1].shape, dtype: g.dtype)
    return Tensor(
      Node.replace(g.node, with: zeros.node, starts: slicing.starts, steps: slicing.steps))
  }

  private var inversePermutation: [Int] {
    var inverse = node.attributes
    for (axis, operandAxis) in node.attributes.enumerated() { inverse[operandAxis] = axis }
    return inverse
  }

  private func part(of g: Tensor, _ index: Int) -> Tensor {
    let axis = node.attributes[0]
    var starts = [Int](repeating: 0, count: g.rank)
    starts[axis] = inputs[..<index].reduce(0) { $0 + $1.shape[axis] }
    let steps = [Int](repeating: 1, count: g.rank)
    return Tensor(Node.slice(g.node, starts: starts, counts: inputs[index].shape, steps: steps))
  }
}
