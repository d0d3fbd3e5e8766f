internal import LevinDistributions
internal import LevinTensor

/// A run of a guide, and of a model that takes over what the guide drew, with sites enumerated in both.
struct EnumeratedRun {
  let guide: Trace
  let model: Trace
  /// The sites of the guide, and of the model, that go over their values.
  let guideVariables: [EnumeratedVariable]
  let variables: [EnumeratedVariable]
  /// The number of axes of the batch shape that belong to plates.
  let plateRank: Int

  /// - Parameter look: Called when the guide has run, and so has its parameters, and before the model does.
  init(
    model: () throws -> Void, guide: () throws -> Void, plateRank: Int,
    axis: ParticleAxis = ParticleAxis(), afterGuide look: () throws -> Void = {}
  ) throws {
    self.plateRank = plateRank
    let ofGuide = ParallelEnumeration(firstAvailableDim: -1 - plateRank)
    let guideTrace = try Trace { try HandlerStack.with(ofGuide) { try axis.run(guide) } }
    self.guide = guideTrace
    guideVariables = ofGuide.variables
    try look()
    for site in guideTrace.samples { try Self.check(site, of: guideTrace, plateRank) }
    let ofModel = ParallelEnumeration(firstAvailableDim: -1 - plateRank)
    self.model = try Trace {
      try withReplay(of: guideTrace) {
        try HandlerStack.with(ofModel) { try axis.run(model) }
      }
    }
    variables = ofModel.variables
    try TracePair.check(self.guide, self.model, plateRank: plateRank)
    for site in modelTerms { try Self.check(site, of: self.model, plateRank) }
  }

  /// A run of a model in which only enumerated sites are open.
  init(fixed model: () throws -> Void, firstAvailableDim: Int) throws {
    plateRank = -1 - firstAvailableDim
    guide = Trace {}
    guideVariables = []
    let enumeration = ParallelEnumeration(firstAvailableDim: firstAvailableDim)
    self.model = try Trace { try HandlerStack.with(enumeration, model) }
    variables = enumeration.variables
    for site in self.model.samples where site.isDrawn {
      throw site.freeError ?? .freeSiteInDiscreteInference(site.name)
    }
    try PlainRun.look(model: model, guide: {})
    for site in modelTerms { try Self.check(site, of: self.model, plateRank) }
  }

  private static func check(_ site: Site, of trace: Trace, _ plateRank: Int) throws {
    for plate in site.plates {
      if let dim = plate.dim, dim < -plateRank {
        throw InferenceError.plateBeyondNesting(
          plate: plate.name, dim: dim, maxPlateNesting: plateRank)
      }
    }
    try trace.checkShape(of: site) { dim, size in
      dim < -plateRank && site.variables[dim]?.count == size
    }
    for variable in variables(of: site, plateRank) where !variable.scope.isSubset(of: site.plates) {
      throw InferenceError.dependenceOnInnerSite(
        variable: variable.name,
        plates: variable.scope.subtracting(site.plates).map(\.name).sorted())
    }
  }

  // The enumerated sites that the log-probability of a site depends on.
  private static func variables(of site: Site, _ plateRank: Int) -> [EnumeratedVariable] {
    let shape = site.unscaledLogProb.shape
    return shape.dropLast(plateRank).indices.compactMap { axis in
      let dim = axis - shape.count
      return shape[axis] > 1 && site.isEnumerated(alongDim: dim) ? site.variables[dim] : nil
    }
  }

  private func depends(_ site: Site, on variables: [EnumeratedVariable]) -> Bool {
    Self.variables(of: site, plateRank).contains(where: variables.contains)
  }

  // A value that follows from other sites adds nothing, of whatever shape it is.
  private var modelTerms: [Site] { model.samples.filter { !$0.isDeterministic } }

  /// The log-probabilities of the model that take part in sums over its enumerated sites.
  ///
  /// A mask takes away what an observation says, and not an enumerated site's own distribution: a sum over its values
  /// is then 1, where without probabilities each value would count for one (the rule of Pyro's `TraceEnum_ELBO`).
  var factors: [Factor] {
    modelTerms.filter { depends($0, on: variables) }.map { site in
      let isSummed = site.enumeratedDim != nil && guide.site(site.name) == nil
      return Factor(site, plateRank: plateRank, isMasked: !isSummed, keepsZeros: true)
    }
  }

  /// The expectation under the guide of the log-joint of the model, enumerated sites summed out, less the
  /// log-density of the guide.
  func evidenceLowerBound() throws -> Tensor {
    let ofModel = modelTerms.filter { !depends($0, on: variables) }
    let ofGuide = guide.samples.filter { !$0.isCertain }
    let summed = try Contraction.totals(of: factors, over: Set(variables))
    let isOpen = { depends($0, on: guideVariables) }
    var terms = ofModel.filter { !isOpen($0) }.map { Term($0, sign: 1) }
    terms += ofGuide.filter { !isOpen($0) }.map { Term($0, sign: -1) }
    var open = ofModel.filter(isOpen).map { Factor($0, plateRank: plateRank, isMasked: true) }
    open += ofGuide.filter(isOpen).map {
      Factor($0, plateRank: plateRank, isMasked: true).negated
    }
    for total in summed {
      if total.variables.isEmpty {
        terms.append(Term(total.scaledSum, plates: []))
      } else {
        open.append(total)
      }
    }
    if let expected = try expectation(of: open) { terms.append(Term(expected, plates: [])) }
    let scored = guide.samples.filter { site in
      site.isLatent && site.enumeratedDim == nil && !site.isCertain
        && !(site.distribution is any ReparameterizedDistribution)
    }
    return terms.isEmpty ? Tensor(0 as Float) : surrogate(terms, scores: scored)
  }

  // The mean over the guide's enumerated sites of terms that depend on them. The probability of each of their
  // values is the derivative of the logarithm of the sum of all probabilities with respect to an offset there.
  private func expectation(of terms: [Factor]) throws -> Tensor? {
    if terms.isEmpty { return nil }
    let offsets = terms.map {
      Tensor.zeros($0.table.shape, dtype: $0.table.dtype).requiringGradient()
    }
    var factors = guide.samples.filter { depends($0, on: guideVariables) }
      .map { Factor($0, plateRank: plateRank, isMasked: false) }
    factors += zip(terms, offsets).map { term, offset in
      Factor(offset, term.variables, plates: term.plates, site: term.site, scale: 1)
    }
    guard let logarithm = try Contraction.logarithm(of: factors) else { return nil }
    let shares = gradients(of: logarithm, at: offsets)
    return zip(terms, shares).reduce(nil) { sum, pair in
      guard let share = pair.1 else { return sum }
      // A value that the guide never takes adds nothing, be it impossible in the model.
      let products = `where`(share .== 0, Tensor(0), share * pair.0.table)
      let mean = products.sum() * pair.0.wholeScale
      return sum.map { $0 + mean } ?? mean
    }
  }
}

extension Site {
  /// Whether the log-density of the value is 0 whatever the parameters are.
  var isCertain: Bool {
    guard let delta = distribution as? Delta else { return false }
    return delta.isCertain && delta.value.node === value.node
  }
}
