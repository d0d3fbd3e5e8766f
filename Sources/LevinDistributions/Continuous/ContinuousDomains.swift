public import LevinTensor

extension Normal: ConstrainedDistribution {
  /// A finite `loc` and a positive `scale`.
  public var parameterDomains: [ParameterDomain] {
    [ParameterDomain("loc", loc, .real), ParameterDomain("scale", scale, .positive)]
  }
}

extension LogNormal: ConstrainedDistribution {
  /// A finite `loc` and a positive `scale`.
  public var parameterDomains: [ParameterDomain] {
    [ParameterDomain("loc", loc, .real), ParameterDomain("scale", scale, .positive)]
  }
}

extension Gamma: ConstrainedDistribution {
  /// A positive `concentration` and a positive `rate`.
  public var parameterDomains: [ParameterDomain] {
    [
      ParameterDomain("concentration", concentration, .positive),
      ParameterDomain("rate", rate, .positive),
    ]
  }
}

extension Beta: ConstrainedDistribution {
  /// Positive concentrations.
  public var parameterDomains: [ParameterDomain] {
    [
      ParameterDomain("concentration1", concentration1, .positive),
      ParameterDomain("concentration0", concentration0, .positive),
    ]
  }
}
