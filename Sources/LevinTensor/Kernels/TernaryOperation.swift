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

  /// The kernel and its cost.
  var kernel: KernelOperation {
    switch self {
    case .select: KernelOperation(LV_SELECT)
    case .betaI: KernelOperation(LV_BETA_I, cost: 400)
    case .betaDensity: KernelOperation(LV_BETA_DENSITY, cost: 100)
    case .betaFirstSlope: KernelOperation(LV_BETA_FIRST_SLOPE, cost: 400)
    case .betaSecondSlope: KernelOperation(LV_BETA_SECOND_SLOPE, cost: 400)
    case .betaIInverse: KernelOperation(LV_BETA_I_INVERSE, cost: 2000)
    }
  }
}
