public import LevinTensor

extension Poisson: ConstrainedDistribution {
  /// A finite `rate` from 0 up.
  public var parameterDomains: [ParameterDomain] { [ParameterDomain("rate", rate, .nonNegative)] }
}

extension Bernoulli: ConstrainedDistribution {
  /// `probs` from 0 to 1, or any `logits`.
  public var parameterDomains: [ParameterDomain] {
    [
      isFromLogits
        ? ParameterDomain("logits", logits, .logits)
        : ParameterDomain("probs", probs, .probability)
    ]
  }
}

extension ZeroInflatedPoisson: ConstrainedDistribution {
  /// A `gate` from 0 to 1, or any `gateLogits`, and a finite `rate` from 0 up.
  public var parameterDomains: [ParameterDomain] {
    [
      givenLogits.map { ParameterDomain("gateLogits", $0, .logits) }
        ?? ParameterDomain("gate", gate, .probability),
      ParameterDomain("rate", rate, .nonNegative),
    ]
  }
}

extension Categorical: ConstrainedDistribution {
  /// Weights from 0 up that are not all 0, or logarithms of such weights.
  public var parameterDomains: [ParameterDomain] {
    [
      isFromLogits
        ? ParameterDomain("logits", given, .logWeights)
        : ParameterDomain("probs", given, .weights)
    ]
  }
}
