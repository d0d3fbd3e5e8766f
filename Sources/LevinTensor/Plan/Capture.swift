/// What is asked for, as one walk over the graph finds it: nodes in order, the leaves and numbers that
/// an execution needs, and the words by which a plan for it is recognised.
///
/// The words hold operations, attributes, shapes, dtypes, wiring, roots and the leaves' layout: all that
/// a plan depends on. The values of scalars are not among them.
struct Capture {
  /// Nodes, each after its inputs.
  private(set) var nodes: [Node] = []
  // The places of all nodes' inputs in `nodes`, one node after the other, and where each node's end.
  private var inputPlaces: [Int] = []
  private var inputEnds: [Int] = []
  /// The places of the roots.
  private(set) var roots: [Int] = []
  private(set) var leaves: [Node.View] = []
  private(set) var leafDTypes: [DType] = []
  private(set) var scalars: [Double] = []
  private(set) var scalarDTypes: [DType] = []
  private(set) var words: [Int] = []

  private var places: NodeNumbers

  init(roots requested: [Node]) {
    places = NodeNumbers(minimumCapacity: 256)
    words.reserveCapacity(2048)
    nodes.reserveCapacity(256)
    inputPlaces.reserveCapacity(512)
    inputEnds.reserveCapacity(256)
    for root in requested { roots.append(visit(root)) }
    words.append(-1)
    for root in roots { words.append(root) }
  }

  /// The places of a node's inputs in `nodes`.
  func inputs(of place: Int) -> ArraySlice<Int> {
    inputPlaces[(place == 0 ? 0 : inputEnds[place - 1])..<inputEnds[place]]
  }

  // Depth first with a stack of its own: a graph may be a chain of a million nodes.
  private mutating func visit(_ root: Node) -> Int {
    if let place = places[root] { return place }
    var stack: [(node: Node, next: Int)] = [(root, root.isEvaluated ? root.inputCount : 0)]
    while !stack.isEmpty {
      let top = stack.count - 1
      let next = stack[top].next
      if next < stack[top].node.inputCount, let input = stack[top].node.input(next) {
        stack[top].next = next + 1
        // A node that is computed stands for its numbers.
        if places[input] == nil { stack.append((input, input.isEvaluated ? input.inputCount : 0)) }
      } else {
        let node = stack.removeLast().node
        if places[node] == nil { append(node) }
      }
    }
    return places[root] ?? 0
  }

  private mutating func append(_ node: Node) {
    places.add(node, nodes.count)
    nodes.append(node)
    // Another thread may have computed the node since its inputs were visited; it is a leaf then too.
    let isOpen = !node.isEvaluated && appendPlaces(ofInputsOf: node)
    inputEnds.append(inputPlaces.count)
    let isLeaf = !isOpen && node.operation != .scalar
    let operation = isLeaf ? Operation.leaf : node.operation
    words.append(
      Int(operation.rawValue) | Int(node.dtype.rawValue) << 8 | node.shape.count << 16
        | (isOpen ? node.inputCount << 24 | node.attributes.count << 48 : 0))
    for size in node.shape { words.append(size) }
    if isLeaf {
      guard let view = node.result else { fatalError("\(node.operation) has no inputs") }
      words.append(view.strides == nil ? 0 : 1)
      if let strides = view.strides { words.append(contentsOf: strides) }
      leaves.append(view)
      leafDTypes.append(node.dtype)
    } else if operation == .scalar {
      scalars.append(node.scalar)
      scalarDTypes.append(node.dtype)
    } else {
      for attribute in node.attributes { words.append(attribute) }
      for place in inputPlaces.suffix(node.inputCount) { words.append(place) }
    }
  }

  private mutating func appendPlaces(ofInputsOf node: Node) -> Bool {
    let start = inputPlaces.count
    for index in 0..<node.inputCount {
      guard let input = node.input(index), let place = places[input] else {
        inputPlaces.removeSubrange(start...)
        return false
      }
      inputPlaces.append(place)
    }
    return node.inputCount > 0
  }
}
