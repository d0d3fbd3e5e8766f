import Levin

/// A small model with enumerated sites, as data that both Levin and brute force carry out.
struct DiscreteRecipe: Sendable {
  enum Kind: Sendable {
    case categorical
    case bernoulli
    case observedNormal
    case observedCategorical
  }

  /// A site, for all elements of its plates.
  struct Node: Sendable {
    var name: String
    var kind: Kind
    /// The number of values of the enumerated site or the observed category.
    var count: Int
    /// Enumerated sites that its parameter is looked up by; their plates are among the site's.
    var parents: [Int]
    /// The plates around it, outermost first; arrays of numbers below go over their elements in this order.
    var plates: [Int]
    /// The numbers added to its parameter for each element, k times for category k.
    var shifts: [Double]
    var data: [Double]
    var mask: [Bool]?

    var isEnumerated: Bool { kind == .categorical || kind == .bernoulli }
    /// Whether its parameter has an axis of categories.
    var hasLogits: Bool { kind == .categorical || kind == .observedCategorical }
  }

  struct Frame: Sendable {
    var name: String
    var count: Int
    /// The number of elements, of which `count` are looked at.
    var size: Int
    var isSequential: Bool

    var scale: Double { Double(size) / Double(count) }
  }

  indirect enum Item: Sendable {
    case site(Int)
    case plate(Int, [Item])
    case chain([[Item]], history: Int)
  }

  /// A part that shares no enumerated site with others.
  struct Component: Sendable {
    var nodes: Range<Int>
    var items: [Item]
    /// The scale but for what subsampling plates add.
    var scale: Double
  }

  var nodes: [Node] = []
  var frames: [Frame] = []
  var components: [Component] = []
  /// For each node the parameters, of shape `tableShape(_:)`.
  var tables: [[Double]] = []
  /// The enumerated sites that the guide goes over, whose parameters there are looked up by those of their parents that
  /// are among them.
  var guided: Set<Int> = []
  /// For each node the parameters in the guide.
  var guideTables: [[Double]] = []
  /// Whether chains are plain loops, which use no axis again.
  var modelLoops = false
  var guideLoops = false
  /// The most axes that plates take.
  var plateRank = 0

  func tableShape(_ node: Node) -> [Int] { tableShape(node, node.parents) }

  private func tableShape(_ node: Node, _ parents: [Int]) -> [Int] {
    parents.map { nodes[$0].count } + (node.hasLogits ? [node.count] : [])
  }

  func guideParents(_ node: Node) -> [Int] { node.parents.filter(guided.contains) }

  func guideTableShape(_ node: Node) -> [Int] { tableShape(node, guideParents(node)) }

  /// The plates around a site whose elements a sum is multiplied over as a whole.
  func productPlates(_ node: Node) -> [Int] {
    node.plates.filter { !frames[$0].isSequential || frames[$0].count != frames[$0].size }
  }

  /// The plates around a site whose elements count for others, outermost first.
  func subsampledPlates(_ node: Node) -> [Int] {
    node.plates.filter { frames[$0].count != frames[$0].size }
  }

  func elementCount(_ plates: [Int]) -> Int { plates.reduce(1) { $0 * frames[$1].count } }

  /// The number of joint values of a component's enumerated sites.
  func assignmentCount(_ component: Component) -> Double {
    component.nodes.reduce(1.0) { total, index in
      let node = nodes[index]
      guard node.isEnumerated else { return total }
      return (0..<elementCount(node.plates)).reduce(total) { product, _ in
        product * Double(node.count)
      }
    }
  }
}

/// Makes recipes from a seed.
struct RecipeMaker {
  private var random: PCG64
  private var recipe = DiscreteRecipe()

  /// - Parameter isGuided: Whether a guide goes over some of the sites.
  static func recipe(
    seed: Int, componentCount: ClosedRange<Int> = 1...3, isGuided: Bool = false
  ) -> DiscreteRecipe {
    var maker = RecipeMaker(random: PCG64(seed: seed))
    let count = maker.random.integers(in: componentCount.lowerBound..<componentCount.upperBound + 1)
    while maker.recipe.components.count < count { maker.addComponent() }
    if isGuided { maker.addGuide() }
    return maker.recipe
  }

  private init(random: PCG64) { self.random = random }

  private mutating func chance(_ probability: Double) -> Bool { random.uniform() < probability }

  private mutating func number(upTo count: Int) -> Int { random.integers(in: 0..<count) }

  // Draws anew until it is small enough to be worked out value by value.
  private mutating func addComponent() {
    let before = recipe
    while true {
      recipe = before
      let start = recipe.nodes.count
      let scale = chance(0.3) ? random.uniform(in: 0.5..<3) : 1
      let items: [DiscreteRecipe.Item]
      switch number(upTo: 8) {
      case 0, 1, 2: items = scope([], available: [], depth: 0)
      case 3: items = site([], [], isEnumerated: true) + chain([], available: [start])
      case 4: items = chain([], available: [])
      case 5: items = crossing()
      default:
        let kind = number(upTo: 3)
        let frame = self.frame(isSequential: kind == 0, isSubsampled: chance(0.5))
        items = [
          .plate(
            frame,
            kind == 2 ? scope([frame], available: [], depth: 1) : chain([frame], available: []))
        ]
      }
      let component = DiscreteRecipe.Component(
        nodes: start..<recipe.nodes.count, items: items, scale: scale)
      if recipe.assignmentCount(component) <= 4096 {
        recipe.components.append(component)
        return
      }
    }
  }

