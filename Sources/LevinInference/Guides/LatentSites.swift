internal import LevinDistributions
internal import LevinTensor

/// The latent sites of a model that an automatic guide stands for, found by running the model once.
struct LatentSites {
  /// A site, without its values.
  struct Entry {
    let name: String
    let eventRank: Int
    let plates: [PlateFrame]
    let support: Constraint
    /// The first value, of shape batch shape + event shape.
    let start: Tensor
  }

  let entries: [Entry]
  private let frames: [PlateFrame]

  /// - Parameter expose: The names of the sites to stand for; all that are not to be enumerated if nil.
  init(expose: Set<String>?, start: StartStrategy, _ model: () throws -> Void) throws {
    // The guide may be running in a trace of its own, which this run is no part of.
    let trace = try withoutGradient {
      try withBlock(hideWhere: { _ in true }) { try Trace(model) }
    }
    let sites = trace.samples.filter { site in
      site.isLatent && (expose?.contains(site.name) ?? (site.enumeration == nil))
    }
    entries = try withoutGradient { try sites.map { try Self.entry(for: $0, start) } }
    var frames: [PlateFrame] = []
    // Sequential plates take no axis, and the sites inside have names of their own.
    for frame in entries.flatMap(\.plates)
    where frame.dim != nil && !frames.contains(where: { $0.name == frame.name }) {
      frames.append(frame)
    }
    self.frames = frames
  }

  private static func entry(for site: Site, _ start: StartStrategy) throws -> Entry {
    guard let distribution = site.distribution, !distribution.support.isDiscrete else {
      throw InferenceError.discreteSiteInContinuousGuide(site.name)
    }
    if let plate = site.plates.first(where: { $0.count != $0.size }) {
      throw InferenceError.latentSiteInSubsample(site: site.name, plate: plate.name)
    }
    let shape = distribution.batchShape + distribution.eventShape
    let value = try start.value(site).expanded(to: shape)
    guard distribution.support.check(value).all().item() == 1 else {
      throw InferenceError.startOutsideSupport(
        site: site.name, support: distribution.support.description)
    }
    return Entry(
      name: site.name, eventRank: distribution.eventShape.count, plates: site.plates,
      support: distribution.support, start: value)
  }

  /// Calls `body` with the index of each site, inside its plates, each of which is made once before all sites.
  func forEach(_ body: (Int) -> Void) {
    var plates: [String: Plate] = [:]
    for frame in frames { plates[frame.name] = Plate(frame.name, frame.count, dim: frame.dim) }
    for (index, entry) in entries.enumerated() {
      Self.inside(entry.plates.compactMap { plates[$0.name] }[...]) { body(index) }
    }
  }

  private static func inside(_ plates: ArraySlice<Plate>, _ body: () -> Void) {
    guard let outer = plates.first else { return body() }
    outer { inside(plates.dropFirst(), body) }
  }
}
