internal import LevinDistributions
internal import LevinTensor

/// Looks whether observations are values that their distributions can produce.
///
/// A log-probability outside of the support may be finite, and a fit to such data goes on without a word. Elements in
/// memory are looked at once; those that are computed anew in each run, as those of a subsample, each time. An element
/// that a mask leaves out may be anything.
final class SupportWatch: Handler {
  /// A site whose observations are looked at, and Booleans that are true where they are possible.
  struct Finding {
    let site: Site
    let isInside: Tensor
    let isAllInside: Tensor
    // Whether all are possible, those that a mask leaves out too.
    fileprivate let isAllPossible: Tensor
    fileprivate let look: Look?
  }

  /// Elements in memory and the condition that they were held against.
  fileprivate struct Look: Hashable {
    let elements: ElementsIdentity
    let condition: String
    // The elements of the mask; nil where all observations are possible, those that it leaves out too.
    var mask: ElementsIdentity?
  }

  // Enough for the constants of a model; batches that come once are forgotten.
  private static let mostKnown = 64
  private var known: [Look] = []
  private var sites: [Site] = []

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {
    guard site.kind == .sample, site.isObserved, !site.isDeterministic,
      !(site.distribution is Delta),
      // What follows from parameters or draws is no data.
      !site.value.requiresGradient, !HandlerStack.isRehearsal
    else { return }
    sites.append(site)
  }

  /// Runs `body`, and gives what is to be looked at of the observations in it.
  ///
  /// - Parameter isWanted: Whether an observation is looked at, beside those that were before.
  func findings<R>(
    where isWanted: (Site) -> Bool = { _ in true }, _ body: () throws -> R
  ) rethrows -> (result: R, findings: [Finding]) {
    sites = []
    defer { sites = [] }
    let result = try HandlerStack.with(self, body)
    let wanted = sites.filter(isWanted)
    return (result, withoutGradient { wanted.compactMap(finding) })
  }

  private func finding(_ site: Site) -> Finding? {
    let look = Look(site)
    if let look, known.contains(look) || known.contains(look.masked(by: site.mask)) { return nil }
    guard let isPossible = site.isInsideSupport else { return nil }
    let isInside = site.mask.map { isPossible .| .!$0 } ?? isPossible
    return Finding(
      site: site, isInside: isInside, isAllInside: isInside.all(), isAllPossible: isPossible.all(),
      look: look)
  }

  /// Remembers what was looked at, or throws for the first observation outside.
  ///
  /// - Throws: ``InferenceError/outsideSupport(_:)``.
  func settle(_ findings: [Finding]) throws {
    if findings.isEmpty { return }
    try evaluate(findings.flatMap { [$0.isAllInside, $0.isAllPossible] })
    for finding in findings {
      if !finding.isAllInside.item(as: Bool.self) { throw finding.error }
      guard var look = finding.look else { continue }
      if !finding.isAllPossible.item(as: Bool.self) {
        look = look.masked(by: finding.site.mask)
        // A mask that is computed in each run is another one each time.
        if look.mask == nil { continue }
      }
      known.append(look)
      if known.count > Self.mostKnown { known.removeFirst() }
    }
  }
}

extension SupportWatch.Look {
  fileprivate init?(_ site: Site) {
    // A mask inside of a distribution may be another one next time.
    guard let elements = ElementsIdentity(site.value), let distribution = site.distribution,
      !distribution.support.isRelaxed
    else { return nil }
    self.elements = elements
    condition = "\(type(of: distribution.unexpanded)) \(distribution.support.description)"
  }

  fileprivate func masked(by mask: Tensor?) -> Self {
    var result = self
    result.mask = mask.flatMap { ElementsIdentity($0) }
    return result
  }
}

extension Site {
  /// Booleans of the batch shape, true where the observation is possible.
  ///
  /// A support may depend on enumerated sites; then it is enough that one of their values allows the observation.
  fileprivate var isInsideSupport: Tensor? {
    guard let distribution else { return nil }
    var isInside = distribution.support.check(value)
    let batch = value.shape.dropLast(distribution.eventShape.count)
    let enumerated = isInside.shape.indices.filter { axis in
      let dim = axis - isInside.rank
      let own = -dim <= batch.count ? batch[batch.endIndex + dim] : 1
      return own == 1 && isInside.shape[axis] > 1 && !plates.contains { $0.dim == dim }
    }
    if !enumerated.isEmpty { isInside = isInside.any(axes: enumerated, keepingDimensions: true) }
    return isInside
  }
}

extension SupportWatch.Finding {
  fileprivate var error: InferenceError {
    let distribution = site.distribution
    let events = distribution?.eventShape ?? []
    let position = isInside.scalars(as: Bool.self).firstIndex(of: false) ?? 0
    var index = Self.index(of: position, in: isInside.shape)
    // An axis of an enumerated site is none of the observation's.
    let own = max(site.value.rank - events.count, 0)
    let leading = isInside.shape.prefix(max(isInside.rank - own, 0)).prefix { $0 == 1 }.count
    index.removeFirst(leading)
    let count = events.reduce(1, *)
    let wide = site.value.expanded(to: isInside.shape + events).flattened()
    let event = wide[(position * count)..<((position + 1) * count)]
    let within = element(of: event.reshaped(to: events))
    return .outsideSupport(
      ImpossibleObservation(
        site: site.name,
        index: amongAll(index) + (within.map { Self.index(of: $0, in: events) } ?? []),
        value: event[within ?? 0].item(), support: distribution?.support.description ?? "",
        distribution: "\(distribution.map { type(of: $0.unexpanded) }, default: "")"))
  }

  private static func index(of position: Int, in shape: [Int]) -> [Int] {
    var index: [Int] = []
    var rest = position
    for size in shape.reversed() {
      index.insert(rest % size, at: 0)
      rest /= size
    }
    return index
  }

  // The first element of an event that is impossible by itself; nil where elements are possible together or not at all.
  private func element(of event: Tensor) -> Int? {
    guard let holds = site.distribution?.support.holdsAtEach else { return nil }
    let isPossible = holds(event)
    // Bounds that differ from one batch element to the next are for the whole batch.
    guard isPossible.shape == event.shape else { return nil }
    return isPossible.scalars(as: Bool.self).firstIndex(of: false)
  }

  // Of plates that are looked at in parts the indices among all elements.
  private func amongAll(_ index: [Int]) -> [Int] {
    var result = index
    for plate in site.plates {
      guard let dim = plate.dim, -dim <= index.count, let chosen = site.chosenIndices[plate.name]
      else { continue }
      let axis = index.count + dim
      if isInside.shape[isInside.rank + dim] == plate.count {
        result[axis] = chosen.scalars(as: Int.self)[index[axis]]
      }
    }
    return result
  }
}
