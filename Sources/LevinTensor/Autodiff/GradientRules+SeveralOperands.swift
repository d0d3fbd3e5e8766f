extension GradientRule {
  /// What reaches the operand of that index of a function of two or three elements; `a` and `b` are the
  /// first two operands.
  func ofSeveral(_ a: Tensor, _ b: Tensor, _ g: Tensor, _ index: Int) -> Tensor? {
    let ofFirst = index == 0
    return switch node.operation {
    case .add: g
    case .subtract: ofFirst ? g : -g
    case .multiply: absorb(g, times: ofFirst ? b : a)
    case .divide: ofFirst ? absorb(g, over: b) : -absorb(g, times: output / b)
    case .remainder: ofFirst ? g : -absorb(g, times: a.floorDivided(by: b))
    case .power: ofFirst ? power(base: a, exponent: b, g) : power(exponent: b, base: a, g)
    case .maximum: shared(g, takes: b .< a, ties: a .== b, ofFirst: ofFirst)
    case .minimum: shared(g, takes: a .< b, ties: a .== b, ofFirst: ofFirst)
    case .absorbingMultiply: ofFirst ? absorb(g, times: b) : absorb(a, times: g)
    case .absorbingDivide:
      ofFirst ? absorb(g, over: b) : -absorb(absorb(a, times: g), over: b.square())
    case .atan2:
      ofFirst
        ? absorb(g * b, over: a.square() + b.square())
        : -absorb(g * a, over: a.square() + b.square())
    case .logAddExp:
      absorb(g, times: `where`(output .== -Double.infinity, 0, ((ofFirst ? a : b) - output).exp()))
    case .xlogy:
      ofFirst
        ? `where`((a .== 0) .& (b .<= 0), 0, xlogy(g, b)) : absorb(absorb(a, times: g), over: b)
    case .xlog1py:
      ofFirst
        ? `where`((a .== 0) .& (b .<= -1), 0, xlog1py(g, b))
        : absorb(absorb(a, times: g), over: b + 1)
    case .gammaP: gammaP(a, b, g, ofFirst: ofFirst)
    case .gammaQ: -gammaP(a, b, g, ofFirst: ofFirst)
    case .gammaDensity: gammaDensity(a, b, g, ofFirst: ofFirst)
    case .gammaShapeSlope: gammaShapeSlope(a, b, g, ofFirst: ofFirst)
    case .gammaPInverse: gammaInverse(a, g, ofFirst: ofFirst)
    case .gammaQInverse:
      ofFirst ? gammaInverse(a, g, ofFirst: true) : -gammaInverse(a, g, ofFirst: false)
    case .betaI: betaI(a, b, input(2), g, index)
    case .betaDensity: betaDensity(a, b, input(2), g, index)
    case .betaFirstSlope, .betaSecondSlope: betaSlope(a, b, input(2), g, index)
    case .betaIInverse: betaInverse(a, b, g, index)
    case .select: index == 1 ? `where`(a, g, 0) : index == 2 ? `where`(a, 0, g) : nil
    case .floorDivide, .equal, .notEqual, .less, .lessOrEqual, .logicalAnd, .logicalOr: nil
    case .leaf, .scalar, .sum, .product, .maximumOver, .minimumOver, .logSumExp, .softmax, .reshape,
      .expand,
      .permute, .slice, .place, .concatenate, .replace, .gather, .scatterAdd, .takeAlong,
      .scatterAddAlong, .scatter, .linearIndex, .matrixProduct, .cholesky, .solveTriangular, .solve,
      .logDeterminant, .symmetricEigen, .qr, .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin,
      .argSort, .searchSorted, .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp,
      .recurrence, .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .exp, .expm1, .log,
      .log1p, .log2, .log10, .squareRoot, .reciprocalSquareRoot, .square, .reciprocal, .sin, .cos,
      .asin, .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .softplus,
      .logSigmoid, .erf, .erfc, .erfInverse, .log1mExp, .logNormalCDF, .normalHazard, .logGamma,
      .polygamma, .isNaN, .isFinite, .logicalNot, .cast:
      misplaced()
    }
  }

  // d(a^b)/da = b a^(b-1), which is 0 for b = 0 even where a^(b-1) is infinite.
  private func power(base a: Tensor, exponent b: Tensor, _ g: Tensor) -> Tensor {
    absorb(g, times: `where`(b .== 0, 0, b * a.power(b - 1)))
  }

  // d(a^b)/db = a^b log a, whose limit at a = 0 is 0 for b > 0, and is taken as 0 for b = 0.
  private func power(exponent b: Tensor, base a: Tensor, _ g: Tensor) -> Tensor {
    absorb(g, times: `where`((a .== 0) .& (b .>= 0), 0, output * a.log()))
  }

  // Equal operands share the cotangent.
  private func shared(_ g: Tensor, takes first: Tensor, ties: Tensor, ofFirst: Bool) -> Tensor {
    let half = g * 0.5
    return ofFirst
      ? `where`(first, g, `where`(ties, half, 0)) : `where`(first, 0, `where`(ties, half, g))
  }
}
