internal import LevinTensor

/// The logarithm of a beta or Dirichlet density in terms of moderate size.
///
/// K proportions x with weights a, whose sum is n, have the density Γ(n) Π x^(a-1) / Γ(a). For any c
///
///     Σ (a - 1) log x = Σ ((a - 1) log(c x) - c x) - (n - K) log c + c Σ x,
///
/// and each term of the first sum is the exponent of a gamma density, which ``gammaExponent(_:_:log:)`` gives to all its
/// digits. With c = n - 1 the rest is of moderate size as well, once each gamma function is told from Stirling's
/// formula. Where n is small c is 1, and the exponents are plain ones.
struct ProportionPowers {
  // c. The density doesn't depend on it, so it has no gradient.
  private let scale: Tensor
  private let logScale: Tensor
  /// The part of n in the normaliser, in the dtype of the total.
  let logTotal: Tensor

  /// - Parameters:
  ///   - total: n, in the precision of the normaliser.
  ///   - count: K.
  ///   - dtype: The dtype of the exponents.
  init(total: Tensor, count: Int, dtype: DType) {
    let rest = total - 1
    scale = `where`(rest .> Tensor.centeredFrom, rest, 1).detached().cast(to: dtype)
    let wide = scale.cast(to: total.dtype)
    logScale = wide.log()
    // c where it is 1; else 0, with the curvature that the constant c keeps back.
    let sum = -gammaExponent(rest, wide, log: .full([], 0, dtype: total.dtype))
    logTotal = total.stirlingRest() + (count - 1) * logScale + sum
  }

  /// (a - 1) log(c x) - c x of a weight, less its largest value; or (a - 1) log x - c x.
  func exponent(_ weight: Tensor, _ x: Tensor, log: Tensor) -> Tensor {
    gammaExponent(weight - 1, scale * x, log: log)
  }

  /// The part of a weight in the normaliser, in the dtype of the total.
  func share(_ weight: Tensor) -> Tensor {
    let power = weight - 1
    return `where`(power .> Tensor.centeredFrom, 0, power) * logScale - weight.stirlingRest()
  }

  /// c (Σ x - 1) over the last axis, which is kept: what the exponents lack where the proportions are rounded.
  func excess(_ x: Tensor) -> Tensor {
    scale * (x.double.sum(axis: -1, keepingDimensions: true) - 1).cast(to: scale.dtype)
  }
}
