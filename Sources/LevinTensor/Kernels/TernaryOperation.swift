internal import LevinKernels

/// The functions of three elements, of operands that broadcast.
package enum TernaryOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// The second operand where the first holds, and the third where it does not.
  case select
  /// The regularised incomplete beta function of a, b and x.
  case betaI
  /// Its derivatives with respect to x, a and b.
  case betaDensity, betaFirstSlope, betaSecondSlope
  /// The x for which it has the value of the third operand.
  case betaIInverse
  /// a log y - y of a, y and log y, where a > 32 less a log a - a, its largest value; where a is 0, -y.
  ///
  /// Where it is told from its largest value the logarithm isn't used. It may lack a number that does not
  /// depend on y then, and where a is at most 32 that number times a is lacking.
  case gammaExponent
  /// The derivative of that with respect to a.
  case gammaExponentSlope
  /// exp(a - b) of a weight, a and b, where the weight is 0; elsewhere 0.
  case zeroWeightSlope

  /// The kernel and its cost.
  var kernel: KernelOperation {
    switch self {
    case .select: KernelOperation(LV_SELECT)
    case .betaI: KernelOperation(LV_BETA_I, cost: 400)
    case .betaDensity: KernelOperation(LV_BETA_DENSITY, cost: 100)
    case .betaFirstSlope: KernelOperation(LV_BETA_FIRST_SLOPE, cost: 400)
    case .betaSecondSlope: KernelOperation(LV_BETA_SECOND_SLOPE, cost: 400)
    case .betaIInverse: KernelOperation(LV_BETA_I_INVERSE, cost: 2000)
    case .gammaExponent: KernelOperation(LV_GAMMA_EXPONENT, cost: 10)
    case .gammaExponentSlope: KernelOperation(LV_GAMMA_EXPONENT_SLOPE, cost: 10)
    case .zeroWeightSlope: KernelOperation(LV_ZERO_WEIGHT_SLOPE, cost: 2)
    }
  }
}
