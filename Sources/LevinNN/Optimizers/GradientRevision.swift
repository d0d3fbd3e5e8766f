internal import LevinTensor

/// What optimizers do to a gradient, and to the value, before their own rule, in PyTorch's order.
struct GradientRevision {
  var maximize = false
  var weightDecay = 0.0

  /// The gradient of what is minimised: with its sign changed to maximise, and with that of the L2 penalty.
  func callAsFunction(_ gradient: Tensor, at value: Tensor) -> Tensor {
    let signed = maximize ? -gradient : gradient
    return weightDecay == 0 ? signed : signed + value * weightDecay
  }
}

/// The weight decay of Loshchilov and Hutter (2019), which shrinks the value and leaves the gradient alone.
func decayed(_ value: Tensor, by weightDecay: Double, learningRate: Double) -> Tensor {
  if weightDecay == 0 { return value }
  // Worked out apart: within an expression of tensors, `1 - product` would be a tensor too.
  let factor = 1 - learningRate * weightDecay
  return value * factor
}

/// PyTorch's `lerp`, which starts from the nearer end.
func interpolated(_ start: Tensor, _ end: Tensor, weight: Double) -> Tensor {
  let rest = 1 - weight
  return weight < 0.5 ? start + (end - start) * weight : end - (end - start) * rest
}

/// The running mean of squares of gradients after one more, in the order of PyTorch's `addcmul`.
func squareMean(_ mean: Tensor, _ gradient: Tensor, decay: Double) -> Tensor {
  let weight = 1 - decay
  return mean * decay + (gradient * weight) * gradient
}
