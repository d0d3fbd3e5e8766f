import Foundation
import Levin

/// Sums over all joint values of a recipe's enumerated sites, one after the other, in plain numbers.
///
/// The rules that it goes by, and where they are from:
/// - A mask takes away an observation, and not the probabilities of an enumerated site inside the sum over its values
///   (Pyro's `TraceEnum_ELBO`). What the guide draws counts under the mask in neither the model nor the guide, and its
///   values have all of their probabilities.
/// - The elements of a plate that are looked at count for all: the product over them is taken to the power of size /
///   count, outside of the sums of what is inside the plate. A scale around a whole component multiplies its logarithm.
/// - With a guide the loss is minus the expectation, over what the guide goes over, of the logarithm of the model's sum
///   less that of the guide's probabilities.
struct BruteForce {
  /// An enumerated site for one element of its plates.
  struct Variable: Hashable {
    var node: Int
    var index: Int
  }

  /// The logarithm of a term for one element, for all values of the variables it depends on.
  struct Term {
    var node: Int
    var variables: [Int]
    var table: [Double]

    func value(_ values: [Int], _ counts: [Int]) -> Double {
      table[variables.reduce(0) { $0 * counts[$1] + values[$1] }]
    }
  }

  /// A component's sums, scales left out.
  struct Result {
    /// The log-joint of the most probable values.
    var maximum: Double
    /// The posterior of each variable.
    var marginals: [[Double]]
  }

  let recipe: DiscreteRecipe
  let tables: [[Double]]

  /// The loss of the objective.
  var loss: Double { recipe.components.reduce(0) { $0 - $1.scale * lowerBound($1) } }

  func variables(_ component: DiscreteRecipe.Component) -> [Variable] {
    component.nodes.filter { recipe.nodes[$0].isEnumerated }.flatMap { node in
      (0..<recipe.elementCount(recipe.nodes[node].plates)).map { Variable(node: node, index: $0) }
    }
  }

  func result(_ component: DiscreteRecipe.Component) -> Result {
    let variables = variables(component)
    let counts = variables.map { recipe.nodes[$0.node].count }
    let terms = terms(component)
    var values = [Int](repeating: 0, count: variables.count)
    var joints: [Double] = []
    var assignments: [[Int]] = []
    repeat {
      assignments.append(values)
      joints.append(terms.reduce(0) { $0 + $1.value(values, counts) })
    } while Self.advance(&values, counts, Array(counts.indices))
    let evidence = logSumExp(joints)
    var marginals = counts.map { [Double](repeating: 0, count: $0) }
    for (assignment, joint) in zip(assignments, joints) {
      let share = exp(joint - evidence)
      for (variable, value) in assignment.enumerated() { marginals[variable][value] += share }
    }
    return Result(maximum: joints.max() ?? 0, marginals: marginals)
  }

  /// The log-joint of given values of the variables, in the order of `variables(_:)`.
  func logJoint(_ component: DiscreteRecipe.Component, _ values: [Int]) -> Double {
    let counts = variables(component).map { recipe.nodes[$0.node].count }
    return terms(component).reduce(0) { $0 + $1.value(values, counts) }
  }

  // Counts the values at some positions up as an odometer does; false after the last.
  private static func advance(_ values: inout [Int], _ counts: [Int], _ positions: [Int]) -> Bool {
    for index in positions.reversed() {
      values[index] += 1
      if values[index] < counts[index] { return true }
      values[index] = 0
    }
    return false
  }

  // MARK: - The lower bound

  private func lowerBound(_ component: DiscreteRecipe.Component) -> Double {
    let variables = variables(component)
    let counts = variables.map { recipe.nodes[$0.node].count }
    let guided = variables.indices.filter { recipe.guided.contains(variables[$0].node) }
    let sum = ScaledSum(
      recipe: recipe, variables: variables, counts: counts, terms: terms(component))
    let draws = guideTerms(component)
    var values = [Int](repeating: 0, count: variables.count)
    var total = 0.0
    repeat {
      let share = exp(draws.reduce(0) { $0 + $1.value(values, counts) })
      let own = draws.reduce(0) { $0 + weight($1) * $1.value(values, counts) }
      total += share * (sum.logarithm(&values) - own)
    } while Self.advance(&values, counts, guided)
    return total
  }

  // What a draw of the guide counts in the objective.
  private func weight(_ term: Term) -> Double {
    let node = recipe.nodes[term.node]
    guard let position = term.variables.last, node.mask != nil else { return scale(node) }
    return isCounted(term.node, position) ? scale(node) : 0
  }

  private func scale(_ node: DiscreteRecipe.Node) -> Double {
    node.plates.reduce(1) { $0 * recipe.frames[$1].scale }
  }

  private func isCounted(_ node: Int, _ variable: Int) -> Bool {
    let component = recipe.components.first { $0.nodes.contains(node) }
    let position = component.map { variables($0)[variable].index } ?? 0
    return recipe.nodes[node].mask?[position] ?? true
  }

