public import LevinTensor

/// Stochastic gradient descent with momentum, with the arithmetic of `torch.optim.SGD`.
public final class SGD: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The share of the last step that goes into the next; 0 for plain gradient descent.
  public var momentum: Double
  /// The share of a gradient that does not go into the momentum.
  public let dampening: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double
  /// Whether the gradient is looked at ahead of the momentum step, after Nesterov.
  public let nesterov: Bool
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<Velocity>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-3 as Double,
    momentum: Double = 0, dampening: Double = 0, weightDecay: Double = 0, nesterov: Bool = false,
    maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.momentum = momentum
    self.dampening = dampening
    self.weightDecay = weightDecay
    self.nesterov = nesterov
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("SGD", learningRate: learningRate)
    check.notNegative("momentum", momentum)
    check.notNegative("weight decay", weightDecay)
    check.expect(dampening.isFinite, "the dampening is \(dampening), and must be a finite number")
    check.expect(
      !nesterov || (momentum > 0 && dampening == 0),
      "Nesterov's rule needs a momentum above 0 and a dampening of 0")
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ memory: inout Velocity) -> Tensor {
    let revise = GradientRevision(maximize: maximize, weightDecay: weightDecay)
    let gradient = revise(gradient, at: value)
    let stepSize = -learningRate
    guard momentum != 0 else { return value + gradient * stepSize }
    // At first the velocity is the gradient itself, as in PyTorch; kept, it must not hold on to the graph of the
    // loss.
    let share = 1 - dampening
    let addend = share == 1 ? gradient : gradient * share
    let velocity = memory.velocity.map { $0 * momentum + addend } ?? gradient.detached()
    memory.velocity = velocity
    let direction = nesterov ? gradient + velocity * momentum : velocity
    return value + direction * stepSize
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "momentum": momentum],
      constant: [
        "dampening": .real(dampening), "weightDecay": .real(weightDecay),
        "nesterov": .boolean(nesterov), "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `SGD` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the momentum.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, momentum) = (numbers[0], numbers[1])
  }
}

/// The running sum of a parameter's gradients; nothing before the first step, or without momentum.
private struct Velocity: OptimizerMemory {
  var velocity: Tensor?
  private let shape: [Int]
  private let dtype: DType

  init(for value: Tensor) { (shape, dtype) = (value.shape, value.dtype) }

  var tensors: [Tensor] { velocity.map { [$0] } ?? [] }

  func state() -> State {
    var state = State()
    state["velocity"] = velocity.map { .tensor($0) }
    return state
  }

  mutating func restore(from state: State) throws {
    velocity =
      state["velocity"] == nil ? nil : try state.tensor("velocity", shape: shape, dtype: dtype)
  }
}
