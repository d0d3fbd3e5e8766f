/// Which axis of each node runs along chunks, and how a consumer's axis lies in its inputs.
///
/// The chunk axis of a node is the one its inputs bring along, or else its longest, of several the
/// innermost, which is contiguous. It is a function of
/// shapes alone. Values of few elements have none: each element is a number of its own.
struct Layout {
  /// The way in which a node comes to its elements.
  enum Kind {
    /// In memory before anything runs, or one number: any stage takes it as it likes.
    case given
    /// Row by row in a stage.
    case computed
    /// A total that is there when a stage has passed over all chunks.
    case accumulated
    /// By a routine, from operands in memory.
    case whole
  }

  /// The axis of an input that an axis of its consumer is.
  enum Alignment: Equatable {
    /// Along this axis of the input.
    case axis(Int)
    /// None: the input has one element for all indices along it.
    case broadcast
    /// None: elements along it come from several parts of the input.
    case none
  }

  let graph: PlanGraph
  private(set) var kinds: [Kind] = []
  /// The chunk axis in the node's own shape, or nil.
  private(set) var chunkAxes: [Int?] = []
  /// The chunk axis of a reduction in its operand's shape.
  private(set) var operandAxes: [Int?] = []
  /// The length of the chunk axis in which a node is computed; 0 for single numbers.
  private(set) var extents: [Int] = []

  init(_ graph: PlanGraph) {
    self.graph = graph
    for number in graph.nodes.indices { lay(number) }
  }

  private mutating func lay(_ number: Int) {
    let node = graph.nodes[number]
    guard case .computed = node.source else { return append(.given, nil, extent: 0) }
    if node.operation.isReduction { return layReduction(node) }
    if node.operation.isWhole { return append(.whole, nil, extent: 0) }
    guard let axis = chunkAxis(of: node) else { return append(.computed, nil, extent: 0) }
    let isWhole =
      node.operation.routine != nil
      && node.inputs.indices.contains { alignment(of: axis, in: node, input: $0) == .none }
    append(isWhole ? .whole : .computed, isWhole ? nil : axis, extent: node.shape[axis])
  }

  private mutating func append(_ kind: Kind, _ axis: Int?, extent: Int, operandAxis: Int? = nil) {
    kinds.append(kind)
    chunkAxes.append(axis)
    operandAxes.append(operandAxis)
    extents.append(extent)
  }

  private mutating func layReduction(_ node: PlanGraph.Node) {
    let operand = node.inputs[0]
    let shape = graph.nodes[operand].shape
    guard let axis = chunkAxes[operand] ?? (isInMemory(operand) ? Self.longestAxis(shape) : nil)
    else { return append(.computed, nil, extent: 0) }
    let reduced = ReductionAxes(node.attributes)
    let axes = reduced.axes
    if axes.contains(axis) {
      return append(.accumulated, nil, extent: shape[axis], operandAxis: axis)
    }
    let own = reduced.areKept ? axis : axis - axes.count { $0 < axis }
    append(.computed, own, extent: shape[axis], operandAxis: axis)
  }

  /// Whether a node's elements lie in memory when a later stage wants them, in any order it likes.
  func isInMemory(_ number: Int) -> Bool {
    switch kinds[number] {
    case .given, .accumulated, .whole: true
    case .computed: false
    }
  }

  private static func longestAxis(_ shape: [Int]) -> Int? {
    guard Shape.count(shape) > PlanGraph.smallCount, let longest = shape.max() else { return nil }
    return shape.lastIndex(of: longest)
  }

  private func chunkAxis(of node: PlanGraph.Node) -> Int? {
    var best: Int?
    for (index, input) in node.inputs.enumerated() {
      guard let axis = chunkAxes[input], let own = forward(axis, in: node, input: index) else {
        continue
      }
      if best.map({ node.shape[$0] < node.shape[own] }) ?? true { best = own }
    }
    guard let longest = Self.longestAxis(node.shape) else { return best }
    guard let best else { return longest }
    return node.shape[best] >= node.shape[longest] ? best : longest
  }

  // The axis of the result along which an input's chunk axis runs on, if it does.
  private func forward(_ axis: Int, in node: PlanGraph.Node, input: Int) -> Int? {
    node.shape.indices.first { own in
      alignment(of: own, in: node, input: input) == .axis(axis)
        && node.shape[own] == graph.nodes[node.inputs[input]].shape[axis]
    }
  }

  /// The axis of an input that an axis of a node is, which is no reduction.
  func alignment(of axis: Int, in node: PlanGraph.Node, input index: Int) -> Alignment {
    let input = graph.nodes[node.inputs[index]]
    let size = node.shape[axis]
    guard case .movement(let movement) = node.operation else {
      return broadcastAlignment(of: axis, in: node, input)
    }
    switch movement {
    case .expand: return broadcastAlignment(of: axis, in: node, input)
    case .permute: return .axis(node.attributes[axis])
    case .replace where index == 0: return .axis(axis)
    case .slice, .embed, .replace:
      let isWhole =
        Slicing(node.attributes).isContiguous(axis) && input.shape[axis] == size
      return isWhole ? .axis(axis) : .none
    case .concatenate: return axis == node.attributes[0] ? .none : .axis(axis)
    case .reshape:
      let inner = Shape.count(Array(node.shape[(axis + 1)...]))
      let same = input.shape.indices.first {
        input.shape[$0] == size && Shape.count(Array(input.shape[($0 + 1)...])) == inner
      }
      return same.map { .axis($0) } ?? .none
    }
  }

  private func broadcastAlignment(
    of axis: Int, in node: PlanGraph.Node, _ input: PlanGraph.Node
  ) -> Alignment {
    let own = axis - (node.shape.count - input.shape.count)
    if own < 0 { return .broadcast }
    return input.shape[own] == node.shape[axis] ? .axis(own) : .broadcast
  }

  /// The chunk axis of a node as it lies in one of its inputs.
  func operandAlignment(_ number: Int, input index: Int) -> Alignment {
    let node = graph.nodes[number]
    if node.operation.isReduction { return operandAxes[number].map { .axis($0) } ?? .broadcast }
    guard let axis = chunkAxes[number] else { return .broadcast }
    return alignment(of: axis, in: node, input: index)
  }

  /// Whether a node can take an input chunk by chunk, or number by number, as it is computed.
  func fuses(_ number: Int, input index: Int) -> Bool {
    let input = graph.nodes[number].inputs[index]
    guard kinds[input] == .computed, kinds[number] != .whole else { return false }
    if extents[number] != extents[input] { return false }
    if extents[number] == 0 { return true }
    guard let axis = chunkAxes[input] else { return false }
    return operandAlignment(number, input: index) == .axis(axis)
  }
}
