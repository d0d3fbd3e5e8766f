public import LevinTensor

/// Resilient backpropagation (Riedmiller and Braun, 1993), with the arithmetic of `torch.optim.Rprop`: each element
/// has a step size of its own, which grows while the sign of its gradient stays and shrinks when it changes.
///
/// It needs the gradient of all data at each step.
public final class Rprop: Optimizer {
  /// The step size of every element before the first step; later ones follow from the gradients alone.
  public var learningRate: Double
  /// The factors by which a step size shrinks and grows.
  public let etas: (Double, Double)
  /// The least and the largest step size.
  public let stepSizes: (Double, Double)
  /// Whether the loss is to grow rather than to fall.
  public let maximize: Bool

  private let memory: ParameterMemory<StepSizes>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1e-2 as Double,
    etas: (Double, Double) = (0.5, 1.2), stepSizes: (Double, Double) = (1e-6, 50),
    maximize: Bool = false
  ) {
    self.learningRate = Double(learningRate)
    self.etas = etas
    self.stepSizes = stepSizes
    self.maximize = maximize
    memory = ParameterMemory(parameters)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("Rprop", learningRate: learningRate)
    check.expect(
      etas.0 > 0 && etas.0 < 1 && etas.1 > 1 && etas.1.isFinite,
      "the etas are \(etas); the first must be between 0 and 1, the second above 1")
    check.expect(
      stepSizes.0 >= 0 && stepSizes.0 <= stepSizes.1,
      "the step sizes are \(stepSizes); the first must be from 0 up and not above the second")
    return check.problem
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ memory: inout StepSizes) -> Tensor {
    let gradient = GradientRevision(maximize: maximize)(gradient, at: value)
    let product = gradient * memory.gradient
    let isReversed = product .< 0
    func number(_ number: Double) -> Tensor { .full([], number, dtype: value.dtype) }
    let factor = `where`(
      product .> 0, number(etas.1), `where`(isReversed, number(etas.0), number(1)))
    let sizes = memory.sizes ?? .zeroLeaf(like: value) + learningRate
    let grown = (sizes * factor).maximum(number(stepSizes.0)).minimum(number(stepSizes.1))
    // An element that went too far waits for a step, and its sign is not compared with the next.
    let kept = `where`(isReversed, number(0), gradient)
    memory.sizes = grown
    memory.gradient = kept
    return value - kept.sign() * grown
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate],
      constant: [
        "etas": .list([.real(etas.0), .real(etas.1)]),
        "stepSizes": .list([.real(stepSizes.0), .real(stepSizes.1)]),
        "maximize": .boolean(maximize),
      ])
  }

  /// The settings, and by parameter what is remembered of it.
  public func state() -> State { memory.state(settings) }

  /// Goes on from the state of another `Rprop` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else.
  public func restore(from state: State) throws {
    learningRate = try memory.restore(from: state, settings)[0]
  }
}

/// A parameter's last gradient and the step size of each element.
private struct StepSizes: OptimizerMemory {
  var gradient: Tensor
  /// Nothing before the first step.
  var sizes: Tensor?

  init(for value: Tensor) { gradient = .zeroLeaf(like: value) }

  var tensors: [Tensor] { [gradient] + (sizes.map { [$0] } ?? []) }

  func state() -> State {
    var state = State()
    state["gradient"] = .tensor(gradient)
    state["sizes"] = sizes.map { .tensor($0) }
    return state
  }

  mutating func restore(from state: State) throws {
    let sizes = state["sizes"] == nil ? nil : try state.tensor("sizes", like: gradient)
    gradient = try state.tensor("gradient", like: gradient)
    self.sizes = sizes
  }
}
