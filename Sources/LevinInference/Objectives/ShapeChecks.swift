internal import LevinDistributions
internal import LevinTensor

extension Trace {
  /// Refuses a log-probability or mask of a site that is wider than the plates around it: such an axis would count
  /// everything as often as it is long.
  ///
  /// - Parameter isExplained: Whether something else than a plate has an axis of that size there.
  func checkShape(
    of site: Site, orElse isExplained: (_ dim: Int, _ size: Int) -> Bool = { _, _ in false }
  ) throws {
    for shape in [site.unscaledLogProb.shape, site.mask?.shape ?? []] {
      for (axis, size) in shape.enumerated() where size > 1 {
        let dim = axis - shape.count
        let isPlate = site.plates.contains { $0.dim == dim && $0.count == size }
        if isPlate || isExplained(dim, size) { continue }
        try checkDependence(of: site, alongDim: dim, size)
        computeLogProb()
        throw InferenceError.unexplainedAxis(
          site: site.name, dim: dim, size: size, shapes: formatShapes())
      }
    }
  }

  // An axis that the distribution brings may be that of a plate around an enumerated site, which this one is outside of.
  private func checkDependence(of site: Site, alongDim dim: Int, _ size: Int) throws {
    guard let batch = site.distribution?.batchShape, batch.count >= -dim,
      batch[batch.count + dim] == size
    else { return }
    for other in samples where other.enumeration == .parallel {
      let plates = other.plates.filter { $0.dim == dim && $0.count == size }
      if plates.isEmpty { continue }
      throw InferenceError.dependenceOnInnerSite(variable: other.name, plates: plates.map(\.name))
    }
  }

  /// Refuses log-probabilities wider than the plates around their sites; values that follow from others have none.
  func checkShapes() throws {
    for site in samples where !site.isDeterministic { try checkShape(of: site) }
  }
}

/// A run of a guide, and of a model that takes over what the guide drew, in which nothing is enumerated.
///
/// An axis that an enumerated site's values would lie along cannot be taken for one of the data then, so this is where
/// a forgotten plate shows.
enum PlainRun {
  /// The first run of a program, in which a guide may draw its start: from the generator in force.
  ///
  /// - Returns: The number of axes that plates take.
  static func first(model: () throws -> Void, guide: () throws -> Void) throws -> Int {
    try HandlerStack.rehearsing {
      let guideTrace = try Trace(guide)
      try guideTrace.checkShapes()
      let modelTrace = try Trace { try withReplay(of: guideTrace, model) }
      try modelTrace.checkShapes()
      let sites = guideTrace.samples + modelTrace.samples
      return -(sites.flatMap(\.plates).compactMap(\.dim).min() ?? 0)
    }
  }

  /// A look at a guide that has run before, which draws nothing from the streams of the program around it.
  static func look(model: () throws -> Void, guide: () throws -> Void) throws {
    _ = try withSeed(0) { try withoutGradient { try first(model: model, guide: guide) } }
  }
}

/// The shapes of runs that were looked at without enumeration.
///
/// A model may have other sites or sizes in a later run, which is looked at then.
struct KnownShapes {
  private var seen: Set<Int> = []

  /// Whether no run is known.
  var isEmpty: Bool { seen.isEmpty }

  /// Looks at a run unless one of the same sites, plates and shapes is known; the first one is taken as seen.
  mutating func look(
    at run: EnumeratedRun, model: () throws -> Void, guide: () throws -> Void
  ) throws {
    let signature = run.signature
    if seen.contains(signature) { return }
    if !seen.isEmpty { try PlainRun.look(model: model, guide: guide) }
    seen.insert(signature)
  }
}

extension EnumeratedRun {
  /// A hash of the sites with their shapes and plates.
  fileprivate var signature: Int {
    var hasher = Hasher()
    for site in guide.samples + model.samples {
      hasher.combine(site.name)
      hasher.combine(site.unscaledLogProb.shape)
      hasher.combine(site.value.shape)
      hasher.combine(site.mask?.shape)
      hasher.combine(site.distribution?.batchShape)
      hasher.combine(site.distribution?.eventShape)
      for plate in site.plates {
        hasher.combine(plate.dim)
        hasher.combine(plate.count)
      }
    }
    return hasher.finalize()
  }
}
