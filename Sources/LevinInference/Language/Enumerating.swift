internal import LevinDistributions
internal import LevinTensor

/// Runs `body` with the discrete sites that ask for it going over all their values.
///
/// The values of each lie along an axis of their own, the first at `firstAvailableDim` and further ones left
/// of it, so that what depends on them broadcasts.
///
/// - Parameter firstAvailableDim: An axis counted from the right of the batch shape, left of all plates
///   around the sites.
public func withEnumeration<R>(firstAvailableDim: Int, _ body: () throws -> R) rethrows -> R {
  requireInModel(
    firstAvailableDim < 0,
    "withEnumeration: firstAvailableDim is \(firstAvailableDim), and must be negative: dims count from "
      + "the right")
  return try HandlerStack.with(ParallelEnumeration(firstAvailableDim: firstAvailableDim), body)
}

/// A discrete site whose values lie along an axis.
final class EnumeratedVariable: Hashable {
  let name: String
  let count: Int
  /// The plates around it.
  let plates: Set<PlateFrame>

  init(_ name: String, count: Int, plates: [PlateFrame]) {
    (self.name, self.count, self.plates) = (name, count, Set(plates))
  }

  static func == (a: EnumeratedVariable, b: EnumeratedVariable) -> Bool { a === b }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Gives discrete sites their whole support as value.
final class ParallelEnumeration: Handler {
  private struct Entry {
    var dim: Int
    var variable: EnumeratedVariable
    /// The steps of the Markov chains around it.
    var steps: [MarkovScope]
  }

  private let firstAvailableDim: Int
  private var entries: [Entry] = []
  // Axes of an enumeration that ran before, which sites here may depend on.
  private let known: [Int: EnumeratedVariable]

  init(firstAvailableDim: Int, known: [Int: EnumeratedVariable] = [:]) {
    (self.firstAvailableDim, self.known) = (firstAvailableDim, known)
    nextDim = firstAvailableDim
  }

  /// The first axis that nothing here has ever taken.
  private(set) var nextDim: Int

  /// What lies along each axis when the run is over.
  var variablesByDim: [Int: EnumeratedVariable] {
    Dictionary(entries.map { ($0.dim, $0.variable) }, uniquingKeysWith: { $1 })
  }

  /// All sites that go over their values, in order.
  private(set) var variables: [EnumeratedVariable] = []

  func process(_ site: Site) {
    guard site.kind == .sample, site.given == nil, site.enumeration == .parallel,
      let distribution = site.distribution as? any EnumerableDistribution
    else { return }
    let variable = EnumeratedVariable(
      site.name, count: distribution.supportCount, plates: site.plates)
    let dim = take(variable)
    let support = distribution.enumeratedSupport(expanding: false)
    let ones = [Int](repeating: 1, count: -dim - 1)
    site.given = support.reshaped(to: [variable.count] + ones + distribution.eventShape)
    site.enumeratedDim = dim
  }

  func postprocess(_ site: Site) {
    site.variables = known
    for entry in entries where Self.isVisible(entry) {
      site.variables[entry.dim] = entry.variable
    }
  }

  // The rightmost axis whose values no step of a chain can still see.
  private func take(_ variable: EnumeratedVariable) -> Int {
    let taken = Set(entries.filter(Self.isVisible).map(\.dim))
    var dim = firstAvailableDim
    while taken.contains(dim) { dim -= 1 }
    entries.removeAll { $0.dim == dim }
    entries.append(Entry(dim: dim, variable: variable, steps: HandlerStack.chains))
    variables.append(variable)
    nextDim = min(nextDim, dim - 1)
    return dim
  }

  private static func isVisible(_ entry: Entry) -> Bool {
    let chains = HandlerStack.chains
    return entry.steps.allSatisfy { step in
      chains.contains { $0.chain === step.chain && $0.step - step.step <= $0.history }
    }
  }
}

/// Runs `body` for each element of a sequence, of which a step depends on at most `history` steps before it.
///
/// That lets an enumeration use the axes of older steps again, so that a long chain of discrete states
/// needs as many axes as a short one.
@discardableResult
public func markov<S: Sequence, R>(
  _ sequence: S, history: Int = 1, _ body: (S.Element) throws -> R
) rethrows -> [R] {
  requireInModel(history >= 0, "markov: the history is \(history), and must not be negative")
  let chain = MarkovScope.Chain()
  return try sequence.enumerated().map { step, element in
    let scope = MarkovScope(chain: chain, step: step, history: history)
    return try HandlerStack.with(scope) { try body(element) }
  }
}

/// One step of a Markov chain.
final class MarkovScope: Handler {
  /// The identity of a chain.
  final class Chain {}

  let chain: Chain
  let step: Int
  let history: Int

  init(chain: Chain, step: Int, history: Int) {
    (self.chain, self.step, self.history) = (chain, step, history)
  }

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {}
}
