internal import LevinKernels

/// The functions of one element.
package enum UnaryOperation: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  case negate, absolute, sign, floor, ceil
  /// To the nearest integer, halves to the even one.
  case round
  /// Towards 0.
  case trunc
  case exp, expm1, log, log1p, log2, log10
  case squareRoot, reciprocalSquareRoot, square, reciprocal
  case sin, cos, asin, acos, atan, sinh, cosh, tanh, asinh, acosh, atanh
  case sigmoid, softplus, logSigmoid
  case erf, erfc, erfInverse
  /// log(1 - exp(-|x|)).
  case log1mExp
  /// The logarithm of the standard normal distribution function.
  case logNormalCDF
  /// The derivative of logNormalCDF: the standard normal density over the distribution function.
  case normalHazard
  case logGamma
  /// The derivative of order n of digamma; n is the attribute, and 0 is digamma itself.
  case polygamma
  /// log gamma(a), from a - 1 = 32 on less (a - 1) log(a - 1) - (a - 1); and its derivative.
  ///
  /// It is what ``TernaryOperation/gammaExponent`` leaves of a density's normaliser.
  case stirlingRest, stirlingRestSlope
  case isNaN, isFinite, logicalNot
  /// The same numbers in the node's own dtype.
  case cast

  /// The kernel, of polygamma that of high orders, of a cast that from `float32`; and its cost.
  var kernel: KernelOperation {
    switch self {
    case .negate: KernelOperation(LV_NEGATE)
    case .absolute: KernelOperation(LV_ABSOLUTE)
    case .sign: KernelOperation(LV_SIGN)
    case .floor: KernelOperation(LV_FLOOR)
    case .ceil: KernelOperation(LV_CEIL)
    case .round: KernelOperation(LV_ROUND)
    case .trunc: KernelOperation(LV_TRUNC)
    case .exp: KernelOperation(LV_EXP, cost: 10)
    case .expm1: KernelOperation(LV_EXPM1, cost: 10)
    case .log: KernelOperation(LV_LOG, cost: 10)
    case .log1p: KernelOperation(LV_LOG1P, cost: 10)
    case .log2: KernelOperation(LV_LOG2, cost: 10)
    case .log10: KernelOperation(LV_LOG10, cost: 10)
    case .squareRoot: KernelOperation(LV_SQRT, cost: 2)
    case .reciprocalSquareRoot: KernelOperation(LV_RSQRT, cost: 4)
    case .square: KernelOperation(LV_SQUARE)
    case .reciprocal: KernelOperation(LV_RECIPROCAL, cost: 2)
    case .sin: KernelOperation(LV_SIN, cost: 10)
    case .cos: KernelOperation(LV_COS, cost: 10)
    case .asin: KernelOperation(LV_ASIN, cost: 10)
    case .acos: KernelOperation(LV_ACOS, cost: 10)
    case .atan: KernelOperation(LV_ATAN, cost: 10)
    case .sinh: KernelOperation(LV_SINH, cost: 10)
    case .cosh: KernelOperation(LV_COSH, cost: 10)
    case .tanh: KernelOperation(LV_TANH, cost: 10)
    case .asinh: KernelOperation(LV_ASINH, cost: 10)
    case .acosh: KernelOperation(LV_ACOSH, cost: 10)
    case .atanh: KernelOperation(LV_ATANH, cost: 10)
    case .sigmoid: KernelOperation(LV_SIGMOID, cost: 10)
    case .softplus: KernelOperation(LV_SOFTPLUS, cost: 10)
    case .logSigmoid: KernelOperation(LV_LOG_SIGMOID, cost: 10)
    case .erf: KernelOperation(LV_ERF, cost: 10)
    case .erfc: KernelOperation(LV_ERFC, cost: 10)
    case .erfInverse: KernelOperation(LV_ERF_INVERSE, cost: 16)
    case .log1mExp: KernelOperation(LV_LOG1M_EXP, cost: 10)
    case .logNormalCDF: KernelOperation(LV_LOG_NORMAL_CDF, cost: 16)
    case .normalHazard: KernelOperation(LV_NORMAL_HAZARD, cost: 16)
    case .logGamma: KernelOperation(LV_LOG_GAMMA, cost: 20)
    case .polygamma: KernelOperation(LV_POLYGAMMA, cost: 20)
    case .stirlingRest: KernelOperation(LV_STIRLING_REST, cost: 30)
    case .stirlingRestSlope: KernelOperation(LV_STIRLING_REST_SLOPE, cost: 30)
    case .isNaN: KernelOperation(LV_IS_NAN)
    case .isFinite: KernelOperation(LV_IS_FINITE)
    case .logicalNot: KernelOperation(LV_NOT)
    case .cast: KernelOperation(LV_FROM_F32)
    }
  }

  /// The kernel for these attributes and an operand of `dtype`.
  func kernel(attributes: [Int], operand dtype: DType) -> KernelOperation {
    switch (self, attributes.first) {
    case (.cast, _): dtype.castingKernel
    case (.polygamma, 0): KernelOperation(LV_DIGAMMA, cost: 20)
    case (.polygamma, 1): KernelOperation(LV_TRIGAMMA, cost: 20)
    case (_, _): kernel
    }
  }

  /// The elements that it is defined on.
  ///
  /// A cast, which takes everything, is made by ``Node/cast(_:to:)``.
  var domain: ElementDomain {
    switch self {
    case .cast: .everything
    case .logicalNot: .booleans
    case .negate, .absolute, .sign, .square: .numbers
    case .floor, .ceil, .round, .trunc, .exp, .expm1, .log, .log1p, .log2, .log10, .squareRoot,
      .reciprocalSquareRoot, .reciprocal, .sin, .cos, .asin, .acos, .atan, .sinh, .cosh, .tanh,
      .asinh, .acosh, .atanh, .sigmoid, .softplus, .logSigmoid, .erf, .erfc, .erfInverse, .log1mExp,
      .logNormalCDF, .normalHazard, .logGamma, .polygamma, .stirlingRest, .stirlingRestSlope,
      .isNaN,
      .isFinite:
      .reals
    }
  }

  /// Whether it gives Booleans, whatever it is defined on.
  var isTest: Bool { self == .isNaN || self == .isFinite }
}
