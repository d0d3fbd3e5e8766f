extension Tensor {
  func unary(_ operation: UnaryOperation, attributes: [Int] = []) -> Tensor {
    Tensor(Node.unary(operation, node, attributes: attributes))
  }

  /// The elements in another dtype.
  ///
  /// Real numbers are truncated to integers. A number out of the range of integers becomes the nearest of
  /// them, and NaN becomes 0; as a Boolean everything but 0 is true, NaN too.
  public func cast(to dtype: DType) -> Tensor { Tensor(Node.cast(node, to: dtype)) }

  /// The magnitude of each element.
  public func abs() -> Tensor { unary(.absolute) }
  /// -1, 0 or 1 by the sign of each element.
  public func sign() -> Tensor { unary(.sign) }
  /// The largest integer not above each element.
  public func floor() -> Tensor { dtype.isFloatingPoint ? unary(.floor) : self }
  /// The smallest integer not below each element.
  public func ceil() -> Tensor { dtype.isFloatingPoint ? unary(.ceil) : self }
  /// The integer nearest to each element; halves go to the even one.
  public func round() -> Tensor { dtype.isFloatingPoint ? unary(.round) : self }
  /// Each element without its fraction.
  public func trunc() -> Tensor { dtype.isFloatingPoint ? unary(.trunc) : self }
  /// Each element within the bounds; NaN where the element or a bound is.
  ///
  /// The gradient passes where an element is within the bounds or on one.
  public func clip(min lower: Tensor? = nil, max upper: Tensor? = nil) -> Tensor {
    let raised = lower.map { `where`($0.orNaN(self .< $0), $0, self) } ?? self
    return upper.map { `where`($0.orNaN(raised .> $0), $0, raised) } ?? raised
  }

  // Where a condition holds or a bound is NaN.
  private func orNaN(_ condition: Tensor) -> Tensor {
    dtype.isFloatingPoint ? condition .| isNaN : condition
  }

  /// e to the power of each element.
  public func exp() -> Tensor { unary(.exp) }
  /// exp(x) - 1, accurate near 0.
  public func expm1() -> Tensor { unary(.expm1) }
  /// The natural logarithm; -inf at 0, NaN below.
  ///
  /// That of a softmax or a sigmoid is accurate, as is its gradient, also where these are rounded to 0.
  public func log() -> Tensor { logarithmOfOperand ?? unary(.log) }
  /// log(1 + x), accurate near 0.
  public func log1p() -> Tensor { logarithmOfRest ?? unary(.log1p) }
  /// The logarithm to base 2, exact at powers of 2; -inf at 0, NaN below.
  public func log2() -> Tensor { unary(.log2) }
  /// The logarithm to base 10; -inf at 0, NaN below.
  public func log10() -> Tensor { unary(.log10) }
  /// The square root; NaN below 0.
  public func sqrt() -> Tensor { unary(.squareRoot) }
  /// 1 / sqrt(x); inf at 0, NaN below.
  public func rsqrt() -> Tensor { unary(.reciprocalSquareRoot) }
  /// Each element times itself.
  public func square() -> Tensor { unary(.square) }
  /// 1 / x.
  public func reciprocal() -> Tensor { unary(.reciprocal) }
}

// The forms that mathematics writes as functions.

/// e to the power of each element.
public func exp(_ x: Tensor) -> Tensor { x.exp() }
/// exp(x) - 1, accurate near 0.
public func expm1(_ x: Tensor) -> Tensor { x.expm1() }
/// The natural logarithm of each element.
public func log(_ x: Tensor) -> Tensor { x.log() }
/// log(1 + x), accurate near 0.
public func log1p(_ x: Tensor) -> Tensor { x.log1p() }
/// The square root of each element.
public func sqrt(_ x: Tensor) -> Tensor { x.sqrt() }
/// The magnitude of each element.
public func abs(_ x: Tensor) -> Tensor { x.abs() }
/// The larger of each two elements.
public func maximum(_ a: Tensor, _ b: Tensor) -> Tensor { a.maximum(b) }
/// The smaller of each two elements.
public func minimum(_ a: Tensor, _ b: Tensor) -> Tensor { a.minimum(b) }
