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
  /// The parameters it updates.
  public let parameters: [Parameter]
  /// The step size; may be changed between steps.
  public var learningRate: Double
  /// The decay rates of the running means of the gradient and of its square.
  public let betas: (Double, Double)
  /// What is added to the denominator.
  public let epsilon: Double
  /// The factor of the L2 penalty, whose gradient is added to the loss's.
  public let weightDecay: Double

  private struct Moments {
    var steps: Int
    var first: Tensor
    var second: Tensor
  }

  private var moments: [Moments?]

  /// Sets up the optimizer; settings are checked when a fit begins.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint,
    betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, weightDecay: Double = 0
  ) {
    self.parameters = parameters
    self.learningRate = Double(learningRate)
    self.betas = betas
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    moments = parameters.map { _ in nil }
  }

  /// Sets up the optimizer with a learning rate of 0.001.
  public convenience init(_ parameters: [Parameter]) {
    self.init(parameters, learningRate: 1e-3)
  }

  /// What is wrong with the settings; nil when all is well.
  public var settingsProblem: String? {
    if !(learningRate >= 0) || learningRate.isInfinite {
      return "Adam: the learning rate is \(learningRate), and must be a finite number from 0 up"
    }
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
    proposing(
      for: parameters, gradients, from: moments, update: advance,
      tensors: { [$0.first, $0.second] }, commit: { self.moments = $0 })
  }

  private func advance(_ value: Tensor, _ gradient: Tensor, _ old: Moments?) -> (Tensor, Moments) {
    let gradient = weightDecay == 0 ? gradient : gradient + value * weightDecay
    let first = old?.first ?? .zeroLeaf(like: value)
    let second = old?.second ?? .zeroLeaf(like: value)
    let steps = (old?.steps ?? 0) + 1
    // Worked out apart: within an expression of tensors, `1 - beta` would be a tensor too.
    let (weight1, weight2) = (1 - betas.0, 1 - betas.1)
    let correction1 = 1 - pow(betas.0, Double(steps))
    let correction2 = (1 - pow(betas.1, Double(steps))).squareRoot()
    let stepSize = -learningRate / correction1
    let next = Moments(
      steps: steps,
      first: Self.interpolate(first, gradient, weight: weight1),
      second: second * betas.1 + (gradient * weight2) * gradient)
    let denominator = next.second.sqrt() / correction2 + epsilon
    return (value + (next.first * stepSize) / denominator, next)
  }

  // PyTorch's `lerp`, which starts from the nearer end.
  private static func interpolate(_ start: Tensor, _ end: Tensor, weight: Double) -> Tensor {
    let rest = 1 - weight
    return weight < 0.5 ? start + (end - start) * weight : end - (end - start) * rest
  }
}
