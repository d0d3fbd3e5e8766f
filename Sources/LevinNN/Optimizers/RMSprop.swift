public import LevinTensor

/// Steps divided by the root of a running mean of squared gradients (Tieleman and Hinton, 2012), with the arithmetic
/// of `torch.optim.RMSprop`.
public final class RMSprop: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rate of the running mean.
  public let alpha: Double
  /// The number added to the denominator.
  public let epsilon: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double
  /// The share of the last step that goes into the next.
  public var momentum: Double
  /// Whether steps are divided by an estimate of the standard deviation of the gradient (Graves, 2013).
  public let centered: Bool
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<SquareMean>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-2 as Double,
    alpha: Double = 0.99,
    epsilon: Double = 1e-8, weightDecay: Double = 0, momentum: Double = 0, centered: Bool = false,
    maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.alpha = alpha
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.momentum = momentum
    self.centered = centered
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("RMSprop", learningRate: learningRate)
    check.share("alpha", alpha)
    check.notNegative("epsilon", epsilon)
    check.notNegative("weight decay", weightDecay)
    check.notNegative("momentum", momentum)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ memory: inout SquareMean) -> Tensor {
    let revise = GradientRevision(maximize: maximize, weightDecay: weightDecay)
    let gradient = revise(gradient, at: value)
    memory.square = squareMean(memory.square, gradient, decay: alpha)
    let denominator = spread(gradient, &memory) + epsilon
    let stepSize = -learningRate
    guard momentum > 0 else { return value + (gradient * stepSize) / denominator }
    let velocity =
      (memory.velocity ?? .zeroLeaf(like: value)) * momentum + gradient / denominator
    memory.velocity = velocity
    return value + velocity * stepSize
  }

  private func spread(_ gradient: Tensor, _ memory: inout SquareMean) -> Tensor {
    guard centered else { return memory.square.sqrt() }
    let before = memory.mean ?? .zeroLeaf(like: gradient)
    let mean = interpolated(before, gradient, weight: 1 - alpha)
    memory.mean = mean
    return (memory.square - mean * mean).sqrt()
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "momentum": momentum],
      constant: [
        "alpha": .real(alpha), "epsilon": .real(epsilon), "weightDecay": .real(weightDecay),
        "centered": .boolean(centered), "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `RMSprop` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the momentum.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, momentum) = (numbers[0], numbers[1])
  }
}

/// The running means of a parameter's squared gradients and of the gradients themselves, and its velocity.
private struct SquareMean: OptimizerMemory {
  var square: Tensor
  var mean: Tensor?
  var velocity: Tensor?

  init(for value: Tensor) { square = .zeroLeaf(like: value) }

  var tensors: [Tensor] { [square, mean, velocity].compactMap { $0 } }

  func state() -> State {
    var state = State()
    state["square"] = .tensor(square)
    state["mean"] = mean.map { .tensor($0) }
    state["velocity"] = velocity.map { .tensor($0) }
    return state
  }

  mutating func restore(from state: State) throws {
    let mean = state["mean"] == nil ? nil : try state.tensor("mean", like: square)
    let velocity = state["velocity"] == nil ? nil : try state.tensor("velocity", like: square)
    square = try state.tensor("square", like: square)
    (self.mean, self.velocity) = (mean, velocity)
  }
}
