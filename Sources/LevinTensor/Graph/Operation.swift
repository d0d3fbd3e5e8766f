/// Every operation of the engine.
///
/// An operation's result shape, its gradient and its kernel are rows of three tables, in
/// `ShapeRules.swift`, `GradientRules.swift` and `Kernels.swift`. The compiler names the kernel that a
/// new case lacks; differentiating it names the gradient rule.
package enum Operation: UInt8, Sendable, Hashable, CaseIterable {
  // Sources.
  /// Numbers in memory: data, a parameter, a draw.
  case leaf
  /// One number that a plan takes as an argument; its value is never part of a plan.
  case scalar

  // One operand, element by element.
  case negate, absolute, sign, floor, ceil
  /// To the nearest whole number, halves to the even one.
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
  case isNaN, isFinite, logicalNot
  /// The same numbers in the node's own dtype.
  case cast

  // Two operands, element by element, broadcast.
  case add, subtract, multiply, divide
  /// What a division leaves, with the sign of the divisor.
  case remainder
  /// The quotient rounded down.
  case floorDivide
  case power, maximum, minimum
  /// The angle of the point (b, a).
  case atan2
  /// a b, and 0 wherever a is 0 whatever b is: how a cotangent meets a local derivative.
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
  /// a log b, and 0 where a is 0.
  case xlogy
  /// a log(1 + b), and 0 where a is 0.
  case xlog1py
  case equal, notEqual, less, lessOrEqual, logicalAnd, logicalOr

  // Three operands, element by element.
  /// A condition, and what to take where it holds and where it does not.
  case select
  /// The regularised incomplete beta function of a, b and x.
  case betaI
  /// Its derivatives with respect to x, a and b.
  case betaDensity, betaFirstSlope, betaSecondSlope
  /// The x for which it has the value of the third operand.
  case betaIInverse

  // Reductions. Attributes: whether reduced axes stay as 1, then the axes.
  case sum, product, maximumOver, minimumOver
  /// log of the sum of exponentials.
  case logSumExp
  /// exp(x - logSumExp(x)); all 0 where every entry is -inf. Its shape is its operand's.
  case softmax

  // Shape. They move no numbers inside a stage.
  case reshape, expand
  /// Attributes: the operand's axis at each place of the result.
  case permute
  /// Attributes: start, then step, of each axis.
  case slice
  /// The gradient of slicing: zeros with the operand at (start, step) of each axis.
  case place
  /// Attribute: the axis.
  case concatenate
  /// The first operand with the second in the place of its elements at (start, step) of each axis.
  case replace

  // Indexing. Attributes: the axis, the axis in the user's words, and the user's line behind all else.
  /// Whole slices of the first operand along the axis, by a tensor of indices.
  case gather
  /// The gradient of `gather`: zeros to which slices are added. Attribute three: the size of the axis.
  case scatterAdd
  /// For each index an element of the first operand, along the axis and at the index's own place of the
  /// others.
  case takeAlong
  /// The gradient of `takeAlong`. Attribute three: the size of the axis.
  case scatterAddAlong
  /// The first operand with slices of the second in the places that indices name, the last one standing.
  case scatter
  /// One index for several axes taken as one. Attributes: whether negative indices count from the end,
  /// then each axis and its size.
  case linearIndex

  // Linear algebra, over the last two axes; axes before them are batches.
  /// The product of two matrices, batches broadcast.
  case matrixProduct
  /// Attributes: the user's line. Likewise for those below unless they have others.
  case cholesky
  /// Attributes: whether the triangle is upper, is to be transposed, has ones on its diagonal.
  case solveTriangular
  case solve
  /// The sign of the determinant and the logarithm of its magnitude.
  case logDeterminant
  /// A row of eigenvalues, and below it the vectors.
  case symmetricEigen
  /// The orthogonal factor, and below it the triangle. No attributes.
  case qr

  // Order. Attribute: the axis.
  /// The place of the first largest or smallest element along the axis, which goes.
  case argMax, argMin
  /// The place of the largest or smallest element so far, the last of equal ones.
  case cumulativeArgMax, cumulativeArgMin
  /// The places of elements in ascending order, or of those that come first. Attribute two: whether it
  /// descends.
  case argSort
  /// How many of the sorted boundaries of the first operand are less than each element of the second.
  /// Attribute instead of the axis: whether equal ones count too.
  case searchSorted

  // Scans along an axis. Attributes: the axis, whether they run from its end, whether an element is left
  // out of its own total.
  case cumulativeSum, cumulativeProduct, logCumulativeSumExp
  /// s_i = b_i + a_i s_(i-1) of operands a and b, an s of 0 absorbing an infinite a.
  case recurrence

  /// How an operation's elements come from its operands', which decides how it is planned.
  enum Family {
    /// Given: nothing to compute.
    case source
    /// Each element from the operands' at the same broadcast place.
    case elementwise
    /// Elements meet along the axes in the attributes.
    case reduction
    /// Elements keep their values and change places.
    case movement
    /// From the operands as a whole, by a routine between passes.
    case whole
    /// By other operations, of which the planner makes it.
    case composite
  }

  /// The operation's family.
  var family: Family {
    switch self {
    case .leaf, .scalar: .source
    case .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .exp, .expm1, .log, .log1p,
      .log2, .log10, .squareRoot, .reciprocalSquareRoot, .square, .reciprocal, .sin, .cos, .asin,
      .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .softplus, .logSigmoid,
      .erf, .erfc, .erfInverse, .log1mExp, .logNormalCDF, .normalHazard, .logGamma, .polygamma,
      .isNaN, .isFinite, .logicalNot, .cast:
      .elementwise
    case .add, .subtract, .multiply, .divide, .remainder, .floorDivide, .power, .maximum, .minimum,
      .atan2, .absorbingMultiply, .absorbingDivide, .logAddExp, .gammaP, .gammaQ, .gammaDensity,
      .gammaShapeSlope, .gammaPInverse, .gammaQInverse, .xlogy, .xlog1py, .equal, .notEqual,
      .less, .lessOrEqual, .logicalAnd, .logicalOr, .select, .betaI, .betaDensity, .betaFirstSlope,
      .betaSecondSlope, .betaIInverse:
      .elementwise
    case .sum, .product, .maximumOver, .minimumOver, .logSumExp: .reduction
    case .softmax: .composite
    case .matrixProduct, .cholesky, .solveTriangular, .solve, .logDeterminant, .symmetricEigen, .qr:
      .whole
    case .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin, .argSort, .searchSorted,
      .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp, .recurrence:
      .whole
    case .reshape, .expand, .permute, .slice, .place, .concatenate, .replace: .movement
    case .gather, .scatterAdd, .takeAlong, .scatterAddAlong, .scatter, .linearIndex: .whole
    }
  }

  var isElementwise: Bool { family == .elementwise }
  var isReduction: Bool { family == .reduction }
}
