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
    fileprivate let identity: ElementsIdentity?
  }

  // Enough for the constants of a model; batches that come once are forgotten.
  private static let mostKnown = 64
  private var known: [ElementsIdentity] = []
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
    let identity = ElementsIdentity(site.value)
    if let identity, known.contains(identity) { return nil }
    guard let isInside = site.isInsideSupport else { return nil }
    return Finding(site: site, isInside: isInside, isAllInside: isInside.all(), identity: identity)
  }

  /// Remembers what was looked at, or throws for the first observation outside.
  ///
  /// - Throws: ``InferenceError/outsideSupport(_:)``.
  func settle(_ findings: [Finding]) throws {
    if findings.isEmpty { return }
    try evaluate(findings.map(\.isAllInside))
    for finding in findings {
      if !finding.isAllInside.item(as: Bool.self) { throw finding.error }
      guard let identity = finding.identity else { continue }
      known.append(identity)
      if known.count > Self.mostKnown { known.removeFirst() }
    }
  }
}

extension Site {
  /// Booleans of the batch shape, true where the observation is possible or left out by a mask.
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
    return mask.map { isInside .| .!$0 } ?? isInside
  }
}

extension SupportWatch.Finding {
  fileprivate var error: InferenceError {
    let distribution = site.distribution
    let events = distribution?.eventShape ?? []
    let position = isInside.scalars(as: Bool.self).firstIndex(of: false) ?? 0
    var index: [Int] = []
    var rest = position
    for size in isInside.shape.reversed() {
      index.insert(rest % size, at: 0)
      rest /= size
    }
    // An axis of an enumerated site is none of the observation's.
    let own = max(site.value.rank - events.count, 0)
    let leading = isInside.shape.prefix(max(isInside.rank - own, 0)).prefix { $0 == 1 }.count
    index.removeFirst(leading)
    let wide = site.value.expanded(to: isInside.shape + events)
    let value = wide.flattened()[position * events.reduce(1, *)].item()
    return .outsideSupport(
      ImpossibleObservation(
        site: site.name, index: index, value: value,
        support: distribution?.support.description ?? "",
        distribution: "\(distribution.map { type(of: $0.unexpanded) }, default: "")"))
  }
}
