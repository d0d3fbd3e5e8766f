/// The stages of a plan: which node is computed in which pass, and which results go to memory between
/// passes.
///
/// A node goes to the latest pass that still serves all its consumers, so that what depends on data alone
/// joins the pass over the data instead of making one of its own. A cheap value that two passes need is
/// computed in both.
struct Stages {
  struct Stage {
    /// The length of the chunk axis; 0 for single numbers.
    var extent: Int
    /// Nodes in order.
    var nodes: [Int] = []
    /// Whether the stage is one node that a routine computes.
    var isRoutine: Bool
  }

  private struct Key: Hashable {
    var level: Int
    var extent: Int
    var routine: Int?
  }

  let layout: Layout
  private(set) var stages: [Stage] = []
  /// Nodes whose elements are written to memory.
  private(set) var isStored: [Bool]
  /// The stage in which a node is computed, or nil for given ones.
  private(set) var stageOf: [Int?]
  /// Nodes whose elements are kept from an earlier run, so that nothing computes them.
  private(set) var isRecalled: [Bool]

  private var levels: [Int]

  init(_ layout: Layout) {
    self.layout = layout
    let count = layout.graph.nodes.count
    isStored = Array(repeating: false, count: count)
    stageOf = Array(repeating: nil, count: count)
    isRecalled = Array(repeating: false, count: count)
    levels = Array(repeating: 0, count: count)
    assignLevels()
    group()
    store()
  }

  /// The same stages, which write the nodes to be kept to memory.
  func filling(_ keepsakes: Keepsakes) -> Stages {
    var filling = self
    for item in keepsakes.items { filling.isStored[item.node] = true }
    return filling
  }

  /// The same stages without what is only needed for nodes that are kept.
  func recalling(_ keepsakes: Keepsakes) -> Stages {
    var recalling = self
    for item in keepsakes.items { recalling.isRecalled[item.node] = true }
    var isAlive = [Bool](repeating: false, count: layout.graph.nodes.count)
    for root in layout.graph.roots { isAlive[root] = true }
    for number in layout.graph.nodes.indices.reversed()
    where isAlive[number] && !recalling.isRecalled[number] {
      for input in layout.graph.nodes[number].inputs { isAlive[input] = true }
    }
    for number in isStored.indices where !isAlive[number] { recalling.isStored[number] = false }
    for place in stages.indices {
      recalling.stages[place].nodes.removeAll { !isAlive[$0] || recalling.isRecalled[$0] }
    }
    return recalling
  }

  // The passes that must end before a node can be computed.
  private mutating func assignLevels() {
    let graph = layout.graph
    for number in graph.nodes.indices where layout.kinds[number] != .given {
      for (index, input) in graph.nodes[number].inputs.enumerated()
      where layout.kinds[input] != .given {
        let step = layout.fuses(number, input: index) ? 0 : 1
        levels[number] = max(levels[number], levels[input] + step)
      }
    }
    var latest = [Int](repeating: .max, count: graph.nodes.count)
    var undecided: [Int] = []
    for number in graph.nodes.indices.reversed() where layout.kinds[number] != .given {
      if latest[number] == .max {
        undecided.append(number)
      } else {
        levels[number] = latest[number]
      }
      for (index, input) in graph.nodes[number].inputs.enumerated() {
        let step = layout.fuses(number, input: index) ? 0 : 1
        latest[input] = min(latest[input], levels[number] - step)
      }
    }
    joinPasses(undecided)
  }

  // A root that nothing else needs joins the first pass over its extent that comes late enough. What
  // feeds it was placed before its earliest pass, so later is always right.
  private mutating func joinPasses(_ roots: [Int]) {
    let graph = layout.graph
    var decided = Set<Key>()
    let isRoot = Set(roots)
    for number in graph.nodes.indices
    where layout.kinds[number] != .given && layout.kinds[number] != .whole
      && !isRoot.contains(number)
    {
      decided.insert(Key(level: levels[number], extent: layout.extents[number]))
    }
    for number in roots.reversed() where layout.kinds[number] != .whole {
      let extent = layout.extents[number]
      let later = decided.filter { $0.extent == extent && $0.level >= levels[number] }
      if let level = later.map(\.level).min() { levels[number] = level }
      decided.insert(Key(level: levels[number], extent: extent))
    }
  }

  private mutating func group() {
    var places: [Key: Int] = [:]
    var keys: [Key] = []
    var members: [[Int]] = []
    for number in layout.graph.nodes.indices where layout.kinds[number] != .given {
      let isRoutine = layout.kinds[number] == .whole
      let key = Key(
        level: levels[number], extent: layout.extents[number], routine: isRoutine ? number : nil)
      if places[key] == nil {
        places[key] = keys.count
        keys.append(key)
        members.append([])
      }
      members[places[key] ?? 0].append(number)
    }
    let order = keys.indices.sorted { (keys[$0].level, $0) < (keys[$1].level, $1) }
    for place in order {
      for node in members[place] { stageOf[node] = stages.count }
      stages.append(
        Stage(
          extent: keys[place].extent, nodes: members[place], isRoutine: keys[place].routine != nil))
    }
  }

  private mutating func store() {
    let graph = layout.graph
    for root in graph.roots { isStored[root] = true }
    for number in graph.nodes.indices {
      if layout.kinds[number] == .accumulated || layout.kinds[number] == .whole {
        isStored[number] = true
      }
      for (index, input) in graph.nodes[number].inputs.enumerated()
      where layout.kinds[input] == .computed && !layout.fuses(number, input: index) {
        isStored[input] = true
      }
    }
    // Needs reach back through what is recomputed, so consumers come first.
    var neededIn = graph.nodes.indices.map { number in
      stageOf[number].map { Set([$0]) } ?? []
    }
    for number in graph.nodes.indices.reversed()
    where layout.kinds[number] == .computed
      || layout.kinds[number] == .accumulated
    {
      for (index, input) in graph.nodes[number].inputs.enumerated()
      where layout.kinds[input] == .computed && layout.fuses(number, input: index) {
        let foreign = neededIn[number].subtracting([stageOf[input] ?? -1])
        guard !foreign.isEmpty, !isStored[input] else { continue }
        if isCheap(input) { neededIn[input].formUnion(foreign) } else { isStored[input] = true }
      }
    }
  }

  private static let recomputedCost = 8
  private static let recomputedNodes = 64

  // What it costs to compute a value again from memory, in simple operations per element. Moving rows
  // costs nothing, so the number of nodes has a bound of its own.
  private func isCheap(_ number: Int) -> Bool {
    var cost = 0
    var seen: Set<Int> = [number]
    var stack = [number]
    while let node = stack.popLast() {
      cost += Self.cost(layout.graph.nodes[node].operation)
      if cost > Self.recomputedCost || seen.count > Self.recomputedNodes { return false }
      for (index, input) in layout.graph.nodes[node].inputs.enumerated()
      where layout.kinds[input] == .computed && !isStored[input] && layout.fuses(node, input: index)
        && seen.insert(input).inserted
      {
        stack.append(input)
      }
    }
    return true
  }

  static func cost(_ operation: Operation) -> Int {
    switch operation {
    case .reshape, .expand, .permute, .slice, .place, .concatenate, .replace, .leaf,
      .scalar:
      0
    case .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .square, .isNaN, .isFinite,
      .logicalNot, .cast, .add, .subtract, .multiply, .maximum, .minimum, .absorbingMultiply,
      .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr, .select:
      1
    case .reciprocal, .divide, .absorbingDivide, .squareRoot: 2
    case .reciprocalSquareRoot: 4
    default: 10
    }
  }
}
