internal import LevinTensor

// The slope of a draw along the shape parameters of its distribution while its distribution function stays
// the same: dx/da = -(dF/da) / f(x), by which samples are differentiated (M. Figurnov, S. Mohamed and
// A. Mnih, "Implicit Reparameterization Gradients", 2018). Worked out in double precision; 0 where both
// parts vanish or overflow.

/// dx/da of a gamma draw `x` of shape `a` and rate 1, in `float64` and without gradients.
func gammaQuantileSlope(_ a: Tensor, _ x: Tensor) -> Tensor {
  let (a, x) = (a.detached().double, x.detached().double)
  return negativeRatio(gammaShapeSlope(a, x), gammaDensity(a, x))
}

/// dx/da and dx/db of a beta draw `x` of shapes `a` and `b`, in `float64` and without gradients.
///
/// - Parameter rest: 1 - x, which keeps its digits where x is rounded to 1.
func betaQuantileSlopes(
  _ a: Tensor, _ b: Tensor, _ x: Tensor, rest: Tensor
) -> (a: Tensor, b: Tensor) {
  let (a, b) = (a.detached().double, b.detached().double)
  let (x, rest) = (x.detached().double, rest.detached().double)
  // From the nearer end: 1 - x is a draw of the mirrored distribution, and moves the other way.
  let isNearOne = x .> 0.5
  let (density, mirrored) = (betaDensity(a, b, x), betaDensity(b, a, rest))
  return (
    `where`(
      isNearOne, -negativeRatio(betaSecondSlope(b, a, rest), mirrored),
      negativeRatio(betaFirstSlope(a, b, x), density)),
    `where`(
      isNearOne, -negativeRatio(betaFirstSlope(b, a, rest), mirrored),
      negativeRatio(betaSecondSlope(a, b, x), density))
  )
}

private func negativeRatio(_ slope: Tensor, _ density: Tensor) -> Tensor {
  let ratio = -slope / density
  return `where`(ratio.isFinite, ratio, 0)
}

extension Tensor {
  /// The same numbers as a function of a parameter that they move with.
  ///
  /// - Parameters:
  ///   - slope: The derivative of each number with respect to the parameter, taken as it is, without
  ///     gradients.
  ///   - parameter: A tensor that broadcasts with the numbers.
  func moving(_ slope: Tensor, with parameter: Tensor) -> Tensor {
    guard parameter.requiresGradient else { return self }
    // 0 in value.
    let change = parameter - parameter.detached()
    return self + slope.detached().cast(to: parameter.dtype) * change
  }
}
