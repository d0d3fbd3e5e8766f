public import LevinTensor

/// Ends a fit when a metric gets no better.
///
///     Trainer(maxEpochs: 1000, callbacks: [EarlyStopping(monitor: "val_loss", patience: 10)])
///
/// A check looks, in this order, whether the metric is finite, has passed a threshold at which it is good enough or
/// hopeless, or has become better by more than ``minDelta``; the checks in a row in which it has not are counted against
/// ``patience``. There is one check at the end of each epoch, or of each validation where these do not come once an epoch.
///
/// Before `minEpochs` and `minSteps` of the trainer the wish for the end stands for as long as things are as they were: a
/// metric that recovers takes it back.
public final class EarlyStopping: Callback {
  /// Why the end was asked for.
  public enum Reason: String, Sendable {
    /// It was not.
    case none
    /// The metric was not finite.
    case nonFinite
    /// The metric has passed ``EarlyStopping/stoppingThreshold``.
    case stoppingThreshold
    /// The metric has passed ``EarlyStopping/divergenceThreshold``.
    case divergenceThreshold
    /// The metric has not become better for too long.
    case patience
  }

  /// The name of the metric.
  public let monitor: String
  /// The difference by which a value has to be better than the best one.
  public let minDelta: Double
  /// The checks in a row without a better value after which the end is asked for.
  public let patience: Int
  /// The direction in which the metric gets better.
  public let mode: MonitorMode
  /// Whether a metric that nobody logs is an error, rather than a warning.
  public let strict: Bool
  /// Whether NaN or an infinity ends the fit.
  public let checkFinite: Bool
  /// A value that is good enough.
  public let stoppingThreshold: Double?
  /// A value that is hopeless.
  public let divergenceThreshold: Double?
  /// Whether checks come at the end of epochs rather than of validations; decided by the trainer's interval if nil.
  public let checkOnTrainEpochEnd: Bool?

  /// The checks in a row without a better value.
  public private(set) var waitCount = 0
  /// The best value; the worst possible one before the first check.
  public private(set) var bestScore: Double
  /// The epoch in which the end was asked for; nil if it was not.
  public private(set) var stoppedEpoch: Int?
  /// Why the end was asked for.
  public private(set) var reason = Reason.none
  /// The same in words.
  public private(set) var reasonText = ""
  private var hasWarned = false
  private var hasChecked = false

  /// Watches a metric.
  public init(
    monitor: String, minDelta: Double = 0, patience: Int = 3, mode: MonitorMode = .min,
    strict: Bool = true, checkFinite: Bool = true, stoppingThreshold: Double? = nil,
    divergenceThreshold: Double? = nil, checkOnTrainEpochEnd: Bool? = nil
  ) {
    (self.monitor, self.minDelta, self.patience, self.mode) = (monitor, minDelta, patience, mode)
    (self.strict, self.checkFinite) = (strict, checkFinite)
    self.stoppingThreshold = stoppingThreshold
    self.divergenceThreshold = divergenceThreshold
    self.checkOnTrainEpochEnd = checkOnTrainEpochEnd
    bestScore = mode.worst
    super.init()
  }

  /// Takes no part in a trial.
  public override var runsInTrials: Bool { false }

  /// The type, the metric and the direction.
  public override var stateName: String { "EarlyStopping(\(monitor), \(mode))" }

  /// The problem with patience and difference, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if patience < 0 { return "patience is \(patience); give a number from 0 up" }
    if !(minDelta >= 0) { return "minDelta is \(minDelta); give a number from 0 up" }
    return nil
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting { return }
    (waitCount, bestScore, stoppedEpoch) = (0, mode.worst, nil)
    (reason, reasonText, hasWarned, hasChecked) = (.none, "", false, false)
  }

  /// Checks the metric, if it is checked at the end of epochs.
  public override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if checksEpochs(of: trainer) { try check(trainer) }
  }

  /// Checks the metric, if it is checked at the end of validations.
  public override func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if !trainer.isSanityChecking, !checksEpochs(of: trainer) { try check(trainer) }
  }

  private func checksEpochs(of trainer: Trainer) -> Bool {
    checkOnTrainEpochEnd ?? trainer.validatesOncePerEpoch
  }

  private func check(_ trainer: Trainer) throws {
    if !trainer.isFitting { return }
    hasChecked = true
    let value: Double
    do { value = try trainer.watched(monitor, by: self) } catch {
      if strict { throw error }
      if !hasWarned { warn("\(error)") }
      hasWarned = true
      return
    }
    guard let (reason, text) = finding(value) else {
      (reason, reasonText, stoppedEpoch) = (.none, "", nil)
      return trainer.withdrawStop(by: self)
    }
    (self.reason, reasonText, stoppedEpoch) = (reason, text, trainer.currentEpoch)
    trainer.stop(by: self, text)
  }

  /// Tells of a metric that was never looked at.
  public override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    if !hasChecked { try trainer.tellOfNoLook(at: monitor, by: self) }
  }

  private func finding(_ value: Double) -> (Reason, String)? {
    if checkFinite, !value.isFinite { return (.nonFinite, "\(monitor) is \(value)") }
    if let threshold = stoppingThreshold, mode.isBetter(value, than: threshold) {
      return (.stoppingThreshold, "\(monitor) is \(Text.short(value)), past \(threshold)")
    }
    if let threshold = divergenceThreshold, mode.isBetter(threshold, than: value) {
      return (
        .divergenceThreshold, "\(monitor) is \(Text.short(value)), hopeless beyond \(threshold)"
      )
    }
    if mode.isBetter(value, than: bestScore, by: minDelta) {
      (bestScore, waitCount) = (value, 0)
      return nil
    }
    waitCount += 1
    if waitCount < patience { return nil }
    return (
      .patience,
      "\(monitor) was no better than \(Text.short(bestScore)) in \(Text.counted(waitCount, "check"))"
    )
  }

  /// The count, the best value and the reason.
  public override func state() -> State {
    var state = State()
    state["waitCount"] = .integer(waitCount)
    state["bestScore"] = .real(bestScore)
    state["stoppedEpoch"] = stoppedEpoch.map { .integer($0) }
    state["reason"] = .text(reason.rawValue)
    state["reasonText"] = .text(reasonText)
    state["hasChecked"] = .boolean(hasChecked)
    return state
  }

  /// Goes on from the count and the best value of another one.
  public override func restore(from state: State) throws {
    let (count, best) = (try state.integer("waitCount"), try state.real("bestScore"))
    let epoch = state["stoppedEpoch"] == nil ? nil : try state.integer("stoppedEpoch")
    let reason = state["reason"] == nil ? "" : try state.text("reason")
    let text = state["reasonText"] == nil ? "" : try state.text("reasonText")
    hasChecked = state["hasChecked"] == nil ? false : try state.boolean("hasChecked")
    (waitCount, bestScore, stoppedEpoch) = (count, best, epoch)
    (self.reason, reasonText) = (Reason(rawValue: reason) ?? .none, text)
  }
}
