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
  /// All plates around it; only sites inside them may depend on it.
  let scope: Set<PlateFrame>
  /// Those that sums over its values have to be multiplied over.
  let plates: Set<PlateFrame>

  init(_ name: String, count: Int, plates: [PlateFrame]) {
    (self.name, self.count) = (name, count)
    scope = Set(plates)
    self.plates = scope.filter(\.isProduct)
  }

  static func == (a: EnumeratedVariable, b: EnumeratedVariable) -> Bool { a === b }

  func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

/// Gives discrete sites their full support as value.
///
/// A site whose value comes from another run in which something was enumerated, such as a guide's, has it along
/// axes of this run: the two may nest their chains and plates differently, so an axis of the one says nothing in
/// the other.
final class ParallelEnumeration: Handler {
  private struct Entry {
    var dim: Int
    var variable: EnumeratedVariable
    /// The steps of the Markov chains around it.
    var steps: [MarkovScope]
  }

  private let firstAvailableDim: Int
  private var entries: [Entry] = []

  init(firstAvailableDim: Int) { self.firstAvailableDim = firstAvailableDim }

  /// The sites that go over their values in this run for the first time, in order.
  private(set) var variables: [EnumeratedVariable] = []

  func process(_ site: Site) {
    if site.kind == .sample, site.enumerator == nil { site.enumerator = self }
  }

  /// Makes a value that no handler gave go over the support, or lines up the axes of one that comes from another run.
  ///
  /// Called when all handlers have seen the site: one further out may give it a value, and then it takes no axis.
  func settle(_ site: Site) {
    if site.given != nil {
      if let source = site.source { adopt(source, for: site) }
    } else if site.enumeration == .parallel,
      let distribution = site.distribution as? any EnumerableDistribution
    {
      enumerate(site, distribution)
    }
  }

  private func enumerate(_ site: Site, _ distribution: any EnumerableDistribution) {
    let variable = EnumeratedVariable(
      site.name, count: distribution.supportCount, plates: site.plates)
    variables.append(variable)
    let dim = take(variable)
    let support = distribution.enumeratedSupport(expanding: false)
    let ones = [Int](repeating: 1, count: -dim - 1)
    site.given = support.reshaped(to: [variable.count] + ones + distribution.eventShape)
    site.enumeratedDim = dim
  }

  func postprocess(_ site: Site) {
    for entry in entries where Self.isVisible(entry) {
      site.variables[entry.dim] = entry.variable
    }
  }

  // Moves the enumerated axes of a value to where their variables are in this run.
  private func adopt(_ source: Site, for site: Site) {
    let value = source.value
    let batchRank = value.rank - (source.distribution?.eventShape.count ?? 0)
    let axes = (0..<batchRank).filter { axis in
      let dim = axis - batchRank
      return source.isEnumerated(alongDim: dim)
        && (value.shape[axis] > 1 || dim == source.enumeratedDim)
    }
    if axes.isEmpty { return }
    let dims = axes.map { dim(of: source.variables[$0 - batchRank]) }
    if source.enumeratedDim != nil { site.enumeratedDim = dims.first }
    site.given = value.movingBatchAxes(axes, toDims: dims, batchRank: batchRank)
  }

  private func dim(of variable: EnumeratedVariable?) -> Int {
    guard let variable else { fatalError("an enumerated axis without a variable") }
    let known = entries.first { $0.variable == variable && Self.isVisible($0) }
    return known?.dim ?? take(variable)
  }

  // The rightmost axis whose values no step of a chain can still see.
  private func take(_ variable: EnumeratedVariable) -> Int {
    let taken = Set(entries.filter(Self.isVisible).map(\.dim))
    var dim = firstAvailableDim
    while taken.contains(dim) { dim -= 1 }
    entries.removeAll { $0.dim == dim }
    entries.append(Entry(dim: dim, variable: variable, steps: HandlerStack.chains))
    return dim
  }

  // A chain that is over stands behind its last step, so that its last states can still be used; not outside
  // a sequential plate around it, though, or many chains would take many axes.
  private static func isVisible(_ entry: Entry) -> Bool {
    if entry.steps.isEmpty { return true }
    let sequential = entry.variable.scope.filter { $0.dim == nil }
    return entry.steps.allSatisfy { $0.chain.position - $0.step <= $0.history }
      && sequential.isSubset(of: HandlerStack.plates)
  }
}

extension Site {
  /// Whether an axis of the batch shape, counted from the right, belongs to an enumerated site.
  func isEnumerated(alongDim dim: Int) -> Bool {
    variables[dim] != nil && !plates.contains { $0.dim == dim }
  }
}

extension Tensor {
  /// The same numbers with some axes of the batch shape at other positions, counted from the right; the positions
  /// are left of all axes that stay.
  fileprivate func movingBatchAxes(_ axes: [Int], toDims dims: [Int], batchRank: Int) -> Tensor {
    let order = axes.indices.sorted { dims[$0] < dims[$1] }
    let rest = (0..<rank).filter { !axes.contains($0) }
    var batch = [Int](repeating: 1, count: -(dims.min() ?? 0))
    for (axis, dim) in zip(axes, dims) { batch[batch.count + dim] = shape[axis] }
    for axis in rest where axis < batchRank && shape[axis] > 1 {
      batch[batch.count + axis - batchRank] = shape[axis]
    }
    return permuted(order.map { axes[$0] } + rest).reshaped(to: batch + shape[batchRank...])
  }
}
