public import LevinTensor

/// Steps in the units of the parameters, without a learning rate to choose (Zeiler, 2012), with the arithmetic of
/// `torch.optim.Adadelta`.
public final class Adadelta: Optimizer {
  /// The factor of the steps; may be changed between steps.
  public var learningRate: Double
  /// The decay rate of the running means.
  public let rho: Double
  /// The number added below both roots.
  public let epsilon: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<SquareMeans>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1.0 as Double,
    rho: Double = 0.9,
    epsilon: Double = 1e-6, weightDecay: Double = 0, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.rho = rho
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("Adadelta", learningRate: learningRate)
    check.share("rho", rho)
    check.notNegative("epsilon", epsilon)
    check.notNegative("weight decay", weightDecay)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ memory: inout SquareMeans) -> Tensor {
    let revise = GradientRevision(maximize: maximize, weightDecay: weightDecay)
    let gradient = revise(gradient, at: value)
    memory.gradient = squareMean(memory.gradient, gradient, decay: rho)
    let scale = (memory.step + epsilon).sqrt() / (memory.gradient + epsilon).sqrt()
    let step = scale * gradient
    memory.step = squareMean(memory.step, step, decay: rho)
    return value + step * -learningRate
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate],
      constant: [
        "rho": .real(rho), "epsilon": .real(epsilon), "weightDecay": .real(weightDecay),
        "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `Adadelta` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    learningRate = try memory.restore(from: state, settings)[0]
  }
}

/// The running means of the squares of a parameter's gradients and of its steps.
private struct SquareMeans: OptimizerMemory {
  var gradient: Tensor
  var step: Tensor

  init(for value: Tensor) {
    gradient = .zeroLeaf(like: value)
    step = .zeroLeaf(like: value)
  }

  var tensors: [Tensor] { [gradient, step] }

  func state() -> State {
    var state = State()
    state["gradient"] = .tensor(gradient)
    state["step"] = .tensor(step)
    return state
  }

  mutating func restore(from state: State) throws {
    let gradient = try state.tensor("gradient", like: gradient)
    step = try state.tensor("step", like: step)
    self.gradient = gradient
  }
}
