internal import LevinNN
internal import LevinTensor

/// A moment of a fit whose parameters are kept.
struct KeptMoment {
  /// The epoch, counted from 0.
  let epoch: Int
  /// The value of the metric that starts are compared by.
  let value: Double
  /// The loss over the epoch.
  let loss: MetricValue?
  /// Everything that was logged, as it was then.
  let metrics: Metrics
  /// The parameters, buffers and extra state of the model.
  let state: State
}

/// Watches the fit of a start: keeps its best moment, and ends it early if it is hopeless.
final class RestartWatch: Callback {
  private let index: Int
  private let settings: RestartSettings
  private let rungs: RestartRungs?
  private var hasValidated = false
  private var isNameKnown = false
  /// The best moment, where that is asked for; nil as long as there is no number.
  private(set) var best: KeptMoment?

  init(_ index: Int, _ settings: RestartSettings, _ rungs: RestartRungs?) {
    (self.index, self.settings, self.rungs) = (index, settings, rungs)
    super.init()
  }

  /// After all others, so that what they log counts.
  override var runsLast: Bool { true }

  override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    (best, hasValidated, isNameKnown) = (nil, false, settings.monitor == nil)
  }

  override func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting || trainer.isSanityChecking { return }
    hasValidated = true
    if isMetricOfValidation(trainer) { look(trainer, module) }
  }

  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if !isNameKnown { try checkName(trainer) }
    if !trainer.hasValidation || !isMetricOfValidation(trainer) { look(trainer, module) }
    prune(trainer)
  }

  private func value(_ trainer: Trainer) -> Double? {
    guard let monitor = settings.monitor else { return trainer.session?.loss?.value }
    return trainer.metrics[monitor]
  }

  // The first moment at which a name is known to be wrong.
  private func checkName(_ trainer: Trainer) throws {
    guard let monitor = settings.monitor, trainer.globalStep > 0 else { return }
    isNameKnown = value(trainer) != nil
    if isNameKnown || trainer.hasValidation && !hasValidated { return }
    throw TrainerError.unknownMetric(
      name: monitor, callback: "restarts", known: trainer.metrics.names)
  }

  // A metric that is logged on step and on epoch appears under names with endings.
  private func isMetricOfValidation(_ trainer: Trainer) -> Bool {
    guard settings.keeping == .best, let monitor = settings.monitor else { return false }
    let ending = ["_step", "_epoch"].first { monitor.hasSuffix($0) }
    let root = String(monitor.dropLast(ending?.count ?? 0))
    let metrics = trainer.metrics
    let isRoot = ending != nil && metrics[root] != nil
    return metrics[monitor] != nil && trainer.isMetricOfValidation(isRoot ? root : monitor)
  }

  // MARK: - The best moment

  private func look(_ trainer: Trainer, _ module: any LightningModule) {
    guard settings.keeping == .best, let value = value(trainer) else { return }
    guard settings.mode.isBetter(value, than: best?.value ?? settings.mode.worst) else { return }
    // Validations looked at the averages, and the fit would end with them.
    let averaging = trainer.callbacks.lazy.compactMap { $0 as? WeightAveraging }.first
    averaging?.useAverages()
    defer { averaging?.useCurrent() }
    best = KeptMoment(
      epoch: trainer.currentEpoch, value: value, loss: trainer.session?.loss,
      metrics: trainer.metrics, state: module.state())
  }

  // MARK: - An early end

  private func prune(_ trainer: Trainer) {
    let epochs = trainer.currentEpoch + 1
    guard let rungs, rungs.isDue(after: epochs), !isLast(epochs, of: trainer) else { return }
    let value = value(trainer) ?? .nan
    guard let words = rungs.meet(index, value) else { return }
    let name = settings.monitor ?? "loss"
    let reason =
      "after \(Text.counted(epochs, "epoch")), \(name) \(Text.short(value)) is \(words)"
    trainer.stop(by: self, reason, as: .pruned)
  }

  // Fits that end here do not wait for others; a trial has one epoch.
  private func isLast(_ epochs: Int, of trainer: Trainer) -> Bool {
    trainer.isTrial || trainer.maxEpochs.map { epochs >= $0 } ?? false
      || trainer.session?.ending != nil
  }
}
