internal import LevinNN
internal import LevinTensor
internal import LevinTraining

/// Looks whether estimates run to the edge of their support.
///
/// A density that grows without bound towards an edge has no mode: Dirichlet(0.5) is one, on its own and
/// before the likelihood of a mixture whose component is not needed. An estimate then goes there for ever,
/// the loss falling all the way, until a number underflows. Nothing else would say so.
struct EdgeWatch {
  private static let nearness = 1e-6
  private static let mostElements = 1024

  private(set) var warnings: [String] = []
  /// Whether warnings are shown when they come.
  var prints = true
  private var watched: [(site: SiteParameter, value: Tensor)] = []
  // Sites without an edge at 0, and those that were told of.
  private var known: Set<String> = []
  private var edged: Set<String> = []

  /// The estimates of a guide to look at, as they are before a step, to be computed together with it.
  mutating func watch(_ guide: any Module) -> [Tensor] {
    watched = []
    guard let guide = guide as? any SiteParameters else { return [] }
    for site in guide.siteParameters
    where !known.contains(site.site) && hasEdge(site)
      && site.parameter.unconstrained.elementCount <= Self.mostElements
    {
      watched.append((site, site.parameter.wrappedValue))
    }
    return watched.map(\.value)
  }

  // Constraints stay as they are, so each is looked at once.
  private mutating func hasEdge(_ site: SiteParameter) -> Bool {
    if edged.contains(site.site) { return true }
    if site.support.hasEdge {
      edged.insert(site.site)
      return true
    }
    known.insert(site.site)
    return false
  }

  /// Looks at what was asked for.
  mutating func look(atStep step: Int) {
    for (site, value) in watched where value.scalars.contains(where: { $0 < Self.nearness }) {
      known.insert(site.site)
      let nearest = value.scalars.min() ?? 0
      tell(
        "step \(step): site '\(site.site)' runs to the edge of its support: its smallest element is "
          + "\(Float(nearest)). Its density may have no maximum, as that of Dirichlet(0.5) has none; a "
          + "concentration of 1 or more, other starts or a guide with a spread keep it inside")
    }
  }

  /// Looks at the estimates of a guide as they are.
  mutating func inspect(_ guide: any Module, atStep step: Int) {
    let values = withoutGradient { watch(guide) }
    if values.isEmpty { return }
    evaluateOrStop(values)
    look(atStep: step)
  }

  /// Tells of something that was found elsewhere.
  mutating func tell(of texts: [String]) { for text in texts { tell(text) } }

  private mutating func tell(_ text: String) {
    warnings.append(text)
    if prints { warn(text) }
  }
}
