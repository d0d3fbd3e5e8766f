import Levin

extension DiscreteRecipe {
  /// The parameters as tensors in double precision.
  var tensors: [Tensor] {
    zip(tables, nodes).map { Tensor($0, shape: tableShape($1)) }
  }

  /// Runs the recipe as a model.
  ///
  /// - Parameter copies: If given, everything happens so many times, along the last axis.
  func run(_ tables: [Tensor], copies: Int? = nil) {
    func all() {
      for component in components {
        var run = Run(recipe: self, tables: tables, hasCopies: copies != nil)
        if component.explicitScale == 1 {
          run.take(component.items)
        } else {
          withScale(component.explicitScale) { run.take(component.items) }
        }
      }
    }
    if let copies { plate("copies", copies) { all() } } else { all() }
  }

  /// The name of a site at some places of its sequential plates.
  func name(_ node: Node, _ places: [Int: Int]) -> String {
    node.plates.filter { frames[$0].isSequential }.reduce(node.name) { name, frame in
      "\(name) at \(places[frame] ?? -1)"
    }
  }
}

/// The state of a run: what the choices are, and where it is.
private struct Run {
  let recipe: DiscreteRecipe
  let tables: [Tensor]
  let hasCopies: Bool
  private var values: [Int: Tensor] = [:]
  private var places: [Int: Int] = [:]

  init(recipe: DiscreteRecipe, tables: [Tensor], hasCopies: Bool) {
    (self.recipe, self.tables, self.hasCopies) = (recipe, tables, hasCopies)
  }

  mutating func take(_ items: [DiscreteRecipe.Item]) {
    for item in items {
      switch item {
      case .site(let place): visit(place)
      case .chain(let steps, let history):
        markov(steps, history: history) { take($0) }
      case .plate(let frame, let items): enter(frame, items)
      }
    }
  }

  // Of a larger plate the last places are looked at.
  private mutating func enter(_ frame: Int, _ items: [DiscreteRecipe.Item]) {
    let spec = recipe.frames[frame]
    let first = spec.size - spec.count
    // A plate inside a sequential one is made at each of its places.
    let name = places.sorted { $0.key < $1.key }.reduce(spec.name) { "\($0) at \($1.value)" }
    let subsample = first == 0 ? nil : Tensor(Array(first..<spec.size))
    let plate = Plate(name, spec.size, subsample: subsample)
    if spec.isSequential {
      plate.sequential { place in
        places[frame] = place - first
        take(items)
        places[frame] = nil
      }
    } else {
      plate { take(items) }
    }
  }

  private mutating func visit(_ place: Int) {
    let node = recipe.nodes[place]
    let name = recipe.name(node, places)
    let distribution = distribution(of: node, tables[place])
    let isReal = node.kind == .observedNormal
    let data = perPlace(node, node.data).cast(to: isReal ? .float64 : .int64)
    func sampled() -> Tensor {
      sample(
        name, distribution, observed: node.isChoice ? nil : data,
        enumerate: node.isChoice ? .parallel : nil)
    }
    if let mask = node.mask {
      let numbers = perPlace(node, mask.map { $0 ? 1 : 0 })
      values[place] = withMask(numbers .> 0.5) { sampled() }
    } else {
      values[place] = sampled()
    }
  }

  private func distribution(of node: DiscreteRecipe.Node, _ table: Tensor) -> any Distribution {
    let indices = node.parents.compactMap { values[$0]?.cast(to: .int64) }
    let found =
      switch indices.count {
      case 0: table
      case 1: table[indices[0]]
      default: table[indices[0], indices[1]]
      }
    let shift = perPlace(node, node.shifts)
    if node.hasLogits {
      let weights = Tensor((0..<node.count).map(Double.init))
      return Categorical(logits: found + shift.expandingDimensions(at: -1) * weights)
    }
    if node.kind == .bernoulli { return Bernoulli(logits: found + shift) }
    return Normal(found + shift, Tensor([1.25], shape: []))
  }

  // The numbers of the places where the run is, the outermost plate along the last axis.
  private func perPlace(_ node: DiscreteRecipe.Node, _ numbers: [Double]) -> Tensor {
    var shape: [Int] = []
    var tensor = Tensor(numbers, shape: node.plates.map { recipe.frames[$0].count })
    for (axis, frame) in node.plates.enumerated().reversed() {
      if let place = places[frame] {
        tensor = tensor.movingAxis(axis, to: 0)[place]
      } else {
        shape.append(recipe.frames[frame].count)
      }
    }
    let turned = tensor.permuted(Array((0..<tensor.rank).reversed()))
    return turned.reshaped(to: hasCopies ? shape + [1] : shape)
  }
}
