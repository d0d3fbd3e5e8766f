public import LevinDistributions
public import LevinTensor

/// The evidence lower bound with enumerated sites of the model summed out.
///
/// Sites that say `enumerate: .parallel` go over all their values along axes of their own, and
///
///     loss = -(log Σ p(data, latents, enumerated) - log q(latents)),
///
/// the sum being over all enumerated values, worked out plate by plate. Normalising constants are included;
/// it is a sum over the data, not a mean. With a guide of point estimates it is minus the log-joint.
///
/// Before the first loss, and when sites or shapes change, the model and the guide run once without enumeration,
/// where an axis of the data that has no plate is seen and refused.
public final class TraceEnumELBO: Objective {
  private var particles: Particles
  private var shapes = KnownShapes()

  /// Makes an objective.
  ///
  /// - Parameters:
  ///   - maxPlateNesting: The most axes that plates take, counted from the right; those of the first run when
  ///     left out.
  ///   - particles: The number of runs that are averaged, where the guide draws.
  ///   - isVectorized: Whether these go all at once, along an axis left of all plates, over which the model
  ///     has to broadcast.
  public init(maxPlateNesting: Int? = nil, particles: Int = 1, isVectorized: Bool = false) {
    self.particles = Particles(
      particles, isVectorized: isVectorized, maxPlateNesting: maxPlateNesting,
      for: "TraceEnumELBO")
  }

  /// The loss of one run, or the mean of several; see ``Objective``.
  public func loss(model: () throws -> Void, guide: () throws -> Void) throws -> Tensor {
    let looks = particles.knowsNesting && shapes.isEmpty
    return try particles.mean(model: model, guide: guide) { plateRank, axis in
      let run = try EnumeratedRun(model: model, guide: guide, plateRank: plateRank, axis: axis) {
        if looks, shapes.isEmpty { try PlainRun.look(model: model, guide: guide) }
      }
      try shapes.look(at: run, model: model, guide: guide)
      return -(try run.evidenceLowerBound())
    }
  }

  /// The posterior of each enumerated site at the guide's values: exact, and of the batch shape of the
  /// site's plates.
  ///
  /// - Parameters:
  ///   - model: Runs the model on data.
  ///   - guide: Runs the guide on the same data.
  /// - Returns: A distribution for each site that is enumerated.
  /// - Throws: ``InferenceError`` if the model and the guide do not fit together, the guide enumerates a site itself,
  ///   or the observations are impossible whatever the enumerated sites are.
  public func computeMarginals(
    model: () throws -> Void, guide: () throws -> Void
  ) throws -> [String: Categorical] {
    let looks = particles.knowsNesting && shapes.isEmpty
    let run = try flushingPrintedText {
      let nesting = try particles.maxPlateNesting(model: model, guide: guide)
      return try withoutGradient { () throws -> EnumeratedRun in
        try EnumeratedRun(model: model, guide: guide, plateRank: nesting) {
          if looks { try PlainRun.look(model: model, guide: guide) }
        }
      }
    }
    if let variable = run.guideVariables.first {
      throw InferenceError.siteEnumeratedInGuide(variable.name)
    }
    try run.checkEvidence()
    let posterior = DiscretePosterior(run.factors, plateRank: run.plateRank)
    var marginals: [String: Categorical] = [:]
    for variable in run.variables {
      let shares = try posterior.marginals(of: variable).detached()
      marginals[variable.name] = Categorical(logits: variable.platesFirst(shares).log())
    }
    return marginals
  }
}
