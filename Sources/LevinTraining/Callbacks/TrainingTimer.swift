public import LevinTensor

/// Measures the time that the stages of a fit take, and ends the fit when its time is over.
///
/// The time of a fit counts on when it is resumed. `minEpochs` and `minSteps` of the trainer come first.
public final class TrainingTimer: Callback {
  /// The moments at which the time is looked at.
  public enum Interval: Sendable, Hashable {
    /// After each batch.
    case step
    /// After each epoch.
    case epoch
  }

  /// The time that the training may take; nil for no limit.
  public let duration: Duration?
  /// The moments at which the time is looked at.
  public let interval: Interval

  private var spent: [String: Double] = [:]
  private var started: [String: Double] = [:]
  private let now: () -> Double

  /// Sets a limit.
  public convenience init(duration: Duration? = nil, interval: Interval = .step) {
    self.init(duration: duration, interval: interval, now: Console.clock)
  }

  init(duration: Duration?, interval: Interval = .step, now: @escaping () -> Double) {
    (self.duration, self.interval, self.now) = (duration, interval, now)
    super.init()
  }

  /// The seconds that training has taken, validations included.
  public var trainingSeconds: Double { seconds("training") }
  /// The seconds that validations have taken.
  public var validationSeconds: Double { seconds("validation") }
  /// The seconds that tests have taken.
  public var testSeconds: Double { seconds("test") }

  /// The seconds that are left; nil without a limit.
  public var secondsLeft: Double? { duration.map { max($0.seconds - trainingSeconds, 0) } }

  private func seconds(_ stage: String) -> Double {
    spent[stage, default: 0] + (started[stage].map { now() - $0 } ?? 0)
  }

  private func start(_ stage: String) { started[stage] = now() }

  private func end(_ stage: String) {
    spent[stage] = seconds(stage)
    started[stage] = nil
  }

  /// The problem with the limit, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    duration.flatMap { $0 < .zero ? "the duration is \($0); give a time from 0 up" : nil }
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting { return }
    (spent, started) = ([:], [:])
  }

  /// Starts the clock.
  public override func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) {
    start("training")
    look(trainer)
  }

  /// Looks at the clock.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    if interval == .step { look(trainer) }
  }

  /// Looks at the clock.
  public override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    if interval == .epoch { look(trainer) }
  }

  /// Stops the clock.
  public override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) {
    end("training")
  }

  /// Starts the clock of validations.
  public override func onValidationStart(_ trainer: Trainer, _ module: any LightningModule) {
    start("validation")
  }

  /// Stops the clock of validations.
  public override func onValidationEnd(_ trainer: Trainer, _ module: any LightningModule) {
    end("validation")
  }

  /// Starts the clock of tests.
  public override func onTestStart(_ trainer: Trainer, _ module: any LightningModule) {
    start("test")
  }

  /// Stops the clock of tests.
  public override func onTestEnd(_ trainer: Trainer, _ module: any LightningModule) { end("test") }

  private func look(_ trainer: Trainer) {
    guard let duration, trainingSeconds >= duration.seconds else { return }
    trainer.stop(by: self, "the time of \(duration) is over", as: .maxTime)
  }

  /// The time spent in each stage.
  public override func state() -> State {
    var state = State()
    for stage in ["training", "validation", "test"] { state[stage] = .real(seconds(stage)) }
    return state
  }

  /// Goes on from the time that another one has spent.
  public override func restore(from state: State) throws {
    for stage in ["training", "validation", "test"] { spent[stage] = try state.real(stage) }
  }
}
