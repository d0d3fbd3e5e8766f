// The slope of a draw in the shape parameters of its distribution while its distribution function stays the
// same: dx/da = -(dF/da) / f(x), by which samples are differentiated (M. Figurnov, S. Mohamed and A. Mnih,
// "Implicit Reparameterization Gradients", 2018). Worked out in double precision; 0 where both parts
// vanish or overflow.

/// dx/da of a gamma draw `x` of shape `a` and rate 1, in `float64` and without gradients.
package func gammaQuantileSlope(_ a: Tensor, _ x: Tensor) -> Tensor {
  let (a, x) = (a.detached().cast(to: .float64), x.detached().cast(to: .float64))
  let density = Tensor(Node.binary(.gammaDensity, a.node, x.node))
  return negativeRatio(Tensor(Node.binary(.gammaShapeSlope, a.node, x.node)), density)
}

/// dx/da and dx/db of a beta draw `x` of shapes `a` and `b`, in `float64` and without gradients.
///
/// - Parameter rest: 1 - x, which keeps its digits where x is rounded to 1.
package func betaQuantileSlopes(
  _ a: Tensor, _ b: Tensor, _ x: Tensor, rest: Tensor
) -> (a: Tensor, b: Tensor) {
  let (a, b) = (a.detached().cast(to: .float64), b.detached().cast(to: .float64))
  let (x, rest) = (x.detached().cast(to: .float64), rest.detached().cast(to: .float64))
  func slope(_ operation: TernaryOperation, _ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
    let density = Tensor(Node.ternary(.betaDensity, a.node, b.node, x.node))
    return negativeRatio(Tensor(Node.ternary(operation, a.node, b.node, x.node)), density)
  }
  // From the nearer end: 1 - x is a draw of the mirrored distribution, and moves the other way.
  let isNearOne = x .> 0.5
  return (
    `where`(isNearOne, -slope(.betaSecondSlope, b, a, rest), slope(.betaFirstSlope, a, b, x)),
    `where`(isNearOne, -slope(.betaFirstSlope, b, a, rest), slope(.betaSecondSlope, a, b, x))
  )
}

private func negativeRatio(_ slope: Tensor, _ density: Tensor) -> Tensor {
  let ratio = -slope / density
  return `where`(ratio.isFinite, ratio, 0)
}