  private mutating func frame(isSequential: Bool, isSubsampled: Bool) -> Int {
    let count = 1 + number(upTo: 3)
    let size = isSubsampled ? count + 1 + number(upTo: 3) : count
    recipe.frames.append(
      .init(
        name: "plate \(recipe.frames.count)", count: count, size: size, isSequential: isSequential))
    return recipe.frames.count - 1
  }

  // Enumerated sites, observations, and plates of the same.
  private mutating func scope(
    _ plates: [Int], available: [Int], depth: Int
  ) -> [DiscreteRecipe.Item] {
    var available = available
    var items: [DiscreteRecipe.Item] = []
    for _ in 0..<number(upTo: 3) {
      available.append(recipe.nodes.count)
      items += site(plates, Array(available.dropLast()), isEnumerated: true)
    }
    items += site(plates, available, isEnumerated: false)
    guard depth < 3 else { return items }
    for _ in 0..<number(upTo: 3) {
      let inner = frame(isSequential: chance(0.2), isSubsampled: chance(0.25))
      items.append(
        .plate(inner, scope(plates + [inner], available: available, depth: depth + 1)))
    }
    return items
  }

  // Sites of a plate, those of a sequential one beside it, and observations that depend on both.
  private mutating func crossing() -> [DiscreteRecipe.Item] {
    let across = frame(isSequential: false, isSubsampled: chance(0.3))
    let along = frame(isSequential: true, isSubsampled: false)
    let outer = recipe.nodes.count
    var items = [DiscreteRecipe.Item.plate(across, site([across], [], isEnumerated: true))]
    let inner = recipe.nodes.count
    var steps = site([along], [], isEnumerated: true)
    steps.append(
      .plate(across, site([along, across], [outer, inner], isEnumerated: false, takesAll: true)))
    items.append(.plate(along, steps))
    return items
  }

  // A guide for all enumerated sites of few plates, and for some of those with as many as it chooses: the model may sum
  // over no site that is more global than one of the guide's.
  private mutating func addGuide() {
    recipe.modelLoops = chance(0.3)
    recipe.guideLoops = chance(0.3)
    for component in recipe.components {
      let depth = number(upTo: 3)
      for index in component.nodes where recipe.nodes[index].isEnumerated {
        let own = recipe.productPlates(recipe.nodes[index]).count
        if own < depth || own == depth && chance(0.6) { recipe.guided.insert(index) }
      }
    }
    for (index, node) in recipe.nodes.enumerated() {
      let isGuided = recipe.guided.contains(index)
      let size = isGuided ? recipe.guideTableShape(node).reduce(1, *) : 0
      recipe.guideTables.append((0..<size).map { _ in random.uniform(in: -1.5..<1.5) })
    }
  }

  // Four steps of a Markov chain, each with observations, at times inside a plate of their own; at times an
  // enumerated site that follows from the last.
  private mutating func chain(_ plates: [Int], available: [Int]) -> [DiscreteRecipe.Item] {
    var steps: [[DiscreteRecipe.Item]] = []
    var last: [Int] = []
    let count = 2 + number(upTo: 2)
    let hasPlate = chance(0.3)
    for _ in 0..<4 {
      let state = recipe.nodes.count
      var items = site(plates, last + available, isEnumerated: true, count: count, takesAll: true)
      items += site(
        plates, chance(0.5) ? [state] : last + [state], isEnumerated: false, takesAll: true)
      if hasPlate {
        let inner = frame(isSequential: false, isSubsampled: false)
        items.append(.plate(inner, site(plates + [inner], [state], isEnumerated: false)))
      }
      steps.append(items)
      last = [state]
    }
    let items = [DiscreteRecipe.Item.chain(steps, history: 1 + number(upTo: 2))]
    if chance(0.5) { return items }
    let late = recipe.nodes.count
    return items + site(plates, last, isEnumerated: true, takesAll: true)
      + site(plates, last + [late], isEnumerated: false, takesAll: true)
  }

  private mutating func site(
    _ plates: [Int], _ available: [Int], isEnumerated: Bool, count: Int? = nil,
    takesAll: Bool = false
  ) -> [DiscreteRecipe.Item] {
    let isFirst = chance(0.5)
    let kind: DiscreteRecipe.Kind =
      isEnumerated
      ? (isFirst && (count ?? 2) == 2 ? .bernoulli : .categorical)
      : (isFirst ? .observedNormal : .observedCategorical)
    var parents = available
    if !takesAll { parents = available.filter { _ in chance(0.7) } }
    while parents.count > 2 { parents.remove(at: number(upTo: parents.count)) }
    let elements = recipe.elementCount(plates)
    let values = kind == .bernoulli ? 2 : (count ?? 2 + number(upTo: 3))
    let isShifted = chance(0.4)
    let node = DiscreteRecipe.Node(
      name: "site \(recipe.nodes.count)", kind: kind, count: values, parents: parents,
      plates: plates,
      shifts: (0..<elements).map { _ in isShifted ? random.uniform(in: -1..<1) : 0 },
      data: (0..<elements).map { _ in
        kind == .observedNormal ? random.uniform(in: -2..<2) : Double(number(upTo: values))
      }, mask: chance(0.3) ? (0..<elements).map { _ in chance(0.6) } : nil)
    recipe.nodes.append(node)
    let size = recipe.tableShape(node).reduce(1, *)
    recipe.tables.append((0..<size).map { _ in random.uniform(in: -1.5..<1.5) })
    recipe.plateRank = max(
      recipe.plateRank, plates.count { !recipe.frames[$0].isSequential })
    return [.site(recipe.nodes.count - 1)]
  }
}
