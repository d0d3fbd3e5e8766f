internal import LevinTensor

/// The sum over all values of enumerated variables of a product of factors inside plates.
///
/// A variable inside a plate has a value for each of its elements, so it is summed out there and the results
/// are multiplied over the elements: Σₓ Πₙ = Πₙ Σₓ. So plates are taken from the innermost outwards; in each,
/// its variables are eliminated, one after the other, and the remaining factor is multiplied over the elements
/// and goes to the plates that the remaining variables belong to (tensor variable elimination, Obermeyer and
/// others 2019). All in logarithms.
struct Contraction {
  /// The operation over the values of a variable.
  enum Ring: Sendable {
    case sum
    case maximum
  }

  private let ring: Ring
  private let eliminated: Set<EnumeratedVariable>
  private var totals: [Factor] = []

  /// The logarithms of the sums of all groups of factors that share no variable, each times its scale, added
  /// up: a scalar; nil for no factors.
  static func logarithm(of factors: [Factor], ring: Ring = .sum) throws -> Tensor? {
    let totals = try totals(of: factors, over: Set(factors.flatMap(\.variables)), ring: ring)
    return totals.map(\.scaledSum).reduce(nil) { sum, term in sum.map { $0 + term } ?? term }
  }

  /// The logarithms of the sums over some variables, of each group of factors that share one of them.
  ///
  /// The results depend on the other variables alone, and are spread over their plates.
  static func totals(
    of factors: [Factor], over variables: Set<EnumeratedVariable>, ring: Ring = .sum
  ) throws -> [Factor] {
    var contraction = Contraction(ring: ring, eliminated: variables)
    try contraction.run(factors)
    return contraction.totals
  }

  private init(ring: Ring, eliminated: Set<EnumeratedVariable>) {
    (self.ring, self.eliminated) = (ring, eliminated)
  }

  private mutating func run(_ factors: [Factor]) throws {
    var waiting = factors
    while let leaf = waiting.map(\.plates).max(by: { $0.count < $1.count }) {
      let here = waiting.filter { $0.plates == leaf }
      waiting.removeAll { $0.plates == leaf }
      try Self.check(here, in: leaf)
      for group in Self.groups(here, sharing: { eliminated.contains($0) && $0.plates == leaf }) {
        if let rest = try finish(joined(group, in: leaf)) { waiting.append(rest) }
      }
    }
  }

  // Variables inside a plate are unknown outside it.
  private static func check(_ factors: [Factor], in plates: Set<PlateFrame>) throws {
    for variable in factors.flatMap(\.variables) where !variable.plates.isSubset(of: plates) {
      throw InferenceError.dependenceOnInnerSite(
        variable: variable.name,
        plates: variable.plates.subtracting(plates).map(\.name).sorted())
    }
  }

  // Factors connected by variables for which `isShared` holds.
  private static func groups(
    _ factors: [Factor], sharing isShared: (EnumeratedVariable) -> Bool
  ) -> [[Factor]] {
    var groups: [(factors: [Factor], variables: Set<EnumeratedVariable>)] = []
    for factor in factors {
      let own = Set(factor.variables.filter(isShared))
      let touching = groups.indices.filter { !groups[$0].variables.isDisjoint(with: own) }
      var merged = (factors: [Factor](), variables: own)
      for index in touching {
        merged.factors += groups[index].factors
        merged.variables.formUnion(groups[index].variables)
      }
      merged.factors.append(factor)
      for index in touching.reversed() { groups.remove(at: index) }
      groups.append(merged)
    }
    return groups.map(\.factors)
  }

  // One factor without the variables of `plates`.
  private func joined(_ group: [Factor], in plates: Set<PlateFrame>) throws -> Factor {
    let scales = Set(group.map(\.scale))
    guard scales.count == 1 else {
      throw InferenceError.differentScales(group.map(\.site))
    }
    var factors = group
    var left = eliminated.intersection(group.flatMap(\.variables).filter { $0.plates == plates })
    // The cheapest first: the one whose elimination leaves the smallest table.
    while let next = left.min(by: { Self.cost($0, factors) < Self.cost($1, factors) }) {
      left.remove(next)
      let touching = factors.filter { $0.variables.contains(next) }
      factors.removeAll { $0.variables.contains(next) }
      factors.append(Self.product(touching, eliminating: next, ring))
    }
    return Self.product(factors, eliminating: nil, ring)
  }

  // Ties go by the name, so that a run is like any other.
  private static func cost(
    _ variable: EnumeratedVariable, _ factors: [Factor]
  ) -> (Int, String) {
    let others = Set(factors.filter { $0.variables.contains(variable) }.flatMap(\.variables))
    return (others.reduce(1) { $0 * $1.count }, variable.name)
  }

  private static func product(
    _ factors: [Factor], eliminating variable: EnumeratedVariable?, _ ring: Ring
  ) -> Factor {
    var order: [EnumeratedVariable] = []
    for factor in factors {
      for other in factor.variables where !order.contains(other) { order.append(other) }
    }
    let tables = factors.map { $0.table(over: order) }
    var table = tables.dropFirst().reduce(tables[0], +)
    if let variable, let axis = order.firstIndex(of: variable) {
      table = ring == .sum ? table.logSumExp(axis: axis) : table.max(axis: axis)
      order.remove(at: axis)
    }
    return Factor(
      table, order, plates: factors[0].plates, site: factors[0].site, scale: factors[0].scale)
  }

  // A factor that depends on variables yet to eliminate goes on in their plates; another one is done.
  private mutating func finish(_ factor: Factor) throws -> Factor? {
    let isDone = eliminated.isDisjoint(with: factor.variables)
    let outer = factor.variables.reduce(into: Set<PlateFrame>()) { $0.formUnion($1.plates) }
    let rest = factor.summed(over: factor.plates.subtracting(outer))
    if isDone {
      totals.append(rest)
      return nil
    }
    if outer == factor.plates {
      throw InferenceError.crossedPlates(
        site: factor.site, variables: factor.variables.map(\.name),
        plates: outer.map(\.name).sorted())
    }
    return rest
  }
}
