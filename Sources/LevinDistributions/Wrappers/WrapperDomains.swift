public import LevinTensor

extension Delta: ConstrainedDistribution {
  /// Finite real values, and a `logDensity` that is a number.
  public var parameterDomains: [ParameterDomain] {
    [
      ParameterDomain("value", value, .real, eventRank: eventRank),
      ParameterDomain("logDensity", logDensity, .logits),
    ]
  }
}

extension Independent: ConstrainedDistribution {
  /// Those of the base.
  public var parameterDomains: [ParameterDomain] {
    base.ownedDomains.map { $0.taking(reinterpretedRank) }
  }
}

extension Expanded: ConstrainedDistribution {
  /// Those of the base.
  public var parameterDomains: [ParameterDomain] { base.ownedDomains }
}

extension Masked: ConstrainedDistribution {
  /// Those of the base where the mask is true.
  public var parameterDomains: [ParameterDomain] { base.ownedDomains.map { $0.masked(by: mask) } }
}

extension MixtureSameFamily: ConstrainedDistribution {
  /// Those of the mixing weights, then those of the components.
  public var parameterDomains: [ParameterDomain] {
    mixtureDistribution.ownedDomains + componentDistribution.ownedDomains.map { $0.taking(1) }
  }
}

extension TransformedDistribution: ConstrainedDistribution {
  /// Those of the base.
  public var parameterDomains: [ParameterDomain] {
    base.ownedDomains.map { $0.taking(reinterpretedRank) }
  }
}
