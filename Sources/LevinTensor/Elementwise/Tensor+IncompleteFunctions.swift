// The incomplete gamma and beta functions, regularised, and their inverses: the distribution functions
// and quantiles of the gamma, Poisson, chi-squared, beta, binomial, F and Student distributions.
//
// They are computed in double precision for either dtype, to a relative error below 1e-12 in `float64`.
// Gradients reach all arguments; second derivatives reach all pairs of arguments but two shape
// parameters, for which the process ends with a message.

/// P(a, x), the share of the gamma function's integral of t^(a-1) exp(-t) that lies from 0 to x: the
/// distribution function of a gamma variable of shape `a` and rate 1.
///
/// - Parameters:
///   - a: Shapes, not negative.
///   - x: Numbers from 0 on, broadcast with the shapes. Outside of these domains it is NaN.
public func regularizedGammaP(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaP, a.node, x.node))
}

/// Q(a, x) = 1 - P(a, x), accurate where that is small; see ``regularizedGammaP(_:_:)``.
public func regularizedGammaQ(_ a: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaQ, a.node, x.node))
}

/// The x for which P(a, x) = p; 0 for p = 0, infinite for p = 1.
///
/// - Parameters:
///   - a: Shapes, positive.
///   - p: Probabilities, broadcast with the shapes. Outside of these domains it is NaN.
public func inverseRegularizedGammaP(_ a: Tensor, _ p: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaPInverse, a.node, p.node))
}

/// The x for which Q(a, x) = q, accurate where q is small; infinite for q = 0, and 0 for q = 1.
public func inverseRegularizedGammaQ(_ a: Tensor, _ q: Tensor) -> Tensor {
  Tensor(Node.binary(.gammaQInverse, a.node, q.node))
}

/// I_x(a, b), the share of the beta function's integral of t^(a-1) (1-t)^(b-1) that lies from 0 to x:
/// the distribution function of a beta variable.
///
/// 1 - I_x(a, b) is `regularizedBeta(b, a, 1 - x)`.
///
/// - Parameters:
///   - a: First shapes, not negative.
///   - b: Second shapes, not negative.
///   - x: Numbers from 0 to 1, broadcast with the shapes. Outside of these domains it is NaN.
public func regularizedBeta(_ a: Tensor, _ b: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.ternary(.betaI, a.node, b.node, x.node))
}

/// The x for which I_x(a, b) = p; 0 and 1 for p = 0 and p = 1.
///
/// - Parameters:
///   - a: First shapes, positive.
///   - b: Second shapes, positive.
///   - p: Probabilities, broadcast with the shapes. Outside of these domains it is NaN.
public func inverseRegularizedBeta(_ a: Tensor, _ b: Tensor, _ p: Tensor) -> Tensor {
  Tensor(Node.ternary(.betaIInverse, a.node, b.node, p.node))
}
