public import LevinTensor

/// Counts that are 0 with probability `gate`, and otherwise follow a Poisson distribution of mean `rate`.
///
/// p(0) = gate + (1 - gate) exp(-rate), and p(k) = (1 - gate) rateᵏ exp(-rate) / k! for integers k > 0
/// (D. Lambert, "Zero-Inflated Poisson Regression", Technometrics 34(1), 1992). The gate is the
/// probability of a structural zero in `logProb` and in `sample` alike.
public struct ZeroInflatedPoisson: Distribution {
  /// The probability of a structural zero, from 0 to 1.
  public let gate: Tensor
  /// The mean of the counts that the gate lets through, from 0 up.
  public let rate: Tensor
  /// The shape that `gate` and `rate` broadcast to.
  public let batchShape: [Int]
  let givenLogits: Tensor?

  /// Creates a distribution for each element of the broadcast parameters.
  public init(gate: Tensor, rate: Tensor) {
    (self.gate, self.rate) = (gate.real(beside: rate), rate.real(beside: gate))
    batchShape = Shape.broadcast(self.gate.shape, self.rate.shape, for: "ZeroInflatedPoisson")
    givenLogits = nil
  }

  /// Creates a distribution for each element of the broadcast parameters, the gate given by the logarithm
  /// of its odds: any numbers, the infinities too.
  ///
  /// Gates near 0 and 1 keep all their digits.
  public init(gateLogits: Tensor, rate: Tensor) {
    let logits = gateLogits.real(beside: rate)
    (gate, self.rate) = (logits.sigmoid(), rate.real(beside: gateLogits))
    batchShape = Shape.broadcast(logits.shape, self.rate.shape, for: "ZeroInflatedPoisson")
    givenLogits = logits
  }

  /// log(gate / (1 - gate)).
  public var gateLogits: Tensor { givenLogits ?? log(gate) - log1p(-gate) }

  // 1 - gate, the probability that a count is let through.
  private var opening: Tensor { givenLogits.map { (-$0).sigmoid() } ?? 1 - gate }

  /// One number.
  public var eventShape: [Int] { [] }

  /// The integers from 0 up.
  public var support: Constraint { .nonNegativeInteger }

  /// (1 - gate) rate.
  public var mean: Tensor { opening * rate }

  /// (1 - gate) rate (1 + gate rate).
  public var variance: Tensor { mean * (1 + gate * rate) }

  /// The log-probability of counts, with finite gradients also at a gate of 0 and 1 and a rate of 0.
  ///
  /// Outside the support it is -inf. Large counts keep their digits, as in ``Poisson/logProb(_:)``.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: rate)
    let logOpen = givenLogits.map { (-$0).logSigmoid() } ?? log1p(-gate)
    let isOutside = value.isNoCount
    // Not 0, so that one array tells both what is 0 and what is counted.
    let count = `where`(isOutside, 1, value)
    let exponent = gammaExponent(count, rate, log: rate.log())
    let logCount = exponent - logFactorialRest(count, isOutside) + logOpen
    return `where`(count .== 0, logZeroProbability(logOpen), logCount)
  }

  // With logits, gradients are exact on the log scale. Without, the sum of both ways to a zero has exact
  // gradients at gates of 0 and 1, where the logarithm of one way is -inf. It vanishes for a gate of 0 and
  // rates so large that exp(-rate) does: there the logarithms are added instead.
  private func logZeroProbability(_ logOpen: Tensor) -> Tensor {
    if let logits = givenLogits { return logits.logSigmoid().logAddExp(logOpen - rate) }
    let probability = gate + (1 - gate) * exp(-rate)
    let sum = log(gate).logAddExp(logOpen - rate)
    return `where`(probability .> 1e-37, log(probability), sum)
  }

  /// For each count a uniform for the gate and a Poisson draw, whether the gate lets it through or not.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    draws(
      shape, of: [rate, gate], by: self,
      { $0[0] >= 0 && $0[0] <= PCG64.largestPoissonRate && $0[1] >= 0 && $0[1] <= 1 }
    ) {
      let isStructuralZero = generator.uniform() < $0[1]
      let count = generator.poisson($0[0])
      return isStructuralZero ? 0 : Double(count)
    }
  }
}
