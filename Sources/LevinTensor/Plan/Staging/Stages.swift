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
    for index in stages.indices {
      recalling.stages[index].nodes.removeAll { !isAlive[$0] || recalling.isRecalled[$0] }
    }
    return recalling
  }

  // First the passes that must end before a node can be computed; then, from the end, as late as its
  // consumers allow, or with a pass that is there anyhow.
  private mutating func assignLevels() {
    let graph = layout.graph
    for number in graph.nodes.indices where layout.kinds[number] != .given {
      for (index, input) in graph.nodes[number].inputs.enumerated()
      where layout.kinds[input] != .given {
        levels[number] = max(levels[number], levels[input] + step(number, index))
      }
    }
    var passes = passesWithoutSlack()
    var latest = [Int](repeating: levels.max() ?? 0, count: graph.nodes.count)
    var isUsed = [Bool](repeating: false, count: graph.nodes.count)
    for number in graph.nodes.indices.reversed() where layout.kinds[number] != .given {
      if joins(number, isUsed: isUsed[number]) {
        levels[number] = passes.join(levels[number]...latest[number], layout.extents[number])
      } else if isUsed[number] || layout.extents[number] == 0 && layout.kinds[number] != .whole {
        levels[number] = latest[number]
      }
      for (index, input) in graph.nodes[number].inputs.enumerated() {
        latest[input] = min(latest[input], levels[number] - step(number, index))
        isUsed[input] = true
      }
    }
  }

  private func step(_ number: Int, _ index: Int) -> Int {
    layout.fuses(number, input: index) ? 0 : 1
  }

  // Totals, and results that nothing else needs, go with any pass over their extent that is late enough.
  private func joins(_ number: Int, isUsed: Bool) -> Bool {
    switch layout.kinds[number] {
    case .given, .whole: false
    case .accumulated: true
    case .computed: !isUsed && layout.extents[number] > 0
    }
  }

  /// The levels at which there are passes, by extent.
  private struct Passes {
    private var levels: [Int: Set<Int>] = [:]
    // Nobody looks further for company, so that a long chain of passes is planned in linear time.
    private static let reach = 64

    mutating func insert(_ level: Int, _ extent: Int) { levels[extent, default: []].insert(level) }

    /// The first level in a range with a pass over the extent, or a new one at its beginning.
    mutating func join(_ range: ClosedRange<Int>, _ extent: Int) -> Int {
      let known = levels[extent] ?? []
      let level = range.prefix(Self.reach).first { known.contains($0) } ?? range.lowerBound
      insert(level, extent)
      return level
    }
  }

  // Those of nodes that cannot wait without making the plan longer.
  private func passesWithoutSlack() -> Passes {
    var passes = Passes()
    var latest = [Int](repeating: levels.max() ?? 0, count: levels.count)
    for number in layout.graph.nodes.indices.reversed() where layout.kinds[number] != .given {
      if levels[number] == latest[number], layout.extents[number] > 0 {
        passes.insert(levels[number], layout.extents[number])
      }
      for (index, input) in layout.graph.nodes[number].inputs.enumerated() {
        latest[input] = min(latest[input], latest[number] - step(number, index))
      }
    }
    return passes
  }

  private mutating func group() {
    var indexOfKey: [Key: Int] = [:]
    var keys: [Key] = []
    var members: [[Int]] = []
    for number in layout.graph.nodes.indices where layout.kinds[number] != .given {
      let isRoutine = layout.kinds[number] == .whole
      let key = Key(
        level: levels[number], extent: layout.extents[number], routine: isRoutine ? number : nil)
      if indexOfKey[key] == nil {
        indexOfKey[key] = keys.count
        keys.append(key)
        members.append([])
      }
      members[indexOfKey[key] ?? 0].append(number)
    }
    let order = keys.indices.sorted { (keys[$0].level, $0) < (keys[$1].level, $1) }
    for index in order {
      for node in members[index] { stageOf[node] = stages.count }
      stages.append(
        Stage(
          extent: keys[index].extent, nodes: members[index], isRoutine: keys[index].routine != nil))
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

  // The cost to compute a value again from memory, in simple operations per element. Moving rows
  // costs nothing, so the number of nodes has a bound of its own.
  private func isCheap(_ number: Int) -> Bool {
    var cost = 0
    var seen: Set<Int> = [number]
    var stack = [number]
    while let node = stack.popLast() {
      cost += layout.graph.nodes[node].operation.cost
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
}
