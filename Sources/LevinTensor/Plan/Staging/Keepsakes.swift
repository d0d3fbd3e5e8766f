/// The nodes that a plan keeps from one run to the next when some of its leaves and numbers stay the same.
///
/// A node that depends on nothing else has the same elements in each run. Those whose elements meet
/// something that changes are kept: totals and results of routines always, rows when working them out
/// again costs more than reading them. A leaf that is not contiguous along the chunk
/// axis is kept packed, unless it has columns enough to be loaded together.
struct Keepsakes {
  /// A kept node and how its elements lie in memory of its own.
  struct Item: Hashable {
    var node: Int
    var strides: [Int]
    var byteCount: Int
  }

  private(set) var items: [Item] = []
  /// The leaves and numbers on which they depend.
  private(set) var leaves: [Int] = []
  private(set) var scalars: [Int] = []

  /// The bytes of all of them.
  var byteCount: Int { items.reduce(0) { $0 + $1.byteCount } }

  // The cost from which reading is cheaper, in simple operations.
  private static let leastCost = 4
  private static let leastExtent = 256

  private let stages: Stages
  private let hasUniformRows: Set<Int>
  private let isRoot: Set<Int>
  private var isSame: [Bool]
  private var costs: [Int]
  private var isKept: [Bool]
  private var isVisited: [Bool]

  private var graph: PlanGraph { stages.layout.graph }

  /// - Parameters:
  ///   - hasUniformRows: Nodes of which a pass computes a row as one number; these are never kept, for
  ///     a sum over one number takes another way than a sum over a row.
  init(
    _ stages: Stages, hasUniformRows: Set<Int>, sameLeaves: (Int) -> Bool,
    sameScalars: (Int) -> Bool
  ) {
    self.stages = stages
    self.hasUniformRows = hasUniformRows
    isRoot = Set(stages.layout.graph.roots)
    let count = stages.layout.graph.nodes.count
    isSame = Array(repeating: false, count: count)
    costs = Array(repeating: 0, count: count)
    isKept = Array(repeating: false, count: count)
    isVisited = Array(repeating: false, count: count)
    findSame(sameLeaves, sameScalars)
    findItems()
    findDependencies()
  }

  private mutating func findSame(_ sameLeaves: (Int) -> Bool, _ sameScalars: (Int) -> Bool) {
    for number in graph.nodes.indices {
      let node = graph.nodes[number]
      switch node.source {
      case .leaf(let leaf, _): isSame[number] = sameLeaves(leaf)
      case .scalar(let scalar): isSame[number] = sameScalars(scalar)
      case .constant: isSame[number] = true
      case .computed:
        isSame[number] = node.inputs.allSatisfy { isSame[$0] }
        let inputs = node.inputs.reduce(0) { $0 + costs[$1] }
        costs[number] = min(inputs + node.operation.cost, Self.leastCost)
      }
    }
  }

  // From what changes back to what does not.
  private mutating func findItems() {
    for number in graph.nodes.indices
    where stages.layout.kinds[number] != .given && (!isSame[number] || isRoot.contains(number)) {
      visit(inputsOf: number)
    }
  }

  private mutating func visit(inputsOf start: Int) {
    var stack = [start]
    while let number = stack.popLast() {
      if isVisited[number] { continue }
      isVisited[number] = true
      for index in graph.nodes[number].inputs.indices {
        let input = graph.nodes[number].inputs[index]
        guard isSame[input], !isKept[input] else { continue }
        if isWorthKeeping(input, for: number, index) {
          keep(input, for: number, index)
        } else if stages.layout.kinds[input] != .given {
          stack.append(input)
        }
      }
    }
  }

  private func isWorthKeeping(_ number: Int, for consumer: Int, _ index: Int) -> Bool {
    // A root is computed anyhow.
    if isRoot.contains(number) { return false }
    switch stages.layout.kinds[number] {
    case .accumulated, .whole: return true
    case .given: return isScatteredLeaf(number, for: consumer, index)
    case .computed:
      if hasUniformRows.contains(number) { return false }
      if stages.isStored[number] { return true }
      return stages.layout.extents[number] >= Self.leastExtent && costs[number] >= Self.leastCost
    }
  }

  // Whether the axis along which a consumer reads a leaf chunk by chunk is not contiguous.
  private func isScatteredLeaf(_ number: Int, for consumer: Int, _ index: Int) -> Bool {
    guard case .leaf(_, let strides) = graph.nodes[number].source,
      case .axis(let axis) = readingAxis(number, for: consumer, index)
    else { return false }
    let shape = graph.nodes[number].shape
    let steps = strides ?? Shape.contiguousStrides(shape)
    // Columns side by side are loaded together, which is as fast as it would be to read copies of them.
    let hasNeighbours = shape.indices.contains {
      $0 != axis && steps[$0] == 1 && shape[$0] >= ColumnRuns.fewest
    }
    return shape[axis] >= Self.leastExtent && steps[axis] > 1 && !hasNeighbours && !isPacked(number)
  }

  private func readingAxis(_ number: Int, for consumer: Int, _ index: Int) -> Layout.Alignment {
    if stages.layout.kinds[consumer] == .whole { return .none }
    return stages.layout.operandAlignment(consumer, input: index)
  }

  private mutating func keep(_ number: Int, for consumer: Int, _ index: Int) {
    let node = graph.nodes[number]
    isKept[number] = true
    var axis = stages.layout.chunkAxes[number]
    if stages.layout.kinds[number] == .given,
      case .axis(let read) = readingAxis(number, for: consumer, index)
    {
      axis = read
    }
    items.append(
      Item(
        node: number, strides: Self.strides(node.shape, innermost: isPacked(number) ? nil : axis),
        byteCount: Shape.count(node.shape) * node.dtype.byteCount))
  }

  // Whether some consumer counts on row-major memory.
  private func isPacked(_ number: Int) -> Bool {
    graph.nodes.contains { node in
      (node.operation == .movement(.reshape) || node.operation.isWhole)
        && node.inputs.contains(number)
    }
  }

  private static func strides(_ shape: [Int], innermost axis: Int?) -> [Int] {
    guard let axis else { return Shape.contiguousStrides(shape) }
    var strides = [Int](repeating: 1, count: shape.count)
    var step = shape[axis]
    for other in shape.indices.reversed() where other != axis {
      strides[other] = step
      step *= shape[other]
    }
    return strides
  }

  private mutating func findDependencies() {
    var seen = Set<Int>()
    var stack = items.map(\.node)
    while let number = stack.popLast() {
      guard seen.insert(number).inserted else { continue }
      switch graph.nodes[number].source {
      case .leaf(let leaf, _): leaves.append(leaf)
      case .scalar(let scalar): scalars.append(scalar)
      case .constant: break
      case .computed: stack += graph.nodes[number].inputs
      }
    }
    // Two nodes may look at one leaf.
    leaves = Set(leaves).sorted()
    scalars.sort()
  }
}
