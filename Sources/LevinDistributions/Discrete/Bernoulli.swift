public import LevinTensor

/// The distribution of a number that is 1 with probability `probs`, and otherwise 0.
///
/// log p(1) = log probs and log p(0) = log(1 - probs), neither of them clamped: an impossible value has -inf, and so
/// has one that is neither 0 nor 1.
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

  /// The log-probability x log p + (1 - x) log(1 - p) of 0 and 1; -inf for other numbers.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: logits)
    let isOutside = .!(support.check(value) .| value.isNaN)
    let bit = `where`(isOutside, 0, value)
    return (isFromLogits ? fromLogits(bit) : fromProbs(bit)).impossible(where: isOutside)
  }

  private func fromProbs(_ bit: Tensor) -> Tensor {
    xlogy(bit, probs) + xlog1py(1 - bit, -probs)
  }

  // Infinite logits would meet a factor of 0.
  private func fromLogits(_ bit: Tensor) -> Tensor {
    let ofOne = `where`(bit .== 0, 0, bit * logits.logSigmoid())
    return ofOne + `where`(bit .== 1, 0, (1 - bit) * (-logits).logSigmoid())
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
