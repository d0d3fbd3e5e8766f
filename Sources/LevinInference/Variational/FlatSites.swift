internal import LevinDistributions
internal import LevinNN
internal import LevinTensor

/// Looks for latent values about which a model says nothing, neither a prior nor an observation: those under a mask,
/// for instance.
///
/// The density of such a value is flat, and no distribution is flat without bound: the scales of an automatic guide
/// would grow for ever, the loss falling all the way, and a point estimate stays where it starts. The derivative of
/// the log-joint with respect to the value is 0 wherever one looks, so two random values tell.
enum FlatSites {
  /// The elements of the latent sites of an automatic guide of which a model says nothing, as warnings.
  static func warnings(
    of guide: any Module, model: () throws -> Void, guide run: () throws -> Void
  ) -> [String] {
    guard let owner = guide as? any SiteParameters else { return [] }
    var names: [String] = []
    for site in owner.siteParameters where !names.contains(site.site) { names.append(site.site) }
    // A model that cannot be run at a value far out says something about it.
    guard let first = try? flat(names, seed: 0, model, run), !first.isEmpty,
      let second = try? flat(names, seed: 1, model, run)
    else { return [] }
    return names.compactMap { name in
      guard let one = first[name], let other = second[name] else { return nil }
      let elements = zip(one, other).map { $0 && $1 }
      return elements.contains(true) ? warning(name, elements) : nil
    }
  }

  // For each site with elements of derivative 0 whether each is one.
  private static func flat(
    _ names: [String], seed: Int, _ model: () throws -> Void, _ guide: () throws -> Void
  ) throws -> [String: [Bool]] {
    try withSeed(seed) { () throws -> [String: [Bool]] in
      let drawn = try withoutGradient { try Trace(guide) }
      let base = try withoutGradient { try Trace { try withReplay(of: drawn, model) } }
      let sites = names.compactMap { base.site($0) }.filter(\.hasUnboundedSupport)
      let values = sites.map(\.movedValue)
      let named = Dictionary(uniqueKeysWithValues: zip(sites.map(\.name), values))
      let run = try Trace { try withSubstitution(named) { try withReplay(of: drawn, model) } }
      let slopes = gradients(of: run.logProbSum, at: values)
      try evaluate(slopes.compactMap(\.self))
      var result: [String: [Bool]] = [:]
      for (site, slope) in zip(sites, slopes) {
        let whole = [Bool](repeating: true, count: site.value.elementCount)
        let isFlat = slope.map { $0.scalars.map { $0 == 0 } } ?? whole
        if isFlat.contains(true) { result[site.name] = isFlat }
      }
      return result
    }
  }

  private static func warning(_ site: String, _ isFlat: [Bool]) -> String {
    let elements =
      isFlat.contains(false)
      ? "element \(isFlat.firstIndex(of: true) ?? 0) (of \(isFlat.count { $0 }) like it)" : "value"
    return
      "site '\(site)': the model says nothing about its \(elements), neither a prior nor an observation: is it "
      + "under a mask? Its density is flat, so the scale of an AutoNormal grows without bound and the estimate of an "
      + "AutoDelta stays where it starts; give it a prior that counts, or leave it out"
  }
}

extension Site {
  // The ends of a bounded support are as good as reached by numbers far out.
  fileprivate var hasUnboundedSupport: Bool {
    guard let support = distribution?.support, support.hasBijection else { return false }
    let map = biject(to: support)
    let shape = map.inverseShape(value.shape)
    func image(_ number: Double) -> [Double] {
      map(Tensor.full(shape, number, dtype: .float64)).scalars
    }
    return [1.0, -1].contains { sign in
      let (near, far) = (image(500 * sign), image(1000 * sign))
      return zip(near, far).contains { !$1.isFinite || abs($0 - $1) > 1e-6 }
    }
  }

  // Another value of the support, at random.
  fileprivate var movedValue: Tensor {
    guard let support = distribution?.support else { return value }
    let map = biject(to: support)
    let start = map.inverse(value)
    return map(start + Tensor.normal(start.shape, dtype: start.dtype)).detached()
      .requiringGradient()
  }
}
