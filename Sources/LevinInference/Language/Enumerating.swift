internal import LevinDistributions
internal import LevinTensor

/// Runs `body` with the discrete sites that ask for it going over all their values.
///
/// The values of each lie along an axis of their own, the first at `firstAvailableDim` and further ones left
/// of it, so that what depends on them broadcasts.
///
/// - Parameter firstAvailableDim: An axis counted from the right of the batch shape, left of all plates
///   around the sites.
@discardableResult
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

/// Gives discrete sites their full support as value.
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

  /// The variable whose values lie along each axis when the run is over.
  var variablesByDim: [Int: EnumeratedVariable] {
    Dictionary(entries.map { ($0.dim, $0.variable) }, uniquingKeysWith: { $1 })
  }

  /// All sites that go over their values, in order.
  private(set) var variables: [EnumeratedVariable] = []

  func process(_ site: Site) {
    guard site.kind == .sample, site.enumeration == .parallel, site.enumerate == nil,
      let distribution = site.distribution as? any EnumerableDistribution
    else { return }
    // Handlers further out may still give it a value, and then it takes no axis.
    site.enumerate = { [unowned site] in self.enumerate(site, distribution) }
  }

  private func enumerate(_ site: Site, _ distribution: any EnumerableDistribution) {
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

  // A chain that is over stands behind its last step, so that its last states can still be used; not outside
  // a sequential plate around it, though, or many chains would take many axes.
  private static func isVisible(_ entry: Entry) -> Bool {
    if entry.steps.isEmpty { return true }
    let sequential = entry.variable.plates.filter { $0.dim == nil }
    return entry.steps.allSatisfy { $0.chain.position - $0.step <= $0.history }
      && sequential.isSubset(of: HandlerStack.plates)
  }
}
