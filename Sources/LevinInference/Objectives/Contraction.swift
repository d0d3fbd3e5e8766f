internal import LevinTensor

/// The sum over all values of enumerated variables of a product of factors inside plates.
///
/// A variable inside a plate has a value for each of its elements, so it is summed out there and the results
/// are multiplied over the elements: Σₓ Πₙ = Πₙ Σₓ. So plates are taken from the innermost outwards; in each,
/// its variables are eliminated, one after the other, and the remaining factor is multiplied over the elements
/// and goes to the plates that the remaining variables belong to (tensor variable elimination, Obermeyer and
/// others 2019). Elements of a subsample count for those that are not looked at: the product over them is taken to
/// the power of size / count, before sums further out. All in logarithms.
struct Contraction {
  /// The operation over the values of a variable.
  enum Ring: Sendable {
    case sum
    case maximum
  }

  private let ring: Ring
  private let eliminated: Set<EnumeratedVariable>
  private let isScaled: Bool
  private var totals: [Factor] = []

  /// The logarithms of the sums of all groups of factors that share no variable, without any scale, added up: a
  /// scalar; nil for no factors.
  static func logarithm(of factors: [Factor], ring: Ring = .sum) throws -> Tensor? {
    let variables = Set(factors.flatMap(\.variables))
    let totals = try totals(of: factors, over: variables, ring: ring, isScaled: false)
    return totals.map { $0.table.sum() }.reduce(nil) { sum, term in sum.map { $0 + term } ?? term }
  }

  /// The logarithms of the sums over some variables, of each group of factors that share one of them.
  ///
  /// The results depend on the other variables alone, and are spread over their plates.
  static func totals(
    of factors: [Factor], over variables: Set<EnumeratedVariable>, ring: Ring = .sum,
    isScaled: Bool = true
  ) throws -> [Factor] {
    var contraction = Contraction(ring: ring, eliminated: variables, isScaled: isScaled)
    try contraction.run(factors)
    return contraction.totals
  }

  private init(ring: Ring, eliminated: Set<EnumeratedVariable>, isScaled: Bool) {
    (self.ring, self.eliminated, self.isScaled) = (ring, eliminated, isScaled)
  }

  private mutating func run(_ factors: [Factor]) throws {
    var waiting = factors
    while let leaf = waiting.map(\.plates).max(by: { $0.count < $1.count }) {
      let here = waiting.filter { $0.plates == leaf }
      waiting.removeAll { $0.plates == leaf }
      for group in Self.groups(here, sharing: { eliminated.contains($0) && $0.plates == leaf }) {
        if let rest = try finish(joined(group, in: leaf)) { waiting.append(rest) }
      }
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
    if isScaled, Set(group.map(\.scale)).count > 1 {
      throw InferenceError.differentScales(group.map(\.site))
    }
    let own = group.flatMap(\.variables).filter { $0.plates == plates && eliminated.contains($0) }
    var elimination = Elimination(group)
    while let next = elimination.cheapest(of: own) {
      elimination.replace(touching: next) { Self.product($0, eliminating: next, ring) }
    }
    return Self.product(elimination.factors, eliminating: nil, ring)
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
    let hasZeros = ring == .sum && factors.contains { $0.zeros != nil }
    var zeros = hasZeros ? Factor.Zeros.product(factors.map { $0.zeros(over: order) }) : nil
    if let variable, let axis = order.firstIndex(of: variable) {
      if let met = zeros {
        (table, zeros) = met.sum(of: table, alongAxis: axis)
      } else {
        table = ring == .sum ? table.logSumExp(axis: axis) : table.max(axis: axis)
      }
      order.remove(at: axis)
    }
    return Factor(
      table, order, plates: factors[0].plates, site: factors[0].site, scale: factors[0].scale,
      zeros: zeros)
  }

  // A factor that depends on variables yet to eliminate goes on in their plates; another one is done.
  private mutating func finish(_ factor: Factor) throws -> Factor? {
    let isDone = eliminated.isDisjoint(with: factor.variables)
    let outer = factor.variables.reduce(into: Set<PlateFrame>()) { $0.formUnion($1.plates) }
    let rest = factor.summed(over: factor.plates.subtracting(outer), isScaled: isScaled)
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
