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

/// Plates along which a batch lies, with the number of elements that they stand for.
final class BatchPlates: Handler {
  private let names: Set<String>
  private let total: Int

  /// Finds the plates of a batch in a run of a guide and a model.
  ///
  /// - Throws: ``InferenceError`` if there are none, or several around one observation, or the model counts
  ///   observations for others by itself, or an automatic guide has values for those of one batch.
  init(
    _ batch: TrainingBatch, of total: Int, guide: some Guide, model: Trace
  ) throws {
    let observed = model.samples.filter { $0.isObserved && !$0.isDeterministic }
    var names: Set<String> = []
    for site in observed {
      if let plate = site.plates.first(where: { $0.count != $0.size }) {
        throw InferenceError.scaledTwice(site: site.name, plate: plate.name, batch.count, of: total)
      }
      if abs(site.explicitScale * Double(batch.count) / Double(total) - 1) < 1e-6 {
        throw InferenceError.scaledTwice(site: site.name, plate: nil, batch.count, of: total)
      }
      let plates = site.plates.filter { $0.size == batch.count }.map(\.name)
      if plates.count > 1 { throw InferenceError.severalBatchPlates(site: site.name, plates) }
      // An event of the size of the batch would count once among plates that count for all.
      let events = site.distribution?.eventShape ?? []
      if plates.isEmpty, events.contains(batch.count) {
        throw InferenceError.noBatchPlate(batch.count, of: total)
      }
      names.formUnion(plates)
    }
    if names.isEmpty { throw InferenceError.noBatchPlate(batch.count, of: total) }
    (self.names, self.total) = (names, total)
    try checkLatents(of: guide, model)
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

  func process(_ site: Site) {
    if site.kind == .plate, names.contains(site.name) { site.standsFor = total }
  }

  func postprocess(_ site: Site) {}
}
