/// A graph as the planner sees it: nodes by number, operations reduced to those that kernels and row
/// moves can do, common subexpressions merged.
struct PlanGraph {
  /// The most elements of a node that has no chunk axis unless an input brings one.
  static let smallCount = 16

  /// The origin of a node's elements.
  enum Source: Hashable {
    /// The execution's leaf of this number; strides are nil for a row-major layout.
    case leaf(Int, strides: [Int]?)
    /// The execution's scalar of this number.
    case scalar(Int)
    /// A number that the planner put there.
    case constant(Double)
    /// The operation.
    case computed
  }

  struct Node: Hashable {
    var operation: Operation
    var source: Source
    var dtype: DType
    var shape: [Int]
    var attributes: [Int]
    var inputs: [Int]
  }

  private(set) var nodes: [Node] = []
  private(set) var roots: [Int] = []
  private var numbers: [Node: Int] = [:]
  private var checkedIndices: [[Int]: Int] = [:]

  init(_ capture: Capture) {
    var leafNodes = 0
    var scalars = 0
    let uses = Self.uses(capture)
    var lowered: [Int] = []
    lowered.reserveCapacity(capture.count)
    for position in 0..<capture.count {
      let node = capture.node(position)
      let inputs = capture.inputs(of: position)
      if node.operation == .scalar {
        lowered.append(add(.scalar, [], node.dtype, [], from: .scalar(scalars)))
        scalars += 1
      } else if inputs.isEmpty {
        let leaf = capture.leavesOfNodes[leafNodes]
        let source = Source.leaf(leaf, strides: node.result?.strides)
        lowered.append(add(.leaf, [], node.dtype, node.shape, from: source))
        leafNodes += 1
      } else {
        let isOnlyUse = inputs.first.map { uses[$0] == 1 } ?? false
        lowered.append(lower(node, inputs.map { lowered[$0] }, isOnlyUse: isOnlyUse))
      }
    }
    roots = capture.roots.map { inMemory(lowered[$0]) }
    removeDeadNodes()
    flatten()
  }

  // A number that somebody asked for is written to memory.
  private mutating func inMemory(_ root: Int) -> Int {
    switch nodes[root].source {
    case .leaf, .computed: root
    case .scalar, .constant: add(.unary(.cast), [root], nodes[root].dtype, nodes[root].shape)
    }
  }

  /// The number of a node, which exists once however often it is asked for.
  mutating func add(
    _ operation: Operation, _ inputs: [Int], _ dtype: DType, _ shape: [Int],
    _ attributes: [Int] = [], from source: Source = .computed
  ) -> Int {
    let node = Node(
      operation: operation, source: source, dtype: dtype, shape: shape, attributes: attributes,
      inputs: inputs)
    if let number = numbers[node] { return number }
    numbers[node] = nodes.count
    nodes.append(node)
    return nodes.count - 1
  }

  /// The table of operations that are made of others.
  ///
  /// - Parameter isOnlyUse: Whether nothing else uses the first input.
  private mutating func lower(
    _ node: LevinTensor.Node, _ inputs: [Int], isOnlyUse: Bool
  ) -> Int {
    switch node.operation {
    case .reduction(.sum): sum(node, inputs[0])
    case .binary(.xlogy): logProduct(node, inputs, logarithm: .log)
    case .binary(.xlog1py): logProduct(node, inputs, logarithm: .log1p)
    case .composite(.logSumExp): logSumExp(node, inputs[0])
    case .composite(.softmax): softmax(node, inputs[0])
    case .movement(.reshape): reshaped(inputs[0], to: node.shape)
    case .movement(.permute): permute(node, inputs[0], isOnlyUse: isOnlyUse)
    case .linearAlgebra(.matrixProduct): matrixProduct(node, inputs)
    case .indexing(.gather): gather(node, inputs)
    case .indexing(.scatterAdd): scatterAdd(node, inputs)
    case .leaf, .scalar, .unary, .binary, .ternary, .reduction, .movement, .indexing,
      .linearAlgebra, .ordering, .scan:
      plain(node, inputs)
    }
  }

  /// The operation itself.
  mutating func plain(_ node: LevinTensor.Node, _ inputs: [Int]) -> Int {
    add(
      node.operation, isPacking(node.operation) ? inputs.map { packed($0) } : inputs, node.dtype,
      node.shape, node.attributes)
  }

  // The number of nodes and roots that use each node.
  private static func uses(_ capture: Capture) -> [Int] {
    var uses = [Int](repeating: 0, count: capture.count)
    for position in 0..<capture.count {
      for input in capture.inputs(of: position) { uses[input] += 1 }
    }
    for root in capture.roots { uses[root] += 1 }
    return uses
  }

  /// The same elements under another shape; a leaf without gaps is the same memory under any.
  mutating func reshaped(_ x: Int, to shape: [Int]) -> Int {
    if nodes[x].shape == shape { return x }
    if case .leaf(_, strides: nil) = nodes[x].source {
      return add(.leaf, [], nodes[x].dtype, shape, from: nodes[x].source)
    }
    return add(.movement(.reshape), [packed(x)], nodes[x].dtype, shape)
  }

