internal import LevinDistributions
internal import LevinTensor

/// A run of a guide, and of a model that takes over what the guide drew and enumerates the rest.
struct EnumeratedRun {
  let guide: Trace
  let model: Trace
  /// The sites of the model that go over their values.
  let variables: [EnumeratedVariable]
  /// How many axes of the batch shape belong to plates.
  let plateRank: Int

  init(
    model: () throws -> Void, guide: () throws -> Void, maxPlateNesting: Int
  ) throws {
    plateRank = maxPlateNesting
    let guideTrace = try Trace(guide)
    self.guide = guideTrace
    let enumeration = ParallelEnumeration(firstAvailableDim: -1 - maxPlateNesting)
    self.model = try Trace {
      try withReplay(of: guideTrace) { try HandlerStack.with(enumeration, model) }
    }
    variables = enumeration.variables
    try check()
  }

  /// The deepest axis that a plate takes in a run in which nothing is enumerated.
  static func deepestPlate(model: () throws -> Void, guide: () throws -> Void) throws -> Int {
    let guideTrace = try Trace(guide)
    let modelTrace = try Trace { try withReplay(of: guideTrace, model) }
    let dims = (guideTrace.samples + modelTrace.samples).flatMap(\.plates).compactMap(\.dim)
    return -(dims.min() ?? 0)
  }

  private func check() throws {
    for site in guide.samples where site.isLatent && !site.isAuxiliary {
      guard model.site(site.name)?.isLatent == true else {
        throw InferenceError.siteMissingFromModel(site.name)
      }
    }
    for site in model.samples where site.isLatent && site.enumeratedDim == nil {
      if guide.site(site.name) != nil { continue }
      throw site.distribution?.support.isDiscrete == true
        ? InferenceError.discreteSiteNotEnumerated(site.name)
        : InferenceError.siteMissingFromGuide(site.name)
    }
    for site in guide.samples + model.samples { try check(site) }
  }

  private func check(_ site: Site) throws {
    for plate in site.plates {
      if let dim = plate.dim, dim < -plateRank {
        throw InferenceError.plateBeyondNesting(
          plate: plate.name, dim: dim, maxPlateNesting: plateRank)
      }
    }
    let shape = site.unscaledLogProb.shape
    for (axis, size) in shape.enumerated() where size > 1 {
      let dim = axis - shape.count
      let isPlate = site.plates.contains { $0.dim == dim && $0.count == size }
      let isChoice = dim < -plateRank && site.variables[dim]?.count == size
      if isPlate || isChoice { continue }
      model.computeLogProb()
      throw InferenceError.unexplainedAxis(
        site: site.name, dim: dim, size: size, shapes: model.formatShapes())
    }
  }

  /// Whether a site's log-probability depends on enumerated choices.
  private func isFactor(_ site: Site) -> Bool {
    site.unscaledLogProb.shape.dropLast(plateRank).contains { $0 > 1 }
      || site.enumeratedDim != nil
  }

  /// The log-probabilities that take part in sums over choices.
  var factors: [Factor] {
    model.samples.filter(isFactor).map { Factor($0, plateRank: plateRank) }
  }

  /// The log-joint of the model, choices summed out, less the log-density of the guide.
  func evidenceLowerBound() throws -> Tensor {
    var terms = model.samples.filter { !isFactor($0) }.map(\.logProbSum)
    if let summed = try Contraction.logarithm(of: factors) { terms.append(summed) }
    let evidence = terms.dropFirst().reduce(terms.first ?? Tensor(0 as Float), +)
    return guide.samples.filter { !$0.isCertain }.reduce(evidence) { $0 - $1.logProbSum }
  }
}

extension Site {
  /// Whether the value is one that the distribution always gives, so that its log-density is 0.
  var isCertain: Bool {
    guard let delta = distribution as? Delta, mask == nil else { return false }
    return delta.isCertain && delta.value.node === value.node
  }
}
