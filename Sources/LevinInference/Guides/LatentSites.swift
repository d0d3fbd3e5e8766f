internal import LevinDistributions
internal import LevinTensor

/// The latent sites of a model that an automatic guide stands for, found by running the model once.
///
/// Of a plate that is looked at in parts the guide has values for all elements, and takes those of the indices that a
/// run looks at.
struct LatentSites {
  /// A site, without its values.
  struct Entry {
    let name: String
    let eventRank: Int
    let plates: [PlateFrame]
    let support: Constraint
    /// The first value, of shape batch shape + event shape, with the full sizes of plates.
    let start: Tensor
  }

  /// The elements of a plate that a run of the model looks at.
  struct Look {
    let count: Int
    /// The indices, where the model says which.
    let indices: Tensor?
  }

  let entries: [Entry]
  // Those that take an axis, each once; the sites inside sequential plates have names of their own.
  private let frames: [PlateFrame]
  private let looksEachTime: Bool

  /// - Parameter expose: The names of the sites to stand for; all that are not to be enumerated if nil.
  init(expose: Set<String>?, start: StartStrategy, _ model: () throws -> Void) throws {
    // The guide may be running in a trace of its own, which this run is no part of.
    let trace = try withoutGradient {
      try withBlock(hideWhere: { _ in true }) { try Trace(model) }
    }
    let latents = trace.samples.filter(\.isLatent)
    let unknown = (expose ?? []).subtracting(latents.map(\.name))
    if !unknown.isEmpty {
      throw InferenceError.unknownSites(unknown.sorted(), known: latents.map(\.name))
    }
    let sites = latents.filter { expose?.contains($0.name) ?? ($0.enumeration == nil) }
    entries = try withoutGradient { try sites.map { try Self.entry(for: $0, start) } }
    var frames: [PlateFrame] = []
    for frame in entries.flatMap(\.plates)
    where frame.dim != nil && !frames.contains(where: { $0.name == frame.name }) {
      frames.append(frame)
    }
    self.frames = frames
    let chosen = Set(sites.flatMap(\.chosenIndices.keys))
    looksEachTime = frames.contains {
      chosen.contains($0.name) || trace.site($0.name)?.isPart == true
    }
  }

  private static func entry(for site: Site, _ start: StartStrategy) throws -> Entry {
    guard let distribution = site.distribution, !distribution.support.isDiscrete else {
      throw InferenceError.discreteSiteInContinuousGuide(site.name)
    }
    if let plate = site.plates.first(where: { $0.count != $0.size && $0.dim == nil }) {
      throw InferenceError.latentSiteInSubsample(site: site.name, plate: plate.name)
    }
    let value = try start.value(site)
    guard distribution.support.check(value).all().item() == 1 else {
      throw InferenceError.startOutsideSupport(
        site: site.name, support: distribution.support.description)
    }
    return Entry(
      name: site.name, eventRank: distribution.eventShape.count, plates: site.plates,
      support: distribution.support,
      start: site.spread(value, overAllOf: distribution, inOrder: start.isGiven(site)))
  }

  /// Calls `body` with the index of each site, inside its plates, each of which is made once before all sites.
  ///
  /// - Parameters:
  ///   - model: Runs the model on the data of this call, where the plates have to be known.
  ///   - body: Given a function from values for all elements of the plates to those that this run looks at; the
  ///     values have that many axes on the right of the batch.
  func forEach(
    _ model: () throws -> Void, _ body: (Int, _ pick: (Tensor, Int) -> Tensor) -> Void
  ) throws {
    let looks = try self.looks(model)
    var plates: [String: Plate] = [:]
    for frame in frames {
      let look = looks[frame.name]
      plates[frame.name] = Plate(
        frame.name, frame.size, subsampleSize: look?.count, subsample: look?.indices)
    }
    for (index, entry) in entries.enumerated() {
      Self.inside(entry.plates[...], plates) {
        body(index) { Self.pick($0, $1, entry.plates, plates) }
      }
    }
  }

  // Plates that are always looked at as a whole need no look; for others the model says how many elements, and maybe
  // which.
  private func looks(_ model: () throws -> Void) throws -> [String: Look] {
    if !looksEachTime { return [:] }
    let recorder = PlateLooks()
    try withoutGradient {
      try withSeed(0) {
        try withBlock(hideWhere: { _ in true }) { try HandlerStack.with(recorder, model) }
      }
    }
    return recorder.looks
  }

  // A plate may be entered at another axis for each site.
  private static func inside(
    _ frames: ArraySlice<PlateFrame>, _ plates: [String: Plate], _ body: () -> Void
  ) {
    guard let outer = frames.first else { return body() }
    let rest = frames.dropFirst()
    guard let dim = outer.dim, let plate = plates[outer.name] else {
      return inside(rest, plates, body)
    }
    plate.inside(dim: dim) { inside(rest, plates, body) }
  }

  private static func pick(
    _ values: Tensor, _ eventRank: Int, _ frames: [PlateFrame], _ plates: [String: Plate]
  ) -> Tensor {
    frames.reduce(values) { values, frame in
      guard let dim = frame.dim, let chosen = plates[frame.name]?.chosen else { return values }
      let axis = values.rank - eventRank + dim
      return values.movingAxis(axis, to: 0)[chosen].movingAxis(0, to: axis)
    }
  }
}

/// Notes which elements of its plates a model looks at, without drawing them.
private final class PlateLooks: Handler {
  private(set) var looks: [String: LatentSites.Look] = [:]

  // The plates that were made in this run and have no indices of their own.
  private var open: Set<String> = []

  func process(_ site: Site) {
    guard site.kind == .plate else { return }
    if site.hasOwnIndices {
      looks[site.name] = LatentSites.Look(count: site.lookedAtCount, indices: site.given)
    } else if !site.looksAtAll {
      looks[site.name] = LatentSites.Look(count: site.lookedAtCount, indices: nil)
      open.insert(site.name)
      if site.given == nil { site.given = Tensor.arange(site.lookedAtCount) }
    }
  }

  // Plates that were made outside of the model have chosen their elements for good.
  func postprocess(_ site: Site) {
    for (name, indices) in site.chosenIndices where !open.contains(name) {
      looks[name] = LatentSites.Look(count: indices.count, indices: indices)
    }
  }
}

extension Site {
  // Whether a plate may look at other elements, or in another order, in another run.
  fileprivate var isPart: Bool { kind == .plate && isSubsampled }

  // Values for all elements of the plates: those of a part are repeated where no element is looked at.
  fileprivate func spread(
    _ value: Tensor, overAllOf distribution: any Distribution, inOrder: Bool
  ) -> Tensor {
    let eventRank = distribution.eventShape.count
    var values = value
    var batch = distribution.batchShape
    for frame in plates {
      guard let dim = frame.dim, let chosen = chosenIndices[frame.name] else { continue }
      batch[batch.count + dim] = frame.size
      let axis = values.rank - eventRank + dim
      guard axis >= 0, values.shape[axis] == frame.count, frame.count > 1 else { continue }
      if inOrder, frame.count == frame.size { continue }
      var positions = (0..<frame.size).map { $0 % frame.count }
      for (position, index) in chosen.scalars(as: Int.self).enumerated() {
        positions[index] = position
      }
      values = values.movingAxis(axis, to: 0)[Tensor(positions)].movingAxis(0, to: axis)
    }
    return values.expanded(to: batch + distribution.eventShape)
  }
}
