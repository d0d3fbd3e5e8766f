internal import LevinDistributions
public import LevinTensor

/// The evidence lower bound of one run, or of several at once.
///
///     loss = -(log p(data, latents) - log q(latents)), latents drawn from q.
///
/// Gradients pass through draws that are reparameterised. For others, such as discrete ones, the score
/// function stands in: their log-density times what follows from them, plate by plate (Schulman and
/// others 2015), whose mean is the gradient.
public final class TraceELBO: Objective {
  private var particles: Particles

  /// Makes an objective.
  ///
  /// - Parameters:
  ///   - particles: The number of runs that are averaged.
  ///   - isVectorized: Whether these go all at once, along an axis left of all plates, over which the model
  ///     has to broadcast.
  ///   - maxPlateNesting: The most axes that plates take; those of the first run when left out.
  public init(particles: Int = 1, isVectorized: Bool = false, maxPlateNesting: Int? = nil) {
    self.particles = Particles(
      particles, isVectorized: isVectorized, maxPlateNesting: maxPlateNesting, for: "TraceELBO")
  }

  /// The loss of one run, or the mean of several; see ``Objective``.
  public func loss(model: () throws -> Void, guide: () throws -> Void) throws -> Tensor {
    try particles.mean(model: model, guide: guide) { _, axis in
      let pair = try TracePair(model, guide, axis: axis)
      let terms =
        pair.model.samples.map { Term($0, sign: 1) } + pair.latents.map { Term($0, sign: -1) }
      return -surrogate(terms, scores: pair.scoredSites)
    }
  }
}

/// The lower bound with the divergence of the guide from the prior in closed form where there is one.
///
///     loss = -(log p(data | latents) - Σ KL(q(latent) ‖ p(latent))).
///
/// It is less noisy than ``TraceELBO`` for guides whose sites have distributions of the same family as the
/// prior's, or others with a closed form: that of a `DivergentDistribution` of one's own too. Each site of
/// the guide must not depend on other draws of the guide.
public final class TraceMeanFieldELBO: Objective {
  private var particles: Particles

  /// Makes an objective; see ``TraceELBO``.
  public init(particles: Int = 1, isVectorized: Bool = false, maxPlateNesting: Int? = nil) {
    self.particles = Particles(
      particles, isVectorized: isVectorized, maxPlateNesting: maxPlateNesting,
      for: "TraceMeanFieldELBO")
  }

  /// The loss of one run, or the mean of several; see ``Objective``.
  public func loss(model: () throws -> Void, guide: () throws -> Void) throws -> Tensor {
    try particles.mean(model: model, guide: guide) { _, axis in
      let pair = try TracePair(model, guide, axis: axis)
      return -surrogate(terms(of: pair), scores: pair.scoredSites)
    }
  }

  private func terms(of pair: TracePair) -> [Term] {
    var terms: [Term] = []
    for site in pair.model.samples {
      guard let source = pair.guide.site(site.name), site.isLatent else {
        terms.append(Term(site, sign: 1))
        continue
      }
      if let divergence = divergence(of: source, from: site) {
        terms.append(divergence)
      } else {
        terms += [Term(site, sign: 1), Term(source, sign: -1)]
      }
    }
    return terms + pair.latents.filter(\.isAuxiliary).map { Term($0, sign: -1) }
  }

  private func divergence(of source: Site, from site: Site) -> Term? {
    guard let q = source.distribution, let p = site.distribution, !(q is Delta),
      let divergence = klDivergence(q, p)
    else { return nil }
    let counted = site.mask.map { `where`($0, divergence, Tensor(0)) } ?? divergence
    return Term(-counted * site.scale, plates: site.plates)
  }
}
