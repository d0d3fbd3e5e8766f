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
  let ticket = GraphReaders.shared.enter()
  defer { GraphReaders.shared.leave(ticket) }
  let found = GradientPath.with(
    from: loss.node, to: tensors, usesMarks: ticket.ownsMarks
  ) { path in
    LazyChains.unbounded {
      path.cotangents[path.count - 1] = Tensor.ones(loss.shape, dtype: loss.dtype)
      for position in stride(from: path.count - 1, through: 0, by: -1) { path.passOn(position) }
    }
    return tensors.map { path.cotangent(at: $0.node) }
  }
  for gradient in found { gradient?.node.shortenChain(to: loss.node.chain) }
  return found
}

/// The differentiable nodes that a loss was made from, inputs first, which of them lead on to what
/// gradients are wanted for, and what has reached each of them.
///
/// The walk keeps its own stack, for a graph may be a chain of a million nodes. Like a `Capture`, a path
/// is in one thread's hands, and its memory serves again.
private final class GradientPath {
  private struct Step: BitwiseCopyable {
    let node: Unmanaged<Node>
    var next: Int
  }

  @exclusivity(unchecked) private var nodes = NodePositions(usesMarks: false)
  @exclusivity(unchecked) private var stack = GrowingBuffer<Step>(capacity: 64)
  /// Whether a gradient at a node is of any use: it is a target or was made from one.
  @exclusivity(unchecked) private var isWanted = GrowingBuffer<Bool>(capacity: 256)
  @exclusivity(unchecked) var cotangents: [Tensor?] = []

  private static let spares = SparePool<GradientPath>()
  private static let mostNodesKept = 1 << 14

  /// The result of `body` on the path from a node back to some tensors.
  static func with<R>(
    from root: Node, to targets: [Tensor], usesMarks: Bool, _ body: (GradientPath) -> R
  ) -> R {
    let path = spares.take() ?? GradientPath()
    path.walk(from: root, to: targets, usesMarks: usesMarks)
    defer {
      path.cotangents.removeAll(keepingCapacity: true)
      if path.count <= mostNodesKept { spares.give(path) }
    }
    return body(path)
  }

  /// The number of nodes.
  var count: Int { nodes.count }

  /// The cotangent that has reached a node.
  func cotangent(at node: Node) -> Tensor? {
    nodes.position(of: .passUnretained(node)).flatMap { cotangents[$0] }
  }

  /// Passes on to a node's inputs what has reached it.
  func passOn(_ position: Int) {
    guard let cotangent = cotangents[position], isWanted[position] else { return }
    let node = nodes[position].takeUnretainedValue()
    let rule = GradientRule(node: node, cotangent: cotangent)
    for index in 0..<Int(node.inputCount) {
      guard let input = node.unownedInput(index), let inputPosition = nodes.position(of: input),
        isWanted[inputPosition], let part = rule.gradient(ofInput: index)
      else { continue }
      let fitted = part.summed(to: input._withUnsafeGuaranteedRef { $0.shape })
      cotangents[inputPosition] = cotangents[inputPosition].map { $0 + fitted } ?? fitted
    }
  }

  private func walk(from root: Node, to targets: [Tensor], usesMarks: Bool) {
    nodes.removeAll(usesMarks: usesMarks)
    visit(.passUnretained(root))
    isWanted.removeAll()
    for _ in 0..<count { isWanted.append(false) }
    for target in targets {
      if let position = nodes.position(of: .passUnretained(target.node)) {
        isWanted[position] = true
      }
    }
    for position in 0..<count where !isWanted[position] {
      isWanted[position] = hasWantedInput(nodes[position])
    }
    for _ in 0..<count { cotangents.append(nil) }
  }

  private func visit(_ root: Unmanaged<Node>) {
    stack.append(Step(node: root, next: 0))
    while stack.count > 0 {
      let step = stack[stack.count - 1]
      if let input = step.node._withUnsafeGuaranteedRef({ $0.unownedInput(step.next) }) {
        stack.updateLast { $0.next += 1 }
        if input._withUnsafeGuaranteedRef({ $0.requiresGradient }),
          nodes.position(of: input) == nil
        {
          stack.append(Step(node: input, next: 0))
        }
      } else {
        _ = stack.removeLast()
        if nodes.position(of: step.node) == nil { nodes.add(step.node) }
      }
    }
  }

  private func hasWantedInput(_ node: Unmanaged<Node>) -> Bool {
    var index = 0
    while let input = node._withUnsafeGuaranteedRef({ $0.unownedInput(index) }) {
      index += 1
      if let position = nodes.position(of: input), isWanted[position] { return true }
    }
    return false
  }
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
