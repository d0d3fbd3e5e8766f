public import LevinTensor

/// Adam whose weight decay shrinks the values themselves (Loshchilov and Hutter, 2019), with the arithmetic of
/// `torch.optim.AdamW` in its order.
public final class AdamW: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rates of the running means of the gradient and of its square; may be changed between steps.
  public var betas: (Double, Double)
  /// The number added to the denominator.
  public let epsilon: Double
  /// The share that a value loses in a step, divided by the learning rate.
  public let weightDecay: Double
  /// Whether the denominator never falls, after Reddi, Kale and Kumar (2018).
  public let amsgrad: Bool
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<Moments<AdamW>>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-3 as Double,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 1e-2,
    amsgrad: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.amsgrad = amsgrad
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
    var check = SettingsCheck("AdamW", learningRate: learningRate)
    check.betas(betas)
    check.notNegative("epsilon", epsilon)
    check.notNegative("weight decay", weightDecay)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(
    _ value: Tensor, _ gradient: Tensor, _ moments: inout Moments<AdamW>
  ) -> Tensor {
    adamStep(
      decayed(value, by: weightDecay, learningRate: learningRate),
      GradientRevision(maximize: maximize)(gradient, at: value), &moments,
      learningRate: learningRate, betas: betas, epsilon: epsilon, amsgrad: amsgrad)
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "beta1": betas.0, "beta2": betas.1],
      constant: [
        "epsilon": .real(epsilon), "weightDecay": .real(weightDecay), "amsgrad": .boolean(amsgrad),
        "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `AdamW` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the betas.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, betas) = (numbers[0], (numbers[1], numbers[2]))
  }
}
