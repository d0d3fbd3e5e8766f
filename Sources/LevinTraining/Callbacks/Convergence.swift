public import LevinNN
public import LevinTensor

/// Ends a fit when the parameters are where the loss is flat or no longer falls, with ``StopReason/converged`` as the
/// reason.
///
///     Trainer(maxEpochs: 1000, callbacks: [Convergence(gradientTolerance: 1e-6)])
///
/// It is for fits whose every step sees all data. A fit that ends otherwise warns that it has not converged.
public final class Convergence: Callback {
  /// The Euclidean norm of the gradient below which the loss counts as flat; nil if it is not looked at.
  public let gradientTolerance: Double?
  /// The change of the loss, relative to max(1, |loss|), below which it counts as one that no longer falls; nil if it is
  /// not looked at.
  public let lossTolerance: Double?
  /// The steps in a row for which one of the two has to hold.
  public let patience: Int

  /// The norm of the gradient at the last step; nil before the first.
  public private(set) var gradientNorm: Double?
  private var norm: Tensor?
  private var lastLoss: Double?
  private var count = 0
  private var hasConverged = false

  /// Sets the tolerances.
  ///
  /// - Parameters:
  ///   - gradientTolerance: The Euclidean norm of the gradient below which the loss counts as flat.
  ///   - lossTolerance: The relative change of the loss below which it counts as one that no longer falls.
  ///   - patience: The steps in a row for which one of the two has to hold.
  public init(
    gradientTolerance: Double? = nil, lossTolerance: Double? = nil, patience: Int = 1
  ) {
    self.gradientTolerance = gradientTolerance
    self.lossTolerance = lossTolerance
    self.patience = patience
    super.init()
  }

  /// The problem with tolerances or patience, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if gradientTolerance == nil, lossTolerance == nil {
      return "give a gradientTolerance, a lossTolerance, or both"
    }
    for (name, tolerance) in [
      ("gradientTolerance", gradientTolerance), ("lossTolerance", lossTolerance),
    ] {
      if let tolerance, !(tolerance > 0 && tolerance.isFinite) {
        return "\(name) is \(tolerance); give a finite number above 0"
      }
    }
    return patience < 1 ? "patience is \(patience); give at least 1" : nil
  }

  /// Begins anew.
  public override func setup(_ trainer: Trainer, _ module: any LightningModule) {
    if !trainer.isFitting { return }
    (gradientNorm, norm, lastLoss) = (nil, nil, nil)
    (count, hasConverged) = (0, false)
  }

  /// Has the norm computed together with the step.
  public override func onBeforeOptimizerStep(
    _ trainer: Trainer, _ module: any LightningModule, gradients: inout NamedGradients
  ) {
    guard gradientTolerance != nil, let norm = GradientClipping.norm(of: gradients.tensors) else {
      return
    }
    self.norm = norm
    trainer.computeWithStep(norm)
  }

  /// Looks whether the loss is flat or no longer falls.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    guard case .taken(let loss) = outcome else { return }
    gradientNorm = norm?.item()
    norm = nil
    count = isFlat || hasStopped(at: loss) ? count + 1 : 0
    lastLoss = loss
    hasConverged = count >= patience
    if !hasConverged { return trainer.withdrawStop(by: self) }
    trainer.stop(by: self, words(loss), as: .converged)
  }

  private var isFlat: Bool {
    guard let gradientTolerance, let gradientNorm else { return false }
    return gradientNorm <= gradientTolerance
  }

  private func hasStopped(at loss: Double) -> Bool {
    guard let lossTolerance, let lastLoss else { return false }
    return abs(loss - lastLoss) <= lossTolerance * max(1, abs(loss))
  }

  private func words(_ loss: Double) -> String {
    if isFlat, let gradientNorm { return "the norm of the gradient is \(Text.short(gradientNorm))" }
    return "the loss changes by less than \(lossTolerance ?? 0)"
  }

  /// Warns if the fit has not converged.
  public override func onFitEnd(_ trainer: Trainer, _ module: any LightningModule) {
    if hasConverged || trainer.globalStep == 0 { return }
    let norm = gradientNorm.map { ": the norm of the gradient is \(Text.short($0))" } ?? ""
    warn("the fit has not converged after \(Text.counted(trainer.globalStep, "step"))\(norm)")
  }

  /// The count and the last loss.
  public override func state() -> State {
    var state = State()
    state["count"] = .integer(count)
    state["lastLoss"] = lastLoss.map { .real($0) }
    return state
  }

  /// Goes on from another one's count.
  public override func restore(from state: State) throws {
    count = try state.integer("count")
    hasConverged = count >= patience
    lastLoss = state["lastLoss"] == nil ? nil : try state.real("lastLoss")
  }
}
