extension GradientSink {
  /// The sum of the gradients so far, in memory; nil when there was none.
  package var gradient: Tensor? {
    get { node.map { Tensor($0) } }
    set { node = newValue?.node }
  }
}

extension Tensor {
  /// Adds the gradients of this scalar to the `gradient` of each parameter it was made from.
  ///
  /// Computes the scalar and the gradients together. For loops written by hand; a `Trainer` asks for
  /// ``gradients(of:at:)`` instead, which changes nothing.
  public func backward() {
    require(
      elementCount == 1,
      "backward: the tensor has shape \(shape); take a mean or a sum to get one element")
    let leaves = node.leavesWithSink().map { Tensor($0) }
    let found = gradients(of: self, at: leaves)
    withoutGradient {
      let sums = zip(leaves, found).map { leaf, gradient -> Tensor? in
        guard let gradient else { return nil }
        return (leaf.node.sink?.gradient.map { $0 + gradient } ?? gradient).detached()
      }
      // A fault is told of when the scalar or a gradient is read.
      try? evaluate([self] + sums.compactMap { $0 })
      for (leaf, sum) in zip(leaves, sums) {
        if let sum { leaf.node.sink?.gradient = sum.detached() }
      }
    }
  }
}

extension Node {
  /// The leaves that want a gradient, among all that this node was made from.
  fileprivate func leavesWithSink() -> [Node] {
    var visited: Set<ObjectIdentifier> = []
    var leaves: [Node] = []
    var stack: [Node] = [self]
    while let node = stack.popLast() {
      guard node.requiresGradient, visited.insert(ObjectIdentifier(node)).inserted else { continue }
      if node.sink != nil { leaves.append(node) }
      stack += node.inputs
    }
    return leaves
  }
}
