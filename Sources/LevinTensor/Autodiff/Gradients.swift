/// The gradients of a scalar with respect to tensors it was made from.
///
/// They are more graph: nothing is computed here, and a gradient can be differentiated again. Computed
/// together with the loss they share its work.
///
/// - Parameters:
///   - loss: One element of a real dtype.
///   - tensors: Tensors from ``Tensor/requiringGradient()``, parameters, or what was made from these.
/// - Returns: For each tensor a gradient of its shape and dtype, or nil where the loss does not depend
///   on it.
public func gradients(of loss: Tensor, at tensors: [Tensor]) -> [Tensor?] {
  require(
    loss.elementCount == 1,
    "gradients: the loss has shape \(loss.shape); take a mean or a sum to get one element")
  guard loss.requiresGradient else { return tensors.map { _ in nil } }
  let targets = tensors.map(\.node)
  let order = nodesBetween(loss.node, and: targets)
  var cotangents = NodeTable<Tensor>(minimumCapacity: order.count)
  cotangents[loss.node] = Tensor.ones(loss.shape, dtype: loss.dtype)
  for (node, wanted) in order.reversed() {
    guard let cotangent = cotangents[node], wanted != 0 else { continue }
    let inputs = node.inputs
    let rule = GradientRule(node: node, inputs: inputs, cotangent: cotangent)
    for index in inputs.indices where index > 62 || wanted & (1 << UInt64(index)) != 0 {
      guard inputs[index].requiresGradient, let part = rule.gradient(ofInput: index) else {
        continue
      }
      let fitted = part.summed(to: inputs[index].shape)
      cotangents[inputs[index]] = cotangents[inputs[index]].map { $0 + fitted } ?? fitted
    }
  }
  return targets.map { cotangents[$0] }
}

/// Nodes on a path from a target to the loss, inputs first, each with a mask of the inputs on a path.
///
/// The walk keeps its own stack, for a graph may be a chain of a million nodes.
private func nodesBetween(_ root: Node, and targets: [Node]) -> [(node: Node, wanted: UInt64)] {
  var reaches = NodeTable<Bool>(minimumCapacity: 64)
  for target in targets { reaches[target] = true }
  var order: [(node: Node, wanted: UInt64)] = []
  var visited = NodeTable<Bool>(minimumCapacity: 64)
  var stack: [(node: Node, entered: Bool)] = [(root, false)]
  while let (node, entered) = stack.popLast() {
    if entered {
      var wanted: UInt64 = 0
      for index in 0..<node.inputCount {
        guard let input = node.input(index), reaches[input] == true else { continue }
        wanted |= 1 << UInt64(min(index, 63))
      }
      if wanted != 0 { reaches[node] = true }
      order.append((node, wanted))
      continue
    }
    guard node.requiresGradient, visited[node] == nil else { continue }
    visited[node] = true
    stack.append((node, true))
    for index in 0..<node.inputCount {
      guard let input = node.input(index), input.requiresGradient, visited[input] == nil else {
        continue
      }
      stack.append((input, false))
    }
  }
  return order
}

extension Tensor {
  /// The sum over the axes along which `shape` was broadcast to this tensor's shape.
  func summed(to shape: [Int]) -> Tensor {
    if self.shape == shape { return self }
    let added = rank - shape.count
    let axes = (0..<rank).filter { $0 < added || (shape[$0 - added] == 1 && self.shape[$0] != 1) }
    return sum(axes: axes, keepingDimensions: true).reshaped(to: shape)
  }
}
