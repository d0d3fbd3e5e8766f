internal import LevinDistributions
internal import LevinNN
public import LevinTensor

/// A guide of independent normals: one for each number of each latent site, in the space that `biject(to:)`
/// maps onto the site's support (mean-field ADVI, Kucukelbir and others 2017).
///
///     let guide = AutoNormal(model)
///     let svi = SVI(model, guide, loss: TraceELBO()) { Adam($0, learningRate: 0.02) }
///
/// A draw is T(loc + scale z), and its density has the Jacobian of T. Training makes `loc` and `scale` those of
/// the normals nearest to the posterior. A site inside a plate that is looked at in parts has normals for all elements
/// of the plate.
public final class AutoNormal<Input>: Guide {
  private struct Normals {
    let locs: Parameter
    let scales: Parameter
    let map: any Transform
    /// The axes of the unconstrained numbers that belong to one event.
    let rank: Int
  }

  private let model: (Input) throws -> Void
  private let expose: Set<String>?
  private let start: StartStrategy
  private let firstScale: Double
  private var latents: LatentSites?
  private var normals: [Normals] = []

  /// Makes a guide for the latent sites of a model.
  ///
  /// The first call runs the model once to learn what they are; what a start draws is drawn then, so that is
  /// where ``LevinTensor/withSeed(_:_:)`` belongs.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - expose: The names of the sites; all that are not enumerated when left out.
  ///   - start: The first medians.
  ///   - firstScale: The first standard deviation in the unconstrained space, above 0.
  public init(
    _ model: @escaping (Input) throws -> Void, expose: Set<String>? = nil,
    start: StartStrategy = .feasible, firstScale: Double = 0.1
  ) {
    require(
      firstScale > 0 && firstScale.isFinite,
      "AutoNormal: firstScale is \(firstScale), and must be above 0")
    self.model = model
    self.expose = expose
    self.start = start
    self.firstScale = firstScale
  }

  /// Draws each latent site.
  ///
  /// - Throws: ``InferenceError`` if the model has an exposed site that is discrete or lacks one, or a start is
  ///   outside its support.
  public func callAsFunction(_ input: Input) throws {
    let latents = try self.latents ?? prepare(input)
    try latents.forEach({ try model(input) }) { index, pick in
      let (entry, own) = (latents.entries[index], normals[index])
      let locs = parameter("AutoNormal.locs.\(entry.name)", own.locs.wrappedValue)
      let scales = parameter("AutoNormal.scales.\(entry.name)", own.scales.wrappedValue)
      let (loc, scale) = (pick(locs, own.rank), pick(scales, own.rank))
      let raw = auxiliarySample("\(entry.name)_unconstrained", Normal(loc, scale).toEvent(own.rank))
      let value = own.map(raw)
      let volume = own.map.logAbsDetJacobian(raw, value)
      // A transform of single numbers has a Jacobian for each, which the event adds up.
      let inner = entry.eventRank - own.map.outputEventRank
      let axes = Array((volume.rank - inner)..<volume.rank)
      sample(
        entry.name,
        Delta(
          value, logDensity: -(inner == 0 ? volume : volume.sum(axes: axes)),
          eventRank: entry.eventRank))
    }
  }

  private func prepare(_ input: Input) throws -> LatentSites {
    let found = try LatentSites(expose: expose, start: start) { try model(input) }
    normals = found.entries.map { entry in
      let map = biject(to: entry.support)
      let locs = map.inverse(entry.start)
      return Normals(
        locs: Parameter(wrappedValue: locs),
        scales: Parameter(
          wrappedValue: .full(locs.shape, firstScale, dtype: locs.dtype),
          transform: SoftplusTransform()),
        map: map, rank: entry.eventRank - map.outputEventRank + map.inputEventRank)
    }
    latents = found
    return found
  }

  /// The names of the sites, in the order of the model; none before the first call.
  public var sites: [String] { latents?.entries.map(\.name) ?? [] }

  /// The medians of all sites by name: T(loc).
  public func median() -> [String: Tensor] { quantiles([0.5]).mapValues { $0[0] } }

  /// Quantiles of each number of each site, along a new first axis: T(loc + scale z) of the normal quantiles z.
  ///
  /// - Parameter probabilities: Numbers between 0 and 1, both excluded.
  public func quantiles(_ probabilities: [Double]) -> [String: Tensor] {
    var result: [String: Tensor] = [:]
    for (site, own) in zip(sites, normals) {
      let (loc, scale) = (own.locs.wrappedValue, own.scales.wrappedValue)
      let levels = probabilities.map { probability -> Tensor in
        let z = (2 * Tensor(probability) - 1).erfInverse().item() * 2.0.squareRoot()
        return own.map(loc + scale * z).detached()
      }
      result[site] = stack(levels)
    }
    return result
  }
}

extension AutoNormal: SiteParameters {
  var siteParameters: [SiteParameter] {
    zip(sites, normals).flatMap { site, own in
      [own.locs, own.scales].map { SiteParameter(site: site, parameter: $0, support: .real) }
    }
  }
}
