/// The inputs of a node: up to three without an array, since an array would cost an allocation a node.
struct NodeInputs: RandomAccessCollection {
  var first: Node?
  var second: Node?
  var third: Node?
  // Nil rather than empty: an empty array would be retained and released with every node.
  var others: [Node]?

  init(
    _ first: Node? = nil, _ second: Node? = nil, _ third: Node? = nil, _ others: [Node]? = nil
  ) {
    self.first = first
    self.second = second
    self.third = third
    self.others = others
  }

  init(_ nodes: [Node]) {
    first = nodes.first
    second = nodes.count > 1 ? nodes[1] : nil
    third = nodes.count > 2 ? nodes[2] : nil
    others = nodes.count > 3 ? Array(nodes[3...]) : nil
  }

  var startIndex: Int { 0 }

  var endIndex: Int {
    if third != nil { return 3 + (others?.count ?? 0) }
    return second != nil ? 2 : first != nil ? 1 : 0
  }

  subscript(index: Int) -> Node {
    let node =
      switch index {
      case 0: first
      case 1: second
      case 2: third
      default: others?[index - 3]
      }
    guard let node else { fatalError("input \(index) of \(count)") }
    return node
  }

  /// The longest chain that goes on from one of them.
  var longestChain: UInt16 {
    var longest = Swift.max(first?.openChain ?? 0, second?.openChain ?? 0)
    if let third { longest = Swift.max(longest, third.openChain) }
    if let others {
      for node in others { longest = Swift.max(longest, node.openChain) }
    }
    return longest
  }

  /// Whether a gradient may flow to any of them.
  var requireGradient: Bool {
    if first?.requiresGradient == true || second?.requiresGradient == true { return true }
    return third?.requiresGradient == true || others?.contains { $0.requiresGradient } == true
  }
}
