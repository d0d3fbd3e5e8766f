public import LevinTensor

/// A distribution that says what its parameters must be.
///
/// Nothing is checked when a distribution is made or used, since that would cost an evaluation each time: a parameter
/// outside its domain gives what the formula gives, NaN or a number without a meaning. It is found
///
/// - by ``Distribution/validate()``, whenever that is called;
/// - before the first step of a fit, by the `Trainer`, `DistributionModule` and `SVI`;
/// - at the `Trainer`'s steps 8, 64, 512 and so on;
/// - when a step is not finite, which then runs once more with the same draws;
/// - when a draw is impossible: reading it ends the process, and a step that depends on it fails.
///
/// A distribution of one's own conforms to take part:
///
///     extension Exponential: ConstrainedDistribution {
///       var parameterDomains: [ParameterDomain] { [ParameterDomain("rate", rate, .positive)] }
///     }
public protocol ConstrainedDistribution: Distribution {
  /// The parameters, each with its condition, in the order of the look.
  var parameterDomains: [ParameterDomain] { get }
}

extension Distribution {
  /// Looks at all parameters.
  ///
  /// They are evaluated. Of a masked distribution those count where the mask is true.
  ///
  /// - Throws: `DomainViolation` for the first parameter outside its domain, with its index, its value and the
  ///   condition; `EvaluationError` for one that cannot be computed.
  public func validate() throws {
    let domains = ownedDomains
    let violation = try withoutGradient { () throws -> DomainViolation? in
      try evaluate(domains.map(\.value))
      return ParameterDomain.firstViolation(of: domains)
    }
    guard let violation else { return }
    flushPrintedText()
    throw violation
  }

  /// The parameters of this distribution and of those it is made of; none where they are not known.
  package var ownedDomains: [ParameterDomain] {
    // Without the types of parameters of its own.
    let name = "\(type(of: self))".prefix { $0 != "<" }
    let known = (self as? any ConstrainedDistribution)?.parameterDomains ?? []
    return known.map { $0.owned(by: String(name)) }
  }

  /// Shows the parameters to whoever watches; see `withParameterChecks`.
  @inline(__always)
  package func showParameters() {
    if DomainWatch.isOn { DomainWatch.note { ownedDomains } }
  }

  /// Numbers in the place of draws that a parameter outside its domain makes impossible.
  ///
  /// To read them, or what follows from them, ends the process; in a training step the step fails.
  func impossibleDraws(_ shape: [Int], dtype: DType) -> Tensor {
    let name = "\(type(of: self))"
    let violation = ParameterDomain.firstViolation(of: ownedDomains)
    let problem = violation.map { EvaluationError.Problem.outsideDomain($0) }
    let error = EvaluationError(
      "\(name).sample",
      problem
        ?? .invalidArgument(
          "a parameter is outside its domain, or so large that its draws are beyond all numbers"))
    return Tensor(fault: error, shape: shape + batchShape + eventShape, dtype: dtype)
  }
}