  /// The logarithm of the sum over what the guide does not go over, plates that are looked at in parts from the inside
  /// outwards.
  private struct ScaledSum {
    private let recipe: DiscreteRecipe
    private let counts: [Int]
    // By the plates around that are looked at in parts.
    private var variables: [[Int]: [Int]] = [:]
    private var terms: [[Int]: [Term]] = [:]
    private var inner: [[Int]: [[Int]]] = [:]

    init(recipe: DiscreteRecipe, variables: [Variable], counts: [Int], terms: [Term]) {
      self.recipe = recipe
      self.counts = counts
      func path(_ node: Int) -> [Int] { recipe.subsampledPlates(recipe.nodes[node]) }
      for (index, variable) in variables.enumerated() where !recipe.guided.contains(variable.node) {
        self.variables[path(variable.node), default: []].append(index)
      }
      for term in terms {
        let path = path(term.node)
        self.terms[path, default: []].append(term)
        for length in path.indices {
          let (outer, part) = (Array(path.prefix(length)), Array(path.prefix(length + 1)))
          if !inner[outer, default: []].contains(part) { inner[outer, default: []].append(part) }
        }
      }
    }

    func logarithm(_ values: inout [Int]) -> Double { logarithm([], &values) }

    // Of the part inside some plates that are looked at in parts, and no others.
    private func logarithm(_ path: [Int], _ values: inout [Int]) -> Double {
      let (own, inner) = (variables[path] ?? [], inner[path] ?? [])
      let terms = terms[path] ?? []
      var joints: [Double] = []
      repeat {
        var joint = terms.reduce(0) { $0 + $1.value(values, counts) }
        for part in inner {
          joint += recipe.frames[part[path.count]].scale * logarithm(part, &values)
        }
        joints.append(joint)
      } while BruteForce.advance(&values, counts, own)
      return logSumExp(joints)
    }
  }

  // MARK: - Terms

  private func order(_ component: DiscreteRecipe.Component) -> [Variable: Int] {
    Dictionary(uniqueKeysWithValues: variables(component).enumerated().map { ($1, $0) })
  }

  private func terms(_ component: DiscreteRecipe.Component) -> [Term] {
    let order = order(component)
    return component.nodes.flatMap { node in
      (0..<recipe.elementCount(recipe.nodes[node].plates)).map { position in
        var term = term(node, recipe.nodes[node].parents, tables[node], at: position, order)
        let isSummed = recipe.nodes[node].isEnumerated && !recipe.guided.contains(node)
        if !isSummed, recipe.nodes[node].mask?[position] == false {
          term.table = term.table.map { _ in 0 }
        }
        return term
      }
    }
  }

  private func guideTerms(_ component: DiscreteRecipe.Component) -> [Term] {
    let order = order(component)
    return component.nodes.filter(recipe.guided.contains).flatMap { node in
      (0..<recipe.elementCount(recipe.nodes[node].plates)).map { position in
        term(
          node, recipe.guideParents(recipe.nodes[node]), recipe.guideTables[node], at: position,
          order)
      }
    }
  }

  private func term(
    _ index: Int, _ parents: [Int], _ numbers: [Double], at position: Int,
    _ order: [Variable: Int]
  ) -> Term {
    let node = recipe.nodes[index]
    let variables = parents.map { parent in
      let own = recipe.position(position, of: node.plates, in: recipe.nodes[parent].plates)
      return order[Variable(node: parent, index: own)] ?? -1
    }
    let own = node.isEnumerated ? [order[Variable(node: index, index: position)] ?? -1] : []
    let rows = parents.reduce(1) { $0 * recipe.nodes[$1].count }
    let width = node.hasLogits ? node.count : 1
    let table = (0..<rows).flatMap { row in
      logProbs(node, Array(numbers[row * width..<(row + 1) * width]), position)
    }
    return Term(node: index, variables: variables + own, table: table)
  }

  // Of each value of an enumerated site, or of the data.
  private func logProbs(
    _ node: DiscreteRecipe.Node, _ numbers: [Double], _ position: Int
  ) -> [Double] {
    let (shift, data) = (node.shifts[position], node.data[position])
    switch node.kind {
    case .bernoulli:
      let odds = exp(numbers[0] + shift)
      return [-log(1 + odds), log(odds / (1 + odds))]
    case .observedNormal: return [normalLogDensity(data, numbers[0] + shift, 1.25)]
    case .categorical, .observedCategorical:
      let logits = numbers.enumerated().map { $1 + shift * Double($0) }
      let logProbs = logits.map { $0 - logSumExp(logits) }
      return node.isEnumerated ? logProbs : [logProbs[Int(data)]]
    }
  }
}

extension DiscreteRecipe {
  /// The position among the elements of some plates of an element of more.
  fileprivate func position(_ position: Int, of plates: [Int], in others: [Int]) -> Int {
    var rest = position
    var indices: [Int: Int] = [:]
    for frame in plates.reversed() {
      indices[frame] = rest % frames[frame].count
      rest /= frames[frame].count
    }
    return others.reduce(0) { $0 * frames[$1].count + (indices[$1] ?? 0) }
  }
}
