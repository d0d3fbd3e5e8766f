internal import LevinNN
public import LevinTensor

/// Says what becomes of a fit when a step is not finite; without it the fit ends by an error.
///
///     Trainer(maxEpochs: 10, callbacks: [NonFinitePolicy(.skipBatch, atMost: 20)])
///
/// Parameters, optimizer and buffers are as before the step in any case.
public final class NonFinitePolicy: Callback {
  /// What is done about a step that is not finite.
  public enum Action: Sendable, Hashable {
    /// The fit ends by an error.
    case stop
    /// The batch is skipped.
    case skipBatch
    /// The batch is skipped, and the learning rates are multiplied by a factor between 0 and 1.
    case lowerRate(factor: Double)
  }

  /// What is done.
  public let action: Action
  /// The number of such steps in a fit after which the fit ends all the same.
  public let maximum: Int
  /// The number of such steps in the fit.
  public private(set) var count = 0

  /// Sets what is done.
  ///
  /// - Parameters:
  ///   - action: What is done about a step that is not finite.
  ///   - maximum: The number of such steps in a fit after which the fit ends all the same.
  public init(_ action: Action, atMost maximum: Int = .max) {
    (self.action, self.maximum) = (action, maximum)
    super.init()
  }

  /// The problem with the factor, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if case .lowerRate(let factor) = action, !(factor > 0 && factor < 1) {
      return "the factor is \(factor); give a number between 0 and 1"
    }
    return maximum < 0 ? "atMost is \(maximum); give a number from 0 up" : nil
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if trainer.isFitting { count = 0 }
  }

  /// Whether the fit goes on after a step that is not finite.
  func goesOn(after step: NonFiniteStep, _ trainer: Trainer) -> Bool {
    if action == .stop || count >= maximum { return false }
    count += 1
    warn("a batch was skipped: \(step)")
    if case .lowerRate(let factor) = action {
      for optimizer in trainer.optimizers { optimizer.learningRate *= factor }
    }
    return true
  }

  /// The count.
  public override func state() -> State {
    var state = State()
    state["count"] = .integer(count)
    return state
  }

  /// Goes on from another one's count.
  public override func restore(from state: State) throws { count = try state.integer("count") }
}
