public import LevinTensor

/// Steps by the sign of a running mean of gradients (Chen et al., 2023, "Symbolic Discovery of Optimization
/// Algorithms", algorithm 2).
///
/// All elements move by the learning rate, which should be three to ten times smaller than Adam's.
public final class Lion: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The share of the running mean in the direction of a step, and the decay rate of the mean; may be changed between
  /// steps.
  public var betas: (Double, Double)
  /// The share that a value loses in a step, divided by the learning rate.
  public let weightDecay: Double
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<GradientMean>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-4 as Double,
    betas: (Double, Double) = (0.9, 0.99), weightDecay: Double = 0, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.weightDecay = weightDecay
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first of the betas.
  public var momentum: Double {
    get { betas.0 }
    set { betas.0 = newValue }
  }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("Lion", learningRate: learningRate)
    check.betas(betas)
    check.notNegative("weight decay", weightDecay)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(
    _ value: Tensor, _ gradient: Tensor, _ memory: inout GradientMean
  ) -> Tensor {
    let gradient = GradientRevision(maximize: maximize)(gradient, at: value)
    let (weight1, weight2) = (1 - betas.0, 1 - betas.1)
    let direction = (memory.mean * betas.0 + gradient * weight1).sign()
    memory.mean = memory.mean * betas.1 + gradient * weight2
    return decayed(value, by: weightDecay, learningRate: learningRate) + direction * -learningRate
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "beta1": betas.0, "beta2": betas.1],
      constant: [
        "weightDecay": .real(weightDecay), "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `Lion` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the betas.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, betas) = (numbers[0], (numbers[1], numbers[2]))
  }
}

/// The running mean of a parameter's gradients.
private struct GradientMean: OptimizerMemory {
  var mean: Tensor

  init(for value: Tensor) { mean = .zeroLeaf(like: value) }

  var tensors: [Tensor] { [mean] }

  func state() -> State {
    var state = State()
    state["mean"] = .tensor(mean)
    return state
  }

  mutating func restore(from state: State) throws { mean = try state.tensor("mean", like: mean) }
}
