// Taking and adding up are each other's gradient, so both have derivatives of any order.
extension GradientRule {
  /// What reaches an input of an operation by index, or nil where it is flat.
  func indexing(_ g: Tensor, _ index: Int) -> Tensor? {
    switch node.operation {
    case .replace:
      let values = inputs[1]
      return index == 0
        ? Tensor(
          Node.replace(
            g.node, with: Tensor.zeros(values.shape, dtype: g.dtype).node, starts: evenAttributes,
            steps: oddAttributes))
        : Tensor(
          Node.slice(g.node, starts: evenAttributes, counts: values.shape, steps: oddAttributes))
    case .scatter: return scatter(g, index)
    case .gather, .scatterAdd, .takeAlong, .scatterAddAlong: return index == 0 ? moved(g) : nil
    default: return nil
    }
  }

  private func moved(_ g: Tensor) -> Tensor {
    let (indices, size) = (inputs[1], inputs[0].shape[axis])
    let result: Node =
      switch node.operation {
      case .gather: .scatterAdd(g.node, indices, axis: axis, size: size, from: origin)
      case .scatterAdd: .gather(g.node, indices, axis: axis, from: origin)
      case .takeAlong: .scatterAddAlong(g.node, indices, axis: axis, size: size, from: origin)
      default: .takeAlong(g.node, indices, axis: axis, from: origin)
      }
    return Tensor(result)
  }

  private var axis: Int { node.attributes[0] }

  private var origin: IndexOrigin {
    IndexOrigin(axis: node.attributes[1], site: CallSite(lastOf: node.attributes))
  }

  // Nothing reaches what was replaced, nor a value that a later one took the place of.
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

  // Which of the indices is the last that names its place.
  private func stands(_ indices: Node, size: Int) -> Tensor {
    let order = Tensor.arange(indices.count).reshaped(to: indices.shape)
    let none = Tensor.zeros([size], dtype: .int64)
    let last = Node.scatter(none.node, order.node, indices, axis: 0, from: origin)
    return Tensor(Node.gather(last, indices, axis: 0, from: origin)) .== order
  }
}
