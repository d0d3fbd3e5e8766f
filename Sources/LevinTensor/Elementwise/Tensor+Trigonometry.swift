// Circular and hyperbolic functions and their inverses. Angles are in radians.

extension Tensor {
  /// The sine of each element, in radians; NaN at infinities.
  public func sin() -> Tensor { unary(.sin) }
  /// The cosine of each element, in radians; NaN at infinities.
  public func cos() -> Tensor { unary(.cos) }
  /// The tangent of each element, in radians, as the sine over the cosine; NaN at infinities.
  public func tan() -> Tensor { sin() / cos() }

  /// The angle from -pi/2 to pi/2 whose sine each element is; NaN outside [-1, 1].
  public func asin() -> Tensor { unary(.asin) }
  /// The angle from 0 to pi whose cosine each element is; NaN outside [-1, 1].
  public func acos() -> Tensor { unary(.acos) }
  /// The angle from -pi/2 to pi/2 whose tangent each element is.
  public func atan() -> Tensor { unary(.atan) }

  /// The hyperbolic sine, (exp(x) - exp(-x)) / 2, accurate near 0.
  public func sinh() -> Tensor { unary(.sinh) }
  /// The hyperbolic cosine, (exp(x) + exp(-x)) / 2.
  public func cosh() -> Tensor { unary(.cosh) }
  /// The hyperbolic tangent.
  public func tanh() -> Tensor { unary(.tanh) }

  /// The number whose hyperbolic sine each element is.
  public func asinh() -> Tensor { unary(.asinh) }
  /// The number from 0 on whose hyperbolic cosine each element is; NaN below 1.
  public func acosh() -> Tensor { unary(.acosh) }
  /// The number whose hyperbolic tangent each element is; infinite at -1 and 1, NaN beyond.
  public func atanh() -> Tensor { unary(.atanh) }
}

/// The sine of each element, in radians.
public func sin(_ x: Tensor) -> Tensor { x.sin() }
/// The cosine of each element, in radians.
public func cos(_ x: Tensor) -> Tensor { x.cos() }
/// The tangent of each element, in radians.
public func tan(_ x: Tensor) -> Tensor { x.tan() }
/// The angle from -pi/2 to pi/2 whose sine each element is.
public func asin(_ x: Tensor) -> Tensor { x.asin() }
/// The angle from 0 to pi whose cosine each element is.
public func acos(_ x: Tensor) -> Tensor { x.acos() }
/// The angle from -pi/2 to pi/2 whose tangent each element is.
public func atan(_ x: Tensor) -> Tensor { x.atan() }

/// The angle from -pi to pi of each point (x, y), broadcast, with the first axis.
///
/// At zeros and infinities it is what C's `atan2` gives. Its gradient at the origin is 0.
public func atan2(_ y: Tensor, _ x: Tensor) -> Tensor {
  Tensor(Node.binary(.atan2, y.node, x.node))
}

/// The hyperbolic sine of each element.
public func sinh(_ x: Tensor) -> Tensor { x.sinh() }
/// The hyperbolic cosine of each element.
public func cosh(_ x: Tensor) -> Tensor { x.cosh() }
/// The hyperbolic tangent of each element.
public func tanh(_ x: Tensor) -> Tensor { x.tanh() }
/// The number whose hyperbolic sine each element is.
public func asinh(_ x: Tensor) -> Tensor { x.asinh() }
/// The number from 0 on whose hyperbolic cosine each element is.
public func acosh(_ x: Tensor) -> Tensor { x.acosh() }
/// The number whose hyperbolic tangent each element is.
public func atanh(_ x: Tensor) -> Tensor { x.atanh() }