  private func isPacking(_ operation: Operation) -> Bool {
    operation.isWhole && !operation.takesStrides
  }

  // The logarithm is a node of its own, so that the gradient has the same one, and several products
  // with it too; what they all have of the data is computed once.
  private mutating func logProduct(
    _ node: LevinTensor.Node, _ inputs: [Int], logarithm: UnaryOperation
  ) -> Int {
    let (a, b) = (inputs[0], inputs[1])
    let logarithm = add(.unary(logarithm), [b], node.dtype, nodes[b].shape)
    return add(node.operation, [a, b, logarithm], node.dtype, node.shape)
  }

  /// Indices as `int32` that are known to be in range, one for all tables of a size.
  mutating func checkedIndex(_ indices: Int, size: Int, _ indexing: LinearIndexing) -> Int {
    if let known = checkedIndices[[indices, size]] { return known }
    let number = add(
      .indexing(.linearIndex), [packed(indices)], .int32, nodes[indices].shape,
      indexing.attributes)
    checkedIndices[[indices, size]] = number
    return number
  }

  // A leaf with gaps has no view of another shape, so it is copied first.
  private mutating func packed(_ input: Int) -> Int {
    guard case .leaf(_, strides: .some) = nodes[input].source else { return input }
    return add(.unary(.cast), [input], nodes[input].dtype, nodes[input].shape)
  }

  // exp(x - shift) and its sum, where shift is the largest entry, or the finite number next to it if it
  // is infinite: then the exponentials are 0 or infinite of themselves.
  private mutating func shiftedExponentials(
    _ x: Int, axes: [Int]
  ) -> (exponentials: Int, sum: Int, shift: Int) {
    let dtype = nodes[x].dtype
    let shape = nodes[x].shape
    var kept = shape
    for axis in axes { kept[axis] = 1 }
    let reduced = ReductionAxes(axes, keeping: true).attributes
    let largest = add(.reduction(.maximumOver), [x], dtype, kept, reduced)
    let bound = dtype == .float32 ? Double(Float.greatestFiniteMagnitude) : .greatestFiniteMagnitude
    let lowest = add(.scalar, [], dtype, [], from: .constant(-bound))
    let highest = add(.scalar, [], dtype, [], from: .constant(bound))
    let raised = add(.binary(.maximum), [largest, lowest], dtype, kept)
    let shift = add(.binary(.minimum), [raised, highest], dtype, kept)
    let shifted = add(.binary(.subtract), [x, shift], dtype, shape)
    let exponentials = add(.unary(.exp), [shifted], dtype, shape)
    return (exponentials, add(.reduction(.sum), [exponentials], dtype, kept, reduced), shift)
  }

  private mutating func logSumExp(_ node: LevinTensor.Node, _ x: Int) -> Int {
    let axes = Array(ReductionAxes(node.attributes).axes)
    if axes.contains(where: { nodes[x].shape[$0] == 0 }) {
      let nothing = add(.scalar, [], node.dtype, [], from: .constant(-.infinity))
      return add(.movement(.expand), [nothing], node.dtype, node.shape)
    }
    let (_, sum, shift) = shiftedExponentials(x, axes: axes)
    let kept = nodes[sum].shape
    let logarithm = add(.unary(.log), [sum], node.dtype, kept)
    let result = add(.binary(.add), [logarithm, shift], node.dtype, kept)
    return node.shape == kept ? result : add(.movement(.reshape), [result], node.dtype, node.shape)
  }

  private mutating func softmax(_ node: LevinTensor.Node, _ x: Int) -> Int {
    let axes = Array(ReductionAxes(node.attributes).axes)
    if nodes[x].shape.contains(0) { return x }
    let (exponentials, sum, _) = shiftedExponentials(x, axes: axes)
    // An entry of -inf has weight 0, also when all are -inf and the sum is 0.
    return add(.binary(.absorbingDivide), [exponentials, sum], node.dtype, node.shape)
  }

  /// Removes all nodes, before others are added.
  mutating func removeAll() {
    nodes = []
    numbers = [:]
  }

  /// Gives the roots the numbers that their nodes have now.
  mutating func moveRoots(to numbers: [Int]) { roots = roots.map { numbers[$0] } }

  private mutating func removeDeadNodes() {
    var alive = [Bool](repeating: false, count: nodes.count)
    for root in roots { alive[root] = true }
    for number in nodes.indices.reversed() where alive[number] {
      for input in nodes[number].inputs { alive[input] = true }
    }
    var renumbered = [Int](repeating: -1, count: nodes.count)
    var kept: [Node] = []
    for number in nodes.indices where alive[number] {
      var node = nodes[number]
      node.inputs = node.inputs.map { renumbered[$0] }
      renumbered[number] = kept.count
      kept.append(node)
    }
    nodes = kept
    roots = roots.map { renumbered[$0] }
  }
}
