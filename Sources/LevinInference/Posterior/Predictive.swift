internal import LevinDistributions
public import LevinTensor

/// Draws of everything that a model draws: from its prior, or given a guide's posterior.
///
///     let predictive = Predictive(model, guide: guide, count: 1000)
///     let draws = try predictive(data)
///     draws["observations"]         // [1000, n]: predictions, if the model drew them rather than had data
///
/// Discrete sites are drawn, also those that an objective sums out.
public struct Predictive<Input> {
  private let model: (Input) throws -> Void
  private let guide: ((Input) throws -> Void)?
  private let values: [String: Tensor]
  private let count: Int
  private let sites: Set<String>?
  private let vectorizedNesting: Int?

  /// Predicts with latent values that a guide draws, or from the prior without one.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - guide: The guide that draws the latent values; the model itself if left out.
  ///   - count: The number of draws.
  ///   - sites: The names of the sites to return; all that are drawn or computed when left out.
  ///   - vectorizedOverPlates: To make all draws at once, along an axis left of so many plate axes, over
  ///     which the model has to broadcast; one after the other when left out.
  public init(
    _ model: @escaping (Input) throws -> Void, guide: (any Guide<Input>)? = nil, count: Int,
    sites: Set<String>? = nil, vectorizedOverPlates: Int? = nil
  ) {
    require(count > 0, "Predictive: the number of draws is \(count), and must be positive")
    self.model = model
    self.guide = guide.map { guide in { try guide($0) } }
    values = [:]
    self.count = count
    self.sites = sites
    vectorizedNesting = vectorizedOverPlates
  }

  /// Predicts with latent values that are at hand, such as draws of a sampler.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - draws: Values of sites by name, draws along the first axis.
  ///   - sites: The names of the sites to return; all that are drawn or computed when left out.
  public init(
    _ model: @escaping (Input) throws -> Void, draws: [String: Tensor],
    sites: Set<String>? = nil
  ) {
    let counts = Set(draws.values.map(\.count))
    require(
      counts.count == 1,
      "Predictive: the sites have \(counts.sorted()) draws along their first axes; give as many of each"
    )
    self.model = model
    guide = nil
    values = draws
    count = counts.first ?? 1
    self.sites = sites
    vectorizedNesting = nil
  }

  /// The draws by site, along a new first axis: of shape [count] + the shape of a value.
  ///
  /// - Throws: `EvaluationError` for a fault that only the numbers show, such as a draw from a distribution whose
  ///   parameter is outside its domain, and what the model and the guide throw.
  public func callAsFunction(_ input: Input) throws -> [String: Tensor] {
    try flushingPrintedText {
      try withoutGradient { () throws -> [String: Tensor] in
        if let nesting = vectorizedNesting { return try allAtOnce(input, nesting) }
        return try oneByOne(input)
      }
    }
  }

  private func oneByOne(_ input: Input) throws -> [String: Tensor] {
    var collected: [String: [Tensor]] = [:]
    for draw in 0..<count {
      let run = try trace(input, axis: ParticleAxis(), values.mapValues { $0[draw] })
      let kept = run.samples.filter(isWanted)
      try evaluate(kept.map(\.value))
      for site in kept { collected[site.name, default: []].append(site.value) }
    }
    return collected.mapValues { stack($0) }
  }

  private func allAtOnce(_ input: Input, _ nesting: Int) throws -> [String: Tensor] {
    let axis = ParticleAxis(dim: -1 - nesting, count: count)
    let run = try trace(input, axis: axis, [:])
    var result: [String: Tensor] = [:]
    for site in run.samples where isWanted(site) {
      result[site.name] = drawsFirst(site, nesting)
    }
    try evaluate(Array(result.values))
    return result
  }

  private func trace(
    _ input: Input, axis: ParticleAxis, _ values: [String: Tensor]
  ) throws -> Trace {
    let drawn = try guide.map { guide in try Trace { try axis.run { try guide(input) } } }
    return try Trace {
      try withReplay(of: drawn ?? Trace {}) {
        try withSubstitution(values) { try axis.run { try model(input) } }
      }
    }
  }

  private func isWanted(_ site: Site) -> Bool {
    if let sites { return sites.contains(site.name) }
    return site.isLatent || site.isDeterministic
  }

  // Without the axes of size 1 between the draws and the site's own plates.
  private func drawsFirst(_ site: Site, _ nesting: Int) -> Tensor {
    let eventRank = site.distribution?.eventShape.count ?? 0
    let own = site.plates.compactMap(\.dim).filter { $0 >= -nesting }.map { -$0 }.max() ?? 0
    let shape = site.value.shape
    let tail = shape.suffix(min(own + eventRank, shape.count))
    let isSpread = shape.count == nesting + 1 + eventRank && shape.first == count
    return isSpread
      ? site.value.reshaped(to: [count] + tail) : site.value.expanded(to: [count] + shape)
  }
}
