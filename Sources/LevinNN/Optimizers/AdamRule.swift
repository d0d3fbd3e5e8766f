internal import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The rule of ``Adam`` and ``AdamW``, with the arithmetic of `torch.optim.Adam` in its order.
///
/// The order matters: float32 trajectories agree with PyTorch's to the last digits, not only in the
/// limit. Bias corrections are worked out in double precision and enter as numbers.
func adamStep<Owner>(
  _ value: Tensor, _ gradient: Tensor, _ moments: inout Moments<Owner>, learningRate: Double,
  betas: (Double, Double), epsilon: Double, amsgrad: Bool
) -> Tensor {
  moments.take(gradient, betas)
  let correction1 = 1 - pow(betas.0, Double(moments.steps))
  let correction2 = (1 - pow(betas.1, Double(moments.steps))).squareRoot()
  let stepSize = -learningRate / correction1
  var square = moments.second
  if amsgrad {
    square = (moments.largest ?? .zeroLeaf(like: value)).maximum(square)
    moments.largest = square
  }
  let denominator = square.sqrt() / correction2 + epsilon
  return value + (moments.first * stepSize) / denominator
}
