import Levin

extension DiscreteRecipe {
  /// The parameters as tensors in double precision.
  var tensors: [Tensor] {
    zip(tables, nodes).map { Tensor($0, shape: tableShape($1)) }
  }

  /// The parameters of the guide as tensors in double precision.
  var guideTensors: [Tensor] {
    zip(guideTables, nodes.indices).map { table, node in
      guided.contains(node) ? Tensor(table, shape: guideTableShape(nodes[node])) : Tensor(table)
    }
  }

  /// Runs the recipe as a model.
  ///
  /// - Parameter copies: If given, everything happens so many times, along the last axis.
  func run(_ tables: [Tensor], copies: Int? = nil) {
    run(tables, copies: copies, isGuide: false)
  }

  /// Runs the sites that the guide goes over.
  func runGuide(_ tables: [Tensor]) { run(tables, copies: nil, isGuide: true) }

  private func run(_ tables: [Tensor], copies: Int?, isGuide: Bool) {
    func all() {
      for component in components {
        var run = Run(recipe: self, tables: tables, hasCopies: copies != nil, isGuide: isGuide)
        if component.scale == 1 {
          run.take(component.items)
        } else {
          withScale(component.scale) { run.take(component.items) }
        }
      }
    }
    if let copies { plate("copies", copies) { all() } } else { all() }
  }

  /// Whether a plate has sites outside of the sequential plates that it is also entered in.
  fileprivate func entersAlone(_ frame: Int) -> Bool {
    nodes.contains { $0.plates == [frame] }
      && nodes.contains { $0.plates.dropFirst().contains(frame) }
  }

  /// The name of a site at some indices of its sequential plates.
  func name(_ node: Node, _ indices: [Int: Int]) -> String {
    node.plates.filter { frames[$0].isSequential }.reduce(node.name) { name, frame in
      "\(name) at \(indices[frame] ?? -1)"
    }
  }
}

/// The state of a run: the values of its sites, and the indices of its sequential plates.
private struct Run {
  let recipe: DiscreteRecipe
  let tables: [Tensor]
  let hasCopies: Bool
  let isGuide: Bool
  private var plates: [String: Plate] = [:]
  private var values: [Int: Tensor] = [:]
  private var indices: [Int: Int] = [:]

  init(recipe: DiscreteRecipe, tables: [Tensor], hasCopies: Bool, isGuide: Bool) {
    (self.recipe, self.tables) = (recipe, tables)
    (self.hasCopies, self.isGuide) = (hasCopies, isGuide)
  }

  mutating func take(_ items: [DiscreteRecipe.Item]) {
    for item in items {
      switch item {
      case .site(let index): visit(index)
      case .chain(let steps, let history):
        if isGuide ? recipe.guideLoops : recipe.modelLoops {
          steps.forEach { take($0) }
        } else {
          markov(steps, history: history) { take($0) }
        }
      case .plate(let frame, let items): enter(frame, items)
      }
    }
  }

  // Of a larger plate the last elements are looked at.
  private mutating func enter(_ frame: Int, _ items: [DiscreteRecipe.Item]) {
    let spec = recipe.frames[frame]
    let first = spec.size - spec.count
    // A plate inside a sequential one is made for each of its elements.
    let around = recipe.entersAlone(frame) ? [] : indices.sorted { $0.key < $1.key }
    let name = around.reduce(spec.name) { "\($0) at \($1.value)" }
    let subsample = first == 0 ? nil : Tensor(Array(first..<spec.size))
    let plate = plates[name] ?? Plate(name, spec.size, subsample: subsample)
    plates[name] = plate
    if spec.isSequential {
      plate.sequential { index in
        indices[frame] = index - first
        take(items)
        indices[frame] = nil
      }
    } else {
      plate { take(items) }
    }
  }

  private mutating func visit(_ index: Int) {
    let node = recipe.nodes[index]
    if isGuide && !recipe.guided.contains(index) { return }
    let name = recipe.name(node, indices)
    let distribution = distribution(
      of: node, tables[index], isGuide ? recipe.guideParents(node) : node.parents)
    let isReal = node.kind == .observedNormal
    let data = perElement(node, node.data).cast(to: isReal ? .float64 : .int64)
    func sampled() -> Tensor {
      sample(
        name, distribution, observed: node.isEnumerated ? nil : data,
        enumerate: node.isEnumerated ? .parallel : nil)
    }
    if let mask = node.mask {
      let numbers = perElement(node, mask.map { $0 ? 1 : 0 })
      values[index] = withMask(numbers .> 0.5) { sampled() }
    } else {
      values[index] = sampled()
    }
  }

  private func distribution(
    of node: DiscreteRecipe.Node, _ table: Tensor, _ parents: [Int]
  ) -> any Distribution {
    let indices = parents.compactMap { values[$0]?.cast(to: .int64) }
    let found =
      switch indices.count {
      case 0: table
      case 1: table[indices[0]]
      default: table[indices[0], indices[1]]
      }
    let shift = perElement(node, node.shifts)
    if node.hasLogits {
      let weights = Tensor((0..<node.count).map(Double.init))
      return Categorical(logits: found + shift.expandingDimensions(at: -1) * weights)
    }
    if node.kind == .bernoulli { return Bernoulli(logits: found + shift) }
    return Normal(found + shift, Tensor([1.25], shape: []))
  }

  // The numbers of the elements that the run looks at, the outermost plate along the last axis.
  private func perElement(_ node: DiscreteRecipe.Node, _ numbers: [Double]) -> Tensor {
    var shape: [Int] = []
    var tensor = Tensor(numbers, shape: node.plates.map { recipe.frames[$0].count })
    for (axis, frame) in node.plates.enumerated().reversed() {
      if let index = indices[frame] {
        tensor = tensor.movingAxis(axis, to: 0)[index]
      } else {
        shape.append(recipe.frames[frame].count)
      }
    }
    let turned = tensor.permuted(Array((0..<tensor.rank).reversed()))
    return turned.reshaped(to: hasCopies ? shape + [1] : shape)
  }
}
