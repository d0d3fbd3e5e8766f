/// The inputs of a node: up to three in place, since an array would cost an allocation a node.
struct NodeInputs: RandomAccessCollection {
  private(set) var first: Node?
  private var second: Node?
  private var third: Node?
  private var others: [Node]
  private(set) var count: Int

  init() {
    others = []
    count = 0
  }

  init(_ first: Node) {
    self.first = first
    others = []
    count = 1
  }

  init(_ first: Node, _ second: Node) {
    self.first = first
    self.second = second
    others = []
    count = 2
  }

  init(_ first: Node, _ second: Node, _ third: Node) {
    self.first = first
    self.second = second
    self.third = third
    others = []
    count = 3
  }

  init(_ nodes: [Node]) {
    count = nodes.count
    first = nodes.first
    second = nodes.count > 1 ? nodes[1] : nil
    third = nodes.count > 2 ? nodes[2] : nil
    others = nodes.count > 3 ? Array(nodes[3...]) : []
  }

  var startIndex: Int { 0 }
  var endIndex: Int { count }

  subscript(index: Int) -> Node {
    let node =
      switch index {
      case 0: first
      case 1: second
      case 2: third
      default: others[index - 3]
      }
    guard let node else { fatalError("input \(index) of \(count)") }
    return node
  }

  /// Whether a gradient may flow to any of them.
  var requireGradient: Bool {
    if first?.requiresGradient == true || second?.requiresGradient == true { return true }
    return third?.requiresGradient == true || others.contains { $0.requiresGradient }
  }

  /// Removes the last one.
  mutating func takeLast() -> Node? {
    guard count > 0 else { return nil }
    count -= 1
    var taken: Node?
    switch count {
    case 0: swap(&taken, &first)
    case 1: swap(&taken, &second)
    case 2: swap(&taken, &third)
    default: taken = others.popLast()
    }
    return taken
  }
}
