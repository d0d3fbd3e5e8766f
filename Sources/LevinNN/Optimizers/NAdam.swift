public import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Adam with Nesterov's look ahead (Dozat, 2016), with the arithmetic of `torch.optim.NAdam` in its order.
public final class NAdam: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rates of the running means of the gradient and of its square; may be changed between steps.
  public var betas: (Double, Double)
  /// The number added to the denominator.
  public let epsilon: Double
  /// The factor of the L2 penalty, or that of the shrinkage if ``decoupledWeightDecay`` is true.
  public let weightDecay: Double
  /// The speed at which the momentum rises to the first of the betas.
  public let momentumDecay: Double
  /// Whether the weight decay shrinks the values themselves, as in ``AdamW``, and leaves the gradients alone.
  public let decoupledWeightDecay: Bool
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<Moments<NAdam>>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 2e-3 as Double,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    momentumDecay: Double = 4e-3, decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.momentumDecay = momentumDecay
    self.decoupledWeightDecay = decoupledWeightDecay
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
    var check = SettingsCheck("NAdam", learningRate: learningRate)
    check.betas(betas)
    check.notNegative("epsilon", epsilon)
    check.notNegative("weight decay", weightDecay)
    check.notNegative("momentum decay", momentumDecay)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(
    _ value: Tensor, _ gradient: Tensor, _ moments: inout Moments<NAdam>
  ) -> Tensor {
    let penalty = decoupledWeightDecay ? 0 : weightDecay
    let shrinkage = decoupledWeightDecay ? weightDecay : 0
    let gradient = GradientRevision(maximize: maximize, weightDecay: penalty)(gradient, at: value)
    moments.take(gradient, betas)
    let momentum = momentum(at: moments.steps)
    let next = self.momentum(at: moments.steps + 1)
    moments.momentumProduct *= momentum
    let product = moments.momentumProduct
    let correction = 1 - pow(betas.1, Double(moments.steps))
    let denominator = (moments.second / correction).sqrt() + epsilon
    let gradientStep = -learningRate * (1 - momentum) / (1 - product)
    let momentumStep = -learningRate * next / (1 - product * next)
    return decayed(value, by: shrinkage, learningRate: learningRate)
      + (gradient * gradientStep) / denominator + (moments.first * momentumStep) / denominator
  }

  // Dozat's schedule of the momentum.
  private func momentum(at step: Int) -> Double {
    betas.0 * (1 - 0.5 * pow(0.96, Double(step) * momentumDecay))
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "beta1": betas.0, "beta2": betas.1],
      constant: [
        "epsilon": .real(epsilon), "weightDecay": .real(weightDecay),
        "momentumDecay": .real(momentumDecay),
        "decoupledWeightDecay": .boolean(decoupledWeightDecay), "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `NAdam` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the betas.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, betas) = (numbers[0], (numbers[1], numbers[2]))
  }
}
