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
  private let frames: [PlateFrame]

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
      support: distribution.support, start: site.spread(value, overAllOf: distribution))
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
        frame.name, frame.size, subsampleSize: look?.count, subsample: look?.indices, dim: frame.dim
      )
    }
    for (index, entry) in entries.enumerated() {
      Self.inside(entry.plates.compactMap { plates[$0.name] }[...]) {
        body(index) { Self.pick($0, $1, entry.plates, plates) }
      }
    }
  }

  // Plates that are looked at as a whole need no look; for others the model says how many elements, and maybe which.
  private func looks(_ model: () throws -> Void) throws -> [String: Look] {
    if frames.allSatisfy({ $0.count == $0.size }) { return [:] }
    let recorder = PlateLooks()
    try withoutGradient {
      try withSeed(0) {
        try withBlock(hideWhere: { _ in true }) { try HandlerStack.with(recorder, model) }
      }
    }
    return recorder.looks
  }

  private static func inside(_ plates: ArraySlice<Plate>, _ body: () -> Void) {
    guard let outer = plates.first else { return body() }
    outer { inside(plates.dropFirst(), body) }
  }

  private static func pick(
    _ values: Tensor, _ eventRank: Int, _ frames: [PlateFrame], _ plates: [String: Plate]
  ) -> Tensor {
    frames.reduce(values) { values, frame in
      guard let dim = frame.dim, let plate = plates[frame.name], plate.count != plate.size else {
        return values
      }
      let axis = values.rank - eventRank + dim
      return values.movingAxis(axis, to: 0)[plate.indices].movingAxis(0, to: axis)
    }
  }
}

/// Notes which elements of its plates a model looks at, without drawing them.
private final class PlateLooks: Handler {
  private(set) var looks: [String: LatentSites.Look] = [:]

  func process(_ site: Site) {
    guard site.kind == .plate, site.lookedAtCount != site.elementCount else { return }
    looks[site.name] = LatentSites.Look(
      count: site.lookedAtCount, indices: site.hasOwnIndices ? site.given : nil)
    if site.given == nil { site.given = Tensor.arange(site.lookedAtCount) }
  }

  func postprocess(_ site: Site) {}
}

extension Site {
  // Values for all elements of the plates; those of a part are repeated.
  fileprivate func spread(_ value: Tensor, overAllOf distribution: any Distribution) -> Tensor {
    let eventRank = distribution.eventShape.count
    var values = value
    var batch = distribution.batchShape
    for frame in plates {
      guard let dim = frame.dim, frame.count != frame.size else { continue }
      batch[batch.count + dim] = frame.size
      let axis = values.rank - eventRank + dim
      guard axis >= 0, values.shape[axis] == frame.count, frame.count > 1 else { continue }
      let indices = Tensor((0..<frame.size).map { $0 % frame.count })
      values = values.movingAxis(axis, to: 0)[indices].movingAxis(0, to: axis)
    }
    return values.expanded(to: batch + distribution.eventShape)
  }
}
