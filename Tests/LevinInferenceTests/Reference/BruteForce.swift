import Foundation
import Levin

/// Sums over all joint values of a recipe's enumerated sites, one after the other, in plain numbers.
struct BruteForce {
  /// An enumerated site for one element of its plates.
  struct Variable: Hashable {
    var node: Int
    var index: Int
  }

  /// The logarithm of a term for one element, for all values of the variables it depends on.
  struct Term {
    var variables: [Int]
    var table: [Double]
  }

  /// A component's sums.
  struct Result {
    var logEvidence: Double
    /// The log-joint of the most probable values.
    var maximum: Double
    /// The posterior of each variable.
    var marginals: [[Double]]
  }

  let recipe: DiscreteRecipe
  let tables: [[Double]]

  /// The loss of the objective.
  var loss: Double {
    recipe.components.reduce(0) { $0 - $1.scale * result($1).logEvidence }
  }

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
      joints.append(Self.logJoint(terms, values, counts))
    } while Self.advance(&values, counts)
    let evidence = logSumExp(joints)
    var marginals = counts.map { [Double](repeating: 0, count: $0) }
    for (assignment, joint) in zip(assignments, joints) {
      let share = exp(joint - evidence)
      for (variable, value) in assignment.enumerated() { marginals[variable][value] += share }
    }
    return Result(
      logEvidence: evidence, maximum: joints.max() ?? 0, marginals: marginals)
  }

  /// The log-joint of given values of the variables, in the order of `variables(_:)`.
  func logJoint(_ component: DiscreteRecipe.Component, _ values: [Int]) -> Double {
    let counts = variables(component).map { recipe.nodes[$0.node].count }
    return Self.logJoint(terms(component), values, counts)
  }

  private static func logJoint(_ terms: [Term], _ values: [Int], _ counts: [Int]) -> Double {
    terms.reduce(0) { total, term in
      total + term.table[term.variables.reduce(0) { $0 * counts[$1] + values[$1] }]
    }
  }

  // Counts up as an odometer does; false after the last.
  private static func advance(_ values: inout [Int], _ counts: [Int]) -> Bool {
    for index in values.indices.reversed() {
      values[index] += 1
      if values[index] < counts[index] { return true }
      values[index] = 0
    }
    return false
  }

  private func terms(_ component: DiscreteRecipe.Component) -> [Term] {
    let order = Dictionary(
      uniqueKeysWithValues: variables(component).enumerated().map { ($1, $0) })
    return component.nodes.flatMap { node in
      (0..<recipe.elementCount(recipe.nodes[node].plates)).map { term(node, at: $0, order) }
    }
  }

  private func term(_ index: Int, at position: Int, _ order: [Variable: Int]) -> Term {
    let node = recipe.nodes[index]
    let parents = node.parents.map { parent in
      // The indices of the parent's plates come first, so the further ones are divided off.
      let inner = recipe.elementCount(
        Array(node.plates.dropFirst(recipe.nodes[parent].plates.count)))
      return order[Variable(node: parent, index: position / inner)] ?? -1
    }
    let own = node.isEnumerated ? [order[Variable(node: index, index: position)] ?? -1] : []
    let rows = node.parents.reduce(1) { $0 * recipe.nodes[$1].count }
    let width = node.hasLogits ? node.count : 1
    let table = (0..<rows).flatMap { row in
      let numbers = Array(tables[index][row * width..<(row + 1) * width])
      return logProbs(node, numbers, position)
    }
    // The rule of Pyro's TraceEnum_ELBO: inside a sum over its values a site keeps its probabilities under a mask.
    let counts = node.isEnumerated || node.mask?[position] ?? true
    return Term(variables: parents + own, table: counts ? table : table.map { _ in 0 })
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
