public import LevinTensor

/// Steps that shrink with the sum of squared gradients (Duchi, Hazan and Singer, 2011), with the arithmetic of
/// `torch.optim.Adagrad`.
public final class Adagrad: Optimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The growth of the divisor of the learning rate from step to step.
  public let learningRateDecay: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double
  /// The sum of squares before the first step.
  public let initialAccumulatorValue: Double
  /// The number added to the denominator.
  public let epsilon: Double
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<SquareSum>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-2 as Double,
    learningRateDecay: Double = 0, weightDecay: Double = 0, initialAccumulatorValue: Double = 0,
    epsilon: Double = 1e-10, maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.learningRateDecay = learningRateDecay
    self.weightDecay = weightDecay
    self.initialAccumulatorValue = initialAccumulatorValue
    self.epsilon = epsilon
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("Adagrad", learningRate: learningRate)
    check.notNegative("learning rate decay", learningRateDecay)
    check.notNegative("weight decay", weightDecay)
    check.notNegative("initial accumulator value", initialAccumulatorValue)
    check.notNegative("epsilon", epsilon)
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ memory: inout SquareSum) -> Tensor {
    let revise = GradientRevision(maximize: maximize, weightDecay: weightDecay)
    let gradient = revise(gradient, at: value)
    let stepSize = -learningRate / (1 + Double(memory.steps) * learningRateDecay)
    let before = memory.steps == 0 ? memory.sum + initialAccumulatorValue : memory.sum
    memory.steps += 1
    memory.sum = before + gradient * gradient
    return value + (gradient * stepSize) / (memory.sum.sqrt() + epsilon)
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate],
      constant: [
        "learningRateDecay": .real(learningRateDecay), "weightDecay": .real(weightDecay),
        "initialAccumulatorValue": .real(initialAccumulatorValue), "epsilon": .real(epsilon),
        "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `Adagrad` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    learningRate = try memory.restore(from: state, settings)[0]
  }
}

/// The sum of the squares of a parameter's gradients, and their number.
private struct SquareSum: OptimizerMemory {
  var steps = 0
  var sum: Tensor

  init(for value: Tensor) { sum = .zeroLeaf(like: value) }

  var tensors: [Tensor] { [sum] }

  func state() -> State {
    var state = State()
    state["steps"] = .integer(steps)
    state["sum"] = .tensor(sum)
    return state
  }

  mutating func restore(from state: State) throws {
    let sum = try state.tensor("sum", like: sum)
    steps = try state.integer("steps")
    self.sum = sum
  }
}
