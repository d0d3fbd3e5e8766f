public import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Adam with a rectified variance (Liu et al., 2020), with the arithmetic of `torch.optim.RAdam` in its order.
///
/// While too few gradients have been seen to tell their variance, it takes steps of gradient descent with momentum.
public final class RAdam: MomentumOptimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rates of the running means of the gradient and of its square; may be changed between steps.
  public var betas: (Double, Double)
  /// The number added to the denominator.
  public let epsilon: Double
  /// The factor of the L2 penalty, or that of the shrinkage if ``decoupledWeightDecay`` is true.
  public let weightDecay: Double
  /// Whether the weight decay shrinks the values themselves, as in ``AdamW``, and leaves the gradients alone.
  public let decoupledWeightDecay: Bool
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<Moments<RAdam>>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-3 as Double,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0,
    decoupledWeightDecay: Bool = false, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
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
    var check = SettingsCheck("RAdam", learningRate: learningRate)
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
    _ value: Tensor, _ gradient: Tensor, _ moments: inout Moments<RAdam>
  ) -> Tensor {
    let penalty = decoupledWeightDecay ? 0 : weightDecay
    let shrinkage = decoupledWeightDecay ? weightDecay : 0
    let gradient = GradientRevision(maximize: maximize, weightDecay: penalty)(gradient, at: value)
    moments.take(gradient, betas)
    let value = decayed(value, by: shrinkage, learningRate: learningRate)
    let direction = moments.first / (1 - pow(betas.0, Double(moments.steps))) * learningRate
    guard let (correction, rectification) = rectification(at: moments.steps) else {
      return value - direction
    }
    return value - direction * (correction / (moments.second.sqrt() + epsilon)) * rectification
  }

  // The root of the second moment's bias correction and the factor r of the paper's algorithm 2; nil while the
  // variance cannot be told.
  private func rectification(at step: Int) -> (correction: Double, factor: Double)? {
    let power = pow(betas.1, Double(step))
    let correction = 1 - power
    let limit = 2 / (1 - betas.1) - 1
    let length = limit - 2 * Double(step) * power / correction
    guard length > 5 else { return nil }
    let ratio = (length - 4) * (length - 2) * limit / ((limit - 4) * (limit - 2) * length)
    return (correction.squareRoot(), ratio.squareRoot())
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate, "beta1": betas.0, "beta2": betas.1],
      constant: [
        "epsilon": .real(epsilon), "weightDecay": .real(weightDecay),
        "decoupledWeightDecay": .boolean(decoupledWeightDecay), "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `RAdam` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate and the betas.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    let numbers = try memory.restore(from: state, settings)
    (learningRate, betas) = (numbers[0], (numbers[1], numbers[2]))
  }
}
