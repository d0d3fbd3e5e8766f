internal import LevinDistributions
internal import LevinTensor

/// A run of a guide and of a model that takes over what it drew, with nothing enumerated.
struct TracePair {
  let guide: Trace
  let model: Trace

  init(
    _ model: () throws -> Void, _ guide: () throws -> Void,
    axis: ParticleAxis
  ) throws {
    let guideTrace = try Trace { try axis.run(guide) }
    self.guide = guideTrace
    self.model = try Trace { try withReplay(of: guideTrace) { try axis.run(model) } }
    try self.guide.checkShapes()
    try self.model.checkShapes()
    try TracePair.check(self.guide, self.model)
  }

  /// Whether a guide and a model have the same latent sites of the same shapes, but for those that are enumerated, and
  /// look at the same elements of plates.
  ///
  /// - Parameter plateRank: The number of axes of the batch shape that can be compared; all when left out.
  static func check(_ guide: Trace, _ model: Trace, plateRank: Int? = nil) throws {
    for site in guide.samples where site.isLatent && !site.isAuxiliary {
      guard let own = model.site(site.name), own.isLatent else {
        throw InferenceError.siteMissingFromModel(site.name)
      }
      try check(site, own, plateRank)
    }
    try checkSubsamples(guide, model)
    for site in model.samples where site.isLatent && site.enumeratedDim == nil {
      if guide.site(site.name) != nil { continue }
      throw site.freeError ?? .siteMissingFromGuide(site.name)
    }
  }

  private static func check(_ source: Site, _ site: Site, _ plateRank: Int?) throws {
    guard let q = source.distribution, let p = site.distribution else { return }
    if q.eventShape.count != p.eventShape.count {
      throw InferenceError.eventRanksDiffer(
        site: site.name, model: p.eventShape.count, guide: q.eventShape.count)
    }
    func compared(_ shape: [Int]) -> [Int] {
      Array(shape.suffix(plateRank ?? shape.count).drop { $0 == 1 })
    }
    if q.eventShape != p.eventShape || compared(q.batchShape) != compared(p.batchShape) {
      throw InferenceError.shapesDiffer(
        site: site.name, model: p.batchShape + p.eventShape, guide: q.batchShape + q.eventShape)
    }
    if abs(source.plateScale / site.plateScale - 1) > 1e-9 {
      throw InferenceError.scalesDiffer(
        site: site.name, model: site.plateScale, guide: source.plateScale)
    }
  }

  // A plate without indices looks at all elements in their order.
  private static func checkSubsamples(_ guide: Trace, _ model: Trace) throws {
    for site in model.sites where site.kind == .plate {
      guard let source = guide.site(site.name), source.kind == .plate,
        site.given != nil || source.given != nil, site.given?.node !== source.given?.node
      else { continue }
      let (indices, others) = (
        site.value.scalars(as: Int.self), source.value.scalars(as: Int.self)
      )
      if indices != others {
        throw InferenceError.subsamplesDiffer(plate: site.name, model: indices, guide: others)
      }
    }
  }

  /// The draws of the guide whose density counts.
  var latents: [Site] { guide.samples.filter { $0.isLatent && !$0.isCertain } }

  /// The draws of the guide through which no gradient passes.
  var scoredSites: [Site] {
    latents.filter { !($0.distribution is any ReparameterizedDistribution) }
  }
}

extension Site {
  /// The error of a discrete value that is neither summed out nor drawn by a guide; nil for a real one.
  var freeError: InferenceError? {
    guard distribution?.support.isDiscrete == true else { return nil }
    let isListed = distribution is any EnumerableDistribution
    return enumeration != nil && !isListed ? .notEnumerable(name) : .discreteSiteNotEnumerated(name)
  }
}

/// A part of an objective and the plates it is spread over.
struct Term {
  let value: Tensor
  let plates: [PlateFrame]

  init(_ value: Tensor, plates: [PlateFrame]) { (self.value, self.plates) = (value, plates) }

  init(_ site: Site, sign: Double) {
    value = sign == 1 ? site.logProb : site.logProb * sign
    plates = site.plates
  }

  /// The sum over all plates but those that are kept, and over all other axes.
  func summed(keeping kept: [PlateFrame]) -> Tensor {
    let dims = Set(kept.compactMap(\.dim)).intersection(plates.compactMap(\.dim))
    let axes = value.shape.indices.filter { !dims.contains($0 - value.rank) }
    return axes.isEmpty ? value : value.sum(axes: axes, keepingDimensions: true)
  }
}

/// The sum of terms, with a gradient whose mean is that of the sum's mean.
///
/// A draw that is not reparameterised adds its score times what may follow from it: all terms, since no more
/// is known, but for each element of its plates those of the same element alone. The addition is 0.
func surrogate(_ terms: [Term], scores: [Site]) -> Tensor {
  var total = terms.reduce(Tensor(0 as Float)) { $0 + $1.value.sum() }
  for site in scores {
    let score = site.maskedLogProb
    let cost = terms.dropFirst().reduce(terms[0].summed(keeping: site.plates)) {
      $0 + $1.summed(keeping: site.plates)
    }.detached()
    total = total + ((score - score.detached()) * cost).sum()
  }
  return total
}
