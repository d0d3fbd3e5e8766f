// Functions of probability and statistics.
extension Tensor {
  /// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) for t from 0 to x.
  public func erf() -> Tensor { unary(.erf) }
  /// 1 - erf(x), accurate where that is small.
  public func erfc() -> Tensor { unary(.erfc) }
  /// The number whose error function each element is; infinite at -1 and 1, NaN beyond.
  public func erfInverse() -> Tensor { unary(.erfInverse) }
  /// log(1 - exp(-|x|)), accurate near 0 and far from it; -inf at 0.
  ///
  /// It is the logarithm of 1 less a probability of exp(-|x|).
  public func log1mExp() -> Tensor { unary(.log1mExp) }
  /// The logarithm of the standard normal distribution function, accurate in both tails: about -x^2/2
  /// far below 0, and minus the upper tail far above.
  public func logNormalCDF() -> Tensor { unary(.logNormalCDF) }

  /// log |gamma(x)|; +inf at 0 and at negative integers.
  public func logGamma() -> Tensor { unary(.logGamma) }
  /// The derivative of `logGamma`.
  public func digamma() -> Tensor { unary(.polygamma, attributes: [0]) }
  /// The derivative of order `order` of `digamma`; order 0 is digamma itself.
  public func polygamma(order: Int) -> Tensor {
    require(order >= 0, "polygamma: the order is \(order), and must not be negative")
    return unary(.polygamma, attributes: [order])
  }
}

/// The error function of each element.
public func erf(_ x: Tensor) -> Tensor { x.erf() }
/// 1 - erf(x) of each element, accurate where that is small.
public func erfc(_ x: Tensor) -> Tensor { x.erfc() }
/// log |gamma(x)| of each element.
public func logGamma(_ x: Tensor) -> Tensor { x.logGamma() }
