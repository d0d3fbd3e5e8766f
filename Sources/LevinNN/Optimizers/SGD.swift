public import LevinTensor

/// Stochastic gradient descent with momentum, with the arithmetic of `torch.optim.SGD`.
public final class SGD: Optimizer {
  /// The parameters it updates.
  public let parameters: [Parameter]
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The share of the last step that goes into the next; 0 for plain gradient descent.
  public let momentum: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double
  /// Whether the gradient is looked at ahead of the momentum step, after Nesterov.
  public let isNesterov: Bool

  private var velocities: [Tensor?]

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint, momentum: Double = 0,
    weightDecay: Double = 0, isNesterov: Bool = false
  ) {
    self.parameters = parameters
    self.learningRate = Double(learningRate)
    self.momentum = momentum
    self.weightDecay = weightDecay
    self.isNesterov = isNesterov
    velocities = parameters.map { _ in nil }
  }

  /// What is wrong with the settings; nil when all is well.
  public var settingsProblem: String? {
    if !(learningRate >= 0) || learningRate.isInfinite {
      return "SGD: the learning rate is \(learningRate), and must be a finite number from 0 up"
    }
    if !(momentum >= 0) { return "SGD: the momentum is \(momentum), and must not be negative" }
    if !(weightDecay >= 0) {
      return "SGD: the weight decay is \(weightDecay), and must not be negative"
    }
    return isNesterov && momentum == 0 ? "SGD: Nesterov's rule needs a momentum above 0" : nil
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    proposing(
      for: parameters, gradients, from: velocities, update: advance,
      tensors: { [self] in momentum == 0 ? [] : [$0] },
      commit: { [self] in if momentum != 0 { velocities = $0 } })
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ old: Tensor?) -> (Tensor, Tensor) {
    let gradient = weightDecay == 0 ? gradient : gradient + value * weightDecay
    // Without momentum, and at first, the velocity is the gradient itself, as in PyTorch. One that is
    // kept must not hold on to the graph of the loss.
    let velocity =
      momentum == 0 ? gradient : old.map { $0 * momentum + gradient } ?? gradient.detached()
    let direction = isNesterov ? gradient + velocity * momentum : velocity
    let stepSize = -learningRate
    return (value + direction * stepSize, velocity)
  }
}
