internal import LevinDistributions
internal import LevinTensor
internal import LevinTraining

/// The way in which a batch of a fit stands for all of its data.
///
/// The prior of what all data share counts once in the loss of each batch. So the loss of a batch is an estimate of
/// that of all data only when the log-probabilities of its observations, and of what belongs to them alone, are
/// multiplied by the number of all observations over that of the batch (Hoffman and others 2013).
public enum BatchScaling: Sendable {
  /// Plates around observations that have the size of the batch stand for all data, as
  /// `plate("data", batch.count)` does.
  case automatic
  /// The model says itself what counts for how much, as by `plate("data", size, subsample: indices)`.
  case byModel
}

/// The sizes of the plates around observations in a run.
final class PlateSizes: Handler {
  private(set) var sizes: [String: Int] = [:]

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {
    guard site.kind == .sample, site.isObserved, !site.isDeterministic else { return }
    for plate in site.plates { sizes[plate.name] = plate.size }
  }
}

/// Plates along which a batch lies, with the number of elements that they stand for.
final class BatchPlates: PlateTotals {
  let names: Set<String>
  let total: Int

  /// Finds the plates of a batch in a run of a guide and a model.
  ///
  /// - Parameters:
  ///   - known: The plates of a batch of another size, which are those of this one too.
  ///   - others: The sizes of plates in a run on other data: one that changes is the batch's rather than one that stays.
  /// - Throws: ``InferenceError`` if there are none, or it is not known which of several they are, or the model counts
  ///   observations for others by itself, or an automatic guide has values for those of one batch.
  init(
    _ batch: TrainingBatch, of total: Int, guide: some Guide, model: Trace, known: Set<String>?,
    others: [String: Int]
  ) throws {
    let observed = model.samples.filter { $0.isObserved && !$0.isDeterministic }
    try Self.checkScales(of: observed, batch, total)
    self.names = try known ?? Self.names(in: observed, batch, total, others)
    self.total = total
    let own = observed.flatMap(\.plates).filter { names.contains($0.name) }
    if own.isEmpty || own.contains(where: { $0.size != batch.count }) {
      throw InferenceError.noBatchPlate(batch.count, of: total)
    }
    try checkLatents(of: guide, model)
  }

  private static func checkScales(
    of observed: [Site], _ batch: TrainingBatch, _ total: Int
  ) throws {
    for site in observed {
      if let plate = site.plates.first(where: { $0.count != $0.size }) {
        throw InferenceError.scaledTwice(site: site.name, plate: plate.name, batch.count, of: total)
      }
      if abs(site.explicitScale * Double(batch.count) / Double(total) - 1) < 1e-6 {
        throw InferenceError.scaledTwice(site: site.name, plate: nil, batch.count, of: total)
      }
    }
  }

  private static func names(
    in observed: [Site], _ batch: TrainingBatch, _ total: Int, _ others: [String: Int]
  ) throws -> Set<String> {
    var names = Set(observed.flatMap(\.plates).filter { $0.size == batch.count }.map(\.name))
    let isTold = names.contains { others[$0].map { $0 != batch.count } ?? false }
    if isTold { names = names.filter { others[$0] != batch.count } }
    for site in observed {
      let own = site.plates.map(\.name).filter(names.contains)
      if own.count > 1 || (names.count > 1 && !isTold && !own.isEmpty) {
        throw InferenceError.severalBatchPlates(
          site: site.name, own.count > 1 ? own : names.sorted())
      }
      // An event of the size of the batch would count once among plates that count for all.
      let events = site.distribution?.eventShape ?? []
      if own.isEmpty, events.contains(batch.count) {
        throw InferenceError.noBatchPlate(batch.count, of: total)
      }
    }
    return names
  }

  // The values of an automatic guide belong to the observations of the batch that it saw first.
  private func checkLatents(of guide: some Guide, _ model: Trace) throws {
    guard let guide = guide as? any SiteParameters else { return }
    let sites = Set(guide.siteParameters.map(\.site))
    for site in model.samples where site.isLatent && sites.contains(site.name) {
      guard let plate = site.plates.first(where: { names.contains($0.name) }) else { continue }
      throw InferenceError.latentSiteInBatch(site: site.name, plate: plate.name)
    }
  }

  /// The number of elements that those of a plate stand for; nil for one that does not lie along the batch.
  func total(ofPlate name: String) -> Int? { names.contains(name) ? total : nil }

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {}
}
