internal import LevinKernels

/// The functions of two elements, of operands that broadcast.
package enum BinaryOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case add, subtract, multiply, divide
  /// The remainder of the division, with the sign of the divisor.
  case remainder
  /// The quotient rounded down.
  case floorDivide
  case power, maximum, minimum
  /// The angle of the point (b, a).
  case atan2
  /// a b, and 0 wherever a is 0 whatever b is: the product of a cotangent and a local derivative.
  case absorbingMultiply
  /// a / b, and 0 wherever a is 0 whatever b is.
  case absorbingDivide
  case logAddExp
  /// The regularised incomplete gamma functions of a and x.
  case gammaP, gammaQ
  /// The derivatives of gammaP with respect to x and a.
  case gammaDensity, gammaShapeSlope
  /// The x for which they have the value of the second operand.
  case gammaPInverse, gammaQInverse
  /// a log b, and 0 where a is 0. In a plan it has the logarithm as a third operand.
  case xlogy
  /// a log(1 + b), and 0 where a is 0. In a plan it has the logarithm as a third operand.
  case xlog1py
  case equal, notEqual, less, lessOrEqual, logicalAnd, logicalOr

  /// The kernel and its cost.
  var kernel: KernelOperation {
    switch self {
    case .add: KernelOperation(LV_ADD)
    case .subtract: KernelOperation(LV_SUBTRACT)
    case .multiply: KernelOperation(LV_MULTIPLY)
    case .divide: KernelOperation(LV_DIVIDE, cost: 2)
    case .remainder: KernelOperation(LV_REMAINDER, cost: 10)
    case .floorDivide: KernelOperation(LV_FLOOR_DIVIDE, cost: 10)
    case .power: KernelOperation(LV_POWER, cost: 10)
    case .maximum: KernelOperation(LV_MAXIMUM)
    case .minimum: KernelOperation(LV_MINIMUM)
    case .atan2: KernelOperation(LV_ATAN2, cost: 10)
    case .absorbingMultiply: KernelOperation(LV_ABSORBING_MULTIPLY)
    case .absorbingDivide: KernelOperation(LV_ABSORBING_DIVIDE, cost: 2)
    case .logAddExp: KernelOperation(LV_LOG_ADD_EXP, cost: 10)
    case .gammaP: KernelOperation(LV_GAMMA_P, cost: 400)
    case .gammaQ: KernelOperation(LV_GAMMA_Q, cost: 400)
    case .gammaDensity: KernelOperation(LV_GAMMA_DENSITY, cost: 100)
    case .gammaShapeSlope: KernelOperation(LV_GAMMA_SHAPE_SLOPE, cost: 400)
    case .gammaPInverse: KernelOperation(LV_GAMMA_P_INVERSE, cost: 2000)
    case .gammaQInverse: KernelOperation(LV_GAMMA_Q_INVERSE, cost: 2000)
    case .xlogy, .xlog1py: KernelOperation(LV_LOG_PRODUCT, cost: 10)
    case .equal: KernelOperation(LV_EQUAL)
    case .notEqual: KernelOperation(LV_NOT_EQUAL)
    case .less: KernelOperation(LV_LESS)
    case .lessOrEqual: KernelOperation(LV_LESS_OR_EQUAL)
    case .logicalAnd: KernelOperation(LV_AND)
    case .logicalOr: KernelOperation(LV_OR)
    }
  }

  /// The elements that it is defined on.
  var domain: ElementDomain {
    switch self {
    case .logicalAnd, .logicalOr: .booleans
    case .equal, .notEqual, .less, .lessOrEqual: .everything
    case .add, .subtract, .multiply, .maximum, .minimum, .remainder, .floorDivide, .power: .numbers
    case .divide, .atan2, .absorbingMultiply, .absorbingDivide, .logAddExp, .gammaP, .gammaQ,
      .gammaDensity, .gammaShapeSlope, .gammaPInverse, .gammaQInverse, .xlogy, .xlog1py:
      .reals
    }
  }

  /// Whether it gives Booleans, whatever it is defined on: a comparison.
  var isTest: Bool { domain == .everything }
}
