public import LevinTensor

extension Dirichlet: ConstrainedDistribution {
  /// A positive `concentration`.
  public var parameterDomains: [ParameterDomain] {
    [ParameterDomain("concentration", concentration, .positive, eventRank: 1)]
  }
}
