public import LevinTensor

/// Why a model and a guide cannot be put together.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum InferenceError: Error, Sendable, CustomStringConvertible {
  /// The guide has a site that the model lacks.
  case siteMissingFromModel(String)
  /// The model draws a real value at a site that the guide lacks.
  case siteMissingFromGuide(String)
  /// The model draws a discrete value that nobody sums out and the guide does not draw.
  case discreteSiteNotEnumerated(String)
  /// A site is to be enumerated whose distribution has no list of its values.
  case notEnumerable(String)
  /// Posteriors of enumerated sites are asked for, and the guide enumerates one itself.
  case siteEnumeratedInGuide(String)
  /// No values of the enumerated sites can explain the observations of some sites.
  case impossibleObservations([String])
  /// Discrete inference would draw a value anew that the enumerated sites depend on.
  case freeSiteInDiscreteInference(String)
  /// A temperature that discrete inference does not know.
  case temperature(Int)
  /// A guide for real values was given a site of a discrete one.
  case discreteSiteInContinuousGuide(String)
  /// More plates are nested than an objective was told.
  case plateBeyondNesting(plate: String, dim: Int, maxPlateNesting: Int)
  /// A site has an axis that is neither a plate's nor an enumerated site's.
  case unexplainedAxis(site: String, dim: Int, size: Int, shapes: String)
  /// A latent site has events of other ranks in the model and in the guide.
  case eventRanksDiffer(site: String, model: Int, guide: Int)
  /// A latent site has another shape in the model than in the guide.
  case shapesDiffer(site: String, model: [Int], guide: [Int])
  /// The model and the guide were given different elements of a plate.
  case subsamplesDiffer(plate: String, model: [Int], guide: [Int])
  /// A latent site counts for more elements in the model than in the guide, or for fewer.
  case scalesDiffer(site: String, model: Double, guide: Double)
  /// A site outside a plate depends on an enumerated site inside it.
  case dependenceOnInnerSite(variable: String, plates: [String])
  /// A site depends on enumerated sites of plates that cross each other.
  case crossedPlates(site: String, variables: [String], plates: [String])
  /// Sites that share an enumerated site count with different scales.
  case differentScales([String])
  /// An automatic guide would have sites of names that change from run to run.
  case latentSiteInSubsample(site: String, plate: String)
  /// The parameters of an automatic guide would belong to the observations of one batch.
  case latentSiteInBatch(site: String, plate: String)
  /// A batch is a part of the data, and no plate around an observation has its size.
  case noBatchPlate(Int, of: Int)
  /// A batch is a part of the data, and several plates around observations have its size.
  case severalBatchPlates(site: String, [String])
  /// A model counts the observations of a batch for others by itself.
  case scaledTwice(site: String, plate: String?, Int, of: Int)
  /// A guide stands for sites that the model does not have.
  case unknownSites([String], known: [String])
  /// There is no parameter to train, or the loss depends on none.
  case nothingToTrain(hasParameters: Bool)
  /// An observation is one that its distribution cannot produce, or NaN.
  case outsideSupport(ImpossibleObservation)
  /// A start is not in the support of its site.
  case startOutsideSupport(site: String, support: String)
  /// A loss, a gradient or a new parameter is not finite.
  case notFinite(step: Int, what: String)
  /// A step could not be computed, because of a fault that only the numbers show.
  case faultyStep(step: Int, EvaluationError)

  /// The cause, the site, and what to do about it.
  public var description: String {
    switch self {
    case .siteMissingFromModel(let name):
      "the guide draws '\(name)', which the model never does; give both the same name, or take the site "
        + "out of the guide"
    case .siteMissingFromGuide(let name):
      "the model draws '\(name)', and the guide does not; let the guide draw it, expose it to the "
        + "automatic guide, or observe it"
    case .discreteSiteNotEnumerated(let name):
      "the discrete site '\(name)' is neither summed out nor drawn by the guide; write "
        + "sample(\"\(name)\", …, enumerate: .parallel) and use TraceEnumELBO, or let the guide draw it"
    case .freeSiteInDiscreteInference(let name):
      "discrete inference: '\(name)' is drawn, and the enumerated sites would belong to another draw; fix it "
        + "by withReplay(of:) a trace of the guide or withCondition, or enumerate it"
    case .temperature(let temperature):
      "discrete inference: the temperature is \(temperature), and must be 0 for the most probable values "
        + "or 1 for a draw of them"
    case .discreteSiteInContinuousGuide(let name):
      "the site '\(name)' is discrete, and an automatic guide is for real values; leave it out of "
        + "'expose' and sum it out with enumerate: .parallel"
    case .plateBeyondNesting, .unexplainedAxis, .eventRanksDiffer, .shapesDiffer, .subsamplesDiffer,
      .scalesDiffer:
      shapeDescription
    case .dependenceOnInnerSite(let variable, let plates):
      "a site outside \(Self.list(plates)) depends on the enumerated site '\(variable)' inside; move it "
        + "into the plate, or '\(variable)' out of it"
    case .differentScales(let names):
      "the sites \(Self.list(names)) share an enumerated site and have different scales; subsample "
        + "and scale them alike"
    case .latentSiteInSubsample(let site, let plate):
      "the latent site '\(site)' is inside the sequential plate '\(plate)', of which a run looks at a part; an automatic "
        + "guide has values for all sites by their names, so let the plate take an axis, or do not subsample"
    case .notEnumerable, .siteEnumeratedInGuide, .impossibleObservations, .crossedPlates:
      enumerationDescription
    case .latentSiteInBatch, .noBatchPlate, .severalBatchPlates, .scaledTwice:
      batchDescription
    case .unknownSites(let names, let known):
      "the guide is to stand for \(Self.list(names)), and the model has no such latent site; it has "
        + (known.isEmpty ? "none" : Self.list(known))
    case .nothingToTrain(let hasParameters):
      hasParameters
        ? "the loss depends on none of the parameters; use them in the model or the guide"
        : "neither the guide nor 'training:' has a parameter, so a step would change nothing; give the guide "
          + "parameters, as AutoDelta or AutoNormal have them for latent sites"
    case .outsideSupport(let observation):
      "\(observation); correct the data, leave it out by withMask, or choose a distribution that can produce it"
    case .startOutsideSupport(let site, let support):
      "the start of site '\(site)' is not \(support), as its distribution needs; choose another start"
    case .notFinite(let step, let what):
      "step \(step): \(what) is not finite; the parameters stay as they were before the step"
    case .faultyStep(let step, let error):
      "step \(step): \(error); the parameters stay as they were before the step"
    }
  }
}
