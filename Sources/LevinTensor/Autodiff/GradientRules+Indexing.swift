// Taking and adding up are each other's gradient, so both have derivatives of any order.
extension GradientRule {
  /// The gradient at the operand of an index of an operation by index, or nil where it is flat.
  func indexing(_ operation: IndexingOperation, _ g: Tensor, _ index: Int) -> Tensor? {
    switch operation {
    case .gather:
      index == 0 ? scattered(g, Node.scatterAdd) : nil
    case .scatterAdd:
      index == 0 ? Tensor(Node.gather(g.node, inputs[1], axis: axis, from: origin)) : nil
    case .takeAlong:
      index == 0 ? scattered(g, Node.scatterAddAlong) : nil
    case .scatterAddAlong:
      index == 0 ? Tensor(Node.takeAlong(g.node, inputs[1], axis: axis, from: origin)) : nil
    case .scatter: scatter(g, index)
    case .linearIndex, .nonZero: nil
    }
  }

  private func scattered(
    _ g: Tensor, _ scatter: (Node, Node, Int, Int, IndexOrigin) -> Node
  ) -> Tensor {
    Tensor(scatter(g.node, inputs[1], axis, inputs[0].shape[axis], origin))
  }

  private var axis: Int { IndexedAxis(node.attributes).axis }
  private var origin: IndexOrigin { IndexedAxis(node.attributes).origin }

  // Nothing reaches what was replaced, nor a value that a later one replaced.
  private func scatter(_ g: Tensor, _ index: Int) -> Tensor? {
    let (values, indices) = (inputs[1], inputs[2])
    if index == 0 {
      let zeros = Tensor.zeros(values.shape, dtype: g.dtype)
      return Tensor(Node.scatter(g.node, zeros.node, indices, axis: axis, from: origin))
    }
    guard index == 1 else { return nil }
    let taken = Tensor(Node.gather(g.node, indices, axis: axis, from: origin))
    if indices.count == 1 { return taken }
    let rowRank = node.shape.count - axis - 1
    let mask = stands(indices, size: node.shape[axis])
      .reshaped(to: indices.shape + [Int](repeating: 1, count: rowRank))
    return `where`(mask, taken, 0)
  }

  // Whether each index is the last that names its position.
  private func stands(_ indices: Node, size: Int) -> Tensor {
    let order = Tensor.arange(indices.count).reshaped(to: indices.shape)
    let none = Tensor.zeros([size], dtype: .int64)
    let last = Node.scatter(none.node, order.node, indices, axis: 0, from: origin)
    return Tensor(Node.gather(last, indices, axis: 0, from: origin)) .== order
  }
}
