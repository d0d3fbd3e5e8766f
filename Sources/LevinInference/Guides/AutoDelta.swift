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
/// `transform(to:)`; a simplex is the softmax of as many numbers as it has.
public final class AutoDelta<Input>: Guide {
  private struct Entry {
    let name: String
    let parameter: Parameter
    let eventRank: Int
    let plates: [PlateFrame]
    let support: Constraint
  }

  private let model: (Input) throws -> Void
  private let isExposed: (String) -> Bool
  private let start: StartStrategy
  private var entries: [Entry] = []
  private var isPrepared = false

  /// Makes a guide for the latent sites of a model.
  ///
  /// The first call runs the model once to learn what they are.
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
    self.start = start
    isExposed = { expose?.contains($0) ?? true }
    expectsAll = expose == nil
  }

  private let expectsAll: Bool

  /// Gives each latent site its estimate.
  ///
  /// - Throws: ``InferenceError`` if the model has an exposed site that is discrete, or a start is outside
  ///   its support.
  public func callAsFunction(_ input: Input) throws {
    if !isPrepared { try prepare(input) }
    let plates = enteredPlates()
    for entry in entries {
      let value = LevinInference.parameter("AutoDelta.\(entry.name)", entry.parameter.wrappedValue)
      inside(entry.plates.compactMap { plates[$0.name] }[...]) {
        sample(entry.name, Delta(value, eventRank: entry.eventRank))
      }
    }
  }

  /// Runs the model once and gives each site its first value.
  ///
  /// The first call does this too.
  public func prepare(_ input: Input) throws {
    // The guide may be running in a trace of its own, which this run is no part of.
    let trace = try withoutGradient {
      try withBlock(hideWhere: { _ in true }) { try Trace { try model(input) } }
    }
    let sites = trace.samples.filter { $0.isLatent && isExposed($0.name) }
    for site in sites where !(expectsAll && site.enumeration != nil) {
      entries.append(try withoutGradient { try entry(for: site) })
    }
    isPrepared = true
  }

  private func entry(for site: Site) throws -> Entry {
    guard let distribution = site.distribution, !distribution.support.isDiscrete else {
      throw InferenceError.discreteSiteInContinuousGuide(site.name)
    }
    // The event axes are those of the distribution, whatever its support takes together.
    let value = try start.value(site).expanded(
      to: distribution.batchShape + distribution.eventShape)
    guard distribution.support.check(value).all().item() == 1 else {
      throw InferenceError.startOutsideSupport(
        site: site.name, support: distribution.support.description)
    }
    return Entry(
      name: site.name,
      parameter: Parameter(wrappedValue: value, transform: transform(to: distribution.support)),
      eventRank: distribution.eventShape.count, plates: site.plates,
      support: distribution.support)
  }

  // Plates of the sites, each made once and before the first site.
  private func enteredPlates() -> [String: Plate] {
    var plates: [String: Plate] = [:]
    for frame in entries.flatMap(\.plates) where plates[frame.name] == nil {
      plates[frame.name] = Plate(frame.name, frame.count, dim: frame.dim)
    }
    return plates
  }

  private func inside(_ plates: ArraySlice<Plate>, _ body: () -> Void) {
    guard let outer = plates.first else { return body() }
    outer { inside(plates.dropFirst(), body) }
  }

  /// The names of the sites that it estimates, in the order of the model; none before the first call.
  public var sites: [String] { entries.map(\.name) }

  /// The estimate of a site.
  public subscript(site: String) -> Tensor {
    guard let entry = entries.first(where: { $0.name == site }) else {
      fatalError("AutoDelta: there is no estimate of '\(site)'; there are those of \(sites)")
    }
    return entry.parameter.wrappedValue
  }

  /// The estimates of all sites by name.
  public func median() -> [String: Tensor] {
    Dictionary(
      uniqueKeysWithValues: entries.map { ($0.name, $0.parameter.wrappedValue.detached()) })
  }
}

extension AutoDelta: SiteParameters {
  var siteParameters: [SiteParameter] {
    entries.map { SiteParameter(site: $0.name, parameter: $0.parameter, support: $0.support) }
  }
}
