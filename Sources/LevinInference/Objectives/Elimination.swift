/// Factors of which variables are eliminated one after the other, the cheapest first: the one whose elimination leaves
/// the smallest table.
///
/// The cost of a variable changes only when a factor that it shares does, so a chain of a thousand states costs
/// little more than a thousand looks at each.
struct Elimination {
  private var slots: [Factor?]
  private var slotsByVariable: [EnumeratedVariable: Set<Int>] = [:]
  private var costs: [EnumeratedVariable: Double] = [:]

  init(_ factors: [Factor]) {
    slots = factors
    for (slot, factor) in factors.enumerated() {
      for variable in factor.variables { slotsByVariable[variable, default: []].insert(slot) }
    }
  }

  /// The factors that are left, in order.
  var factors: [Factor] { slots.compactMap(\.self) }

  /// The variable whose elimination leaves the smallest table; nil when none of them is left.
  ///
  /// Ties go by the order of the variables, so that a run is like any other.
  mutating func cheapest(of variables: [EnumeratedVariable]) -> EnumeratedVariable? {
    var best: (variable: EnumeratedVariable, cost: Double)?
    for variable in variables where slotsByVariable[variable] != nil {
      let cost = cost(of: variable)
      if best.map({ cost < $0.cost }) ?? true { best = (variable, cost) }
    }
    return best?.variable
  }

  // In floating point, since the product of many counts overflows an integer.
  private mutating func cost(of variable: EnumeratedVariable) -> Double {
    if let known = costs[variable] { return known }
    let size = neighbours(of: variable).reduce(1.0) { $0 * Double($1.count) }
    costs[variable] = size
    return size
  }

  // In an order that is the same in each run.
  private func neighbours(of variable: EnumeratedVariable) -> [EnumeratedVariable] {
    var seen: Set<EnumeratedVariable> = []
    let touching = slotsByVariable[variable, default: []].sorted().compactMap { slots[$0] }
    return touching.flatMap(\.variables).filter { seen.insert($0).inserted }
  }

  /// Puts one factor in the place of all that depend on a variable, which it no longer does.
  mutating func replace(touching variable: EnumeratedVariable, by product: ([Factor]) -> Factor) {
    for neighbour in neighbours(of: variable) { costs[neighbour] = nil }
    let touched = (slotsByVariable.removeValue(forKey: variable) ?? []).sorted()
    let result = product(touched.compactMap { slots[$0] })
    for slot in touched {
      for other in slots[slot]?.variables ?? [] { slotsByVariable[other]?.remove(slot) }
      slots[slot] = nil
    }
    for other in result.variables { slotsByVariable[other]?.insert(slots.count) }
    slots.append(result)
  }
}
