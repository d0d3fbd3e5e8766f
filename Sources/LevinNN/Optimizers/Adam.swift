public import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Adam (Kingma and Ba, 2015), with the arithmetic of `torch.optim.Adam` in its order.
///
/// The order matters: float32 trajectories agree with PyTorch's to the last digits, not only in the
/// limit. Bias corrections are worked out in double precision and enter as numbers.
public final class Adam: Optimizer {
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rates of the running means of the gradient and of its square.
  public let betas: (Double, Double)
  /// The number added to the denominator.
  public let epsilon: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double

  private let memory: ParameterMemory<Moments>

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    memory = ParameterMemory(parameters)
  }

  /// Sets up the optimizer with a learning rate of 0.001.
  public convenience init(_ parameters: [Parameter]) {
    self.init(parameters, learningRate: 1e-3)
  }

  /// The parameters it updates.
  public var parameters: [Parameter] { memory.parameters }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    if let problem = learningRateProblem("Adam") { return problem }
    for (name, beta) in [("first", betas.0), ("second", betas.1)] where !(0..<1).contains(beta) {
      return "Adam: the \(name) of the betas is \(beta), and must be at least 0 and below 1"
    }
    if !(epsilon >= 0) { return "Adam: epsilon is \(epsilon), and must not be negative" }
    if !(weightDecay >= 0) {
      return "Adam: the weight decay is \(weightDecay), and must not be negative"
    }
    return nil
  }

  /// The update that follows from gradients, one for each of ``parameters``.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    memory.propose(gradients, advance)
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ moments: inout Moments) -> Tensor {
    let gradient = weightDecay == 0 ? gradient : gradient + value * weightDecay
    moments.steps += 1
    // Worked out apart: within an expression of tensors, `1 - beta` would be a tensor too.
    let (weight1, weight2) = (1 - betas.0, 1 - betas.1)
    let correction1 = 1 - pow(betas.0, Double(moments.steps))
    let correction2 = (1 - pow(betas.1, Double(moments.steps))).squareRoot()
    let stepSize = -learningRate / correction1
    moments.first = Self.interpolate(moments.first, gradient, weight: weight1)
    moments.second = moments.second * betas.1 + (gradient * weight2) * gradient
    let denominator = moments.second.sqrt() / correction2 + epsilon
    return value + (moments.first * stepSize) / denominator
  }

  // PyTorch's `lerp`, which starts from the nearer end.
  private static func interpolate(_ start: Tensor, _ end: Tensor, weight: Double) -> Tensor {
    let rest = 1 - weight
    return weight < 0.5 ? start + (end - start) * weight : end - (end - start) * rest
  }

  /// The learning rate, and by parameter the number of steps and the running means.
  public func state() -> State { memory.state(learningRate: learningRate) }

  /// Goes on from the state of another `Adam` for parameters of the same shapes.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  public func restore(from state: State) throws {
    learningRate = try memory.restoreOptimizer(from: state)
  }
}

/// The running means of a parameter's gradient and of its square.
private struct Moments: OptimizerMemory {
  var steps = 0
  var first: Tensor
  var second: Tensor

  init(for value: Tensor) {
    first = .zeroLeaf(like: value)
    second = .zeroLeaf(like: value)
  }

  var tensors: [Tensor] { [first, second] }

  func state() -> State {
    var state = State()
    state["steps"] = .integer(steps)
    state["first"] = .tensor(first)
    state["second"] = .tensor(second)
    return state
  }

  mutating func restore(from state: State) throws {
    steps = try state.integer("steps")
    first = try state.tensor("first", like: first)
    second = try state.tensor("second", like: second)
  }
}
