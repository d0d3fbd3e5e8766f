public import LevinTensor

/// The distribution of a number that is 1 with probability `probs`, and otherwise 0.
///
/// log p(1) = log probs and log p(0) = log(1 - probs), neither of them clamped: an impossible value has -inf.
public struct Bernoulli: Distribution {
  /// The probability of 1, from 0 to 1.
  public let probs: Tensor
  /// log(probs / (1 - probs)).
  public let logits: Tensor
  let isFromLogits: Bool

  /// Creates a distribution for each probability.
  public init(probs: Tensor) {
    self.probs = probs.real
    logits = self.probs.log() - (-self.probs).log1p()
    isFromLogits = false
  }

  /// Creates a distribution for each logarithm of odds: any numbers, the infinities too.
  public init(logits: Tensor) {
    self.logits = logits.real
    probs = self.logits.sigmoid()
    isFromLogits = true
  }

  /// The shape of the parameter.
  public var batchShape: [Int] { logits.shape }

  /// One number.
  public var eventShape: [Int] { [] }

  /// 0 and 1.
  public var support: Constraint { .boolean }

  /// `probs`.
  public var mean: Tensor { probs }

  /// probs (1 - probs).
  public var variance: Tensor { probs * complement }

  /// 1 - `probs`, which keeps its digits where that is near 1 if the logits were given.
  var complement: Tensor { isFromLogits ? (-logits).sigmoid() : 1 - probs }

  /// The log-probability x log p + (1 - x) log(1 - p), which PyTorch gives without validation also for
  /// values between 0 and 1.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: logits)
    if !isFromLogits { return xlogy(value, probs) + xlog1py(1 - value, -probs) }
    // Infinite logits would meet a factor of 0.
    let ofOne = `where`(value .== 0, 0, value * logits.logSigmoid())
    return ofOne + `where`(value .== 1, 0, (1 - value) * (-logits).logSigmoid())
  }

  /// 0 or 1 in the dtype of the parameter, each from one uniform of NumPy's stream.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    draws(shape, of: [probs], by: self, { $0[0] >= 0 && $0[0] <= 1 }) {
      generator.uniform() < $0[0] ? 1 : 0
    }
  }
}

extension Bernoulli: EnumerableDistribution {
  /// 2.
  public var supportCount: Int { 2 }

  /// 0 and 1.
  public func enumeratedSupport(expanding: Bool) -> Tensor {
    enumerated(Tensor([0.0, 1.0], dtype: logits.dtype), expanding: expanding)
  }
}
