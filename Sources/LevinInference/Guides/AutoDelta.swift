internal import LevinDistributions
internal import LevinNN
public import LevinTensor

/// A guide of point estimates: one value for each latent site, which training moves to a maximum of the
/// posterior density (MAP).
///
///     let guide = AutoDelta(gmm, expose: ["weights", "locs", "scale"])
///
/// The density is the one in the space of the values themselves, without the Jacobian of a transform, so that
/// the optimum is the mode that a textbook means. Each value is kept in its support by
/// `transform(to:)`; a simplex is the softmax of as many numbers as it has. A site inside a plate that is looked at in
/// parts has an estimate for each element of the plate, and a step moves those that it looks at.
public final class AutoDelta<Input>: Guide {
  private let model: (Input) throws -> Void
  private let expose: Set<String>?
  private let start: StartStrategy
  private var latents: LatentSites?
  private var estimates: [Parameter] = []

  /// Makes a guide for the latent sites of a model.
  ///
  /// The first call runs the model once to learn what they are; what a start draws is drawn then, so that is
  /// where ``LevinTensor/withSeed(_:_:)`` belongs.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - expose: The names of the sites to estimate; all that are not enumerated when left out.
  ///   - start: The first values.
  public init(
    _ model: @escaping (Input) throws -> Void, expose: Set<String>? = nil,
    start: StartStrategy = .median()
  ) {
    self.model = model
    self.expose = expose
    self.start = start
  }

  /// Gives each latent site its estimate.
  ///
  /// - Throws: ``InferenceError`` if the model has an exposed site that is discrete or lacks one, or a start is
  ///   outside its support.
  public func callAsFunction(_ input: Input) throws {
    let latents = try self.latents ?? prepare(input)
    try latents.forEach({ try model(input) }) { index, pick in
      let entry = latents.entries[index]
      let all = parameter("AutoDelta.\(entry.name)", estimates[index].wrappedValue)
      sample(entry.name, Delta(pick(all, entry.eventRank), eventRank: entry.eventRank))
    }
  }

  // Runs the model once and gives each site its first value.
  private func prepare(_ input: Input) throws -> LatentSites {
    let found = try LatentSites(expose: expose, start: start) { try model(input) }
    estimates = found.entries.map {
      Parameter(wrappedValue: $0.start, transform: transform(to: $0.support))
    }
    latents = found
    return found
  }

  /// The names of the sites that it estimates, in the order of the model; none before the first call.
  public var sites: [String] { latents?.entries.map(\.name) ?? [] }

  /// The estimate of a site.
  public subscript(site: String) -> Tensor {
    guard let index = sites.firstIndex(of: site) else {
      stop("AutoDelta: there is no estimate of '\(site)'; there are those of \(sites)")
    }
    return estimates[index].wrappedValue
  }

  /// The estimates of all sites by name.
  public func median() -> [String: Tensor] {
    Dictionary(uniqueKeysWithValues: sites.map { ($0, self[$0].detached()) })
  }
}

extension AutoDelta: SiteParameters {
  var siteParameters: [SiteParameter] {
    zip(latents?.entries ?? [], estimates).map {
      SiteParameter(site: $0.name, parameter: $1, support: $0.support)
    }
  }
}
