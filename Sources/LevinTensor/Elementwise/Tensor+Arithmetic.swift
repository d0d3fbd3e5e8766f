// Swift divides `Int` variables as integers before a tensor meets the quotient: write `x * (1 / Float(n))` or `x / n`,
// not `x * (1 / n)`. Quotients that are written out in digits, as `x * (1 / 3)`, are real.
//
// Each operator has one form for two tensors, which literals beside a tensor become, and others for a Swift number
// beside a tensor, whose dtype the number takes. A product with a real number turns integers into `float32`. The forms
// for numbers that are not real come last, so that `x * (1 / 3)` is no product with the integer 0.
extension Tensor {
  private static func binary(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(Node.binary(operation, a.node, b.node))
  }

  static func number<S: TensorScalar>(_ value: S) -> Tensor {
    value.largeInteger.map { weak($0) } ?? weak(value.doubleValue, S.dtype)
  }

  // A real number beside the tensor. It is optional so that the compiler, where a literal may be a number or a tensor,
  // ranks this form after that for two tensors.
  func beside(_ value: (any RealTensorScalar)?) -> Tensor {
    guard let number = value?.doubleValue else {
      stop("the number beside a tensor of shape \(shape) is nil")
    }
    guard dtype.isFloatingPoint, !node.isWeak else { return .weak(number, .float32) }
    return Tensor(Node(scalar: number, dtype: dtype, isWeak: false))
  }

  // A number beside a real tensor has the tensor's dtype from the start.
  private func beside<S: TensorScalar>(_ value: S) -> Tensor {
    guard dtype.isFloatingPoint, !node.isWeak else { return Self.number(value) }
    return Tensor(Node(scalar: value.doubleValue, dtype: dtype, isWeak: false))
  }

  /// The sum, element by element, of broadcast operands.
  public static func + (a: Tensor, b: Tensor) -> Tensor { binary(.add, a, b) }
  /// The sum of each element and a number.
  public static func + (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a + a.beside(b) }
  /// The sum of each element and a number.
  @_disfavoredOverload
  public static func + <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a + a.beside(b) }
  /// The sum of a number and each element.
  public static func + (a: (any RealTensorScalar)?, b: Tensor) -> Tensor { b.beside(a) + b }
  /// The sum of a number and each element.
  @_disfavoredOverload
  public static func + <S: TensorScalar>(a: S, b: Tensor) -> Tensor { b.beside(a) + b }

  /// The difference, element by element, of broadcast operands.
  public static func - (a: Tensor, b: Tensor) -> Tensor { binary(.subtract, a, b) }
  /// Each element less a number.
  public static func - (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a - a.beside(b) }
  /// Each element less a number.
  @_disfavoredOverload
  public static func - <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a - a.beside(b) }
  /// A number less each element.
  public static func - (a: (any RealTensorScalar)?, b: Tensor) -> Tensor { b.beside(a) - b }
  /// A number less each element.
  @_disfavoredOverload
  public static func - <S: TensorScalar>(a: S, b: Tensor) -> Tensor { b.beside(a) - b }

  /// The product, element by element, of broadcast operands; write `x / n`, not `x * (1 / n)`, for an `Int` variable.
  ///
  /// Swift takes `1 / n` for a quotient of integers, often 0, wherever nothing says that a tensor is expected. Quotients
  /// that are written out in digits are real: `x * (1 / 3)`. All operators and functions that take a number beside a
  /// tensor are alike in this.
  public static func * (a: Tensor, b: Tensor) -> Tensor { binary(.multiply, a, b) }
  /// Each element times a number.
  public static func * (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a * a.beside(b) }
  /// Each element times a number; a quotient `1 / n` of an `Int` variable is an integer.
  @_disfavoredOverload
  public static func * <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a * a.beside(b) }
  /// A number times each element.
  public static func * (a: (any RealTensorScalar)?, b: Tensor) -> Tensor { b.beside(a) * b }
  /// A number times each element.
  @_disfavoredOverload
  public static func * <S: TensorScalar>(a: S, b: Tensor) -> Tensor { b.beside(a) * b }

  /// The quotient, element by element, of broadcast operands; integers divide as real numbers.
  public static func / (a: Tensor, b: Tensor) -> Tensor { binary(.divide, a, b) }
  /// Each element divided by a number.
  public static func / (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a / a.beside(b) }
  /// Each element divided by a number.
  @_disfavoredOverload
  public static func / <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a / a.beside(b) }
  /// A number divided by each element.
  public static func / (a: (any RealTensorScalar)?, b: Tensor) -> Tensor { b.beside(a) / b }
  /// A number divided by each element.
  @_disfavoredOverload
  public static func / <S: TensorScalar>(a: S, b: Tensor) -> Tensor { b.beside(a) / b }

  /// The remainder of each element's division by the other's, with the sign of the divisor, as in Python:
  /// `-7 % 3` is 2.
  ///
  /// It is exact for integers; dividing these by 0 is an ``EvaluationError``. For real numbers it is
  /// `a - floor(a / b) * b` rounded once, and NaN where `b` is 0 or `a` infinite. The gradient is that of
  /// this formula between its jumps.
  public static func % (a: Tensor, b: Tensor) -> Tensor { binary(.remainder, a, b) }
  /// The remainder of each element's division by a number, with the sign of the number.
  public static func % (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a % a.beside(b) }
  /// The remainder of each element's division by a number, with the sign of the number.
  @_disfavoredOverload
  public static func % <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a % a.beside(b) }
  /// The remainder of a number's division by each element, with the sign of the element.
  public static func % (a: (any RealTensorScalar)?, b: Tensor) -> Tensor { b.beside(a) % b }
  /// The remainder of a number's division by each element, with the sign of the element.
  @_disfavoredOverload
  public static func % <S: TensorScalar>(a: S, b: Tensor) -> Tensor { b.beside(a) % b }

  /// Each element divided by the other's and rounded down: Python's `//`.
  ///
  /// Integers stay integers, and dividing them by 0 is an ``EvaluationError``; real numbers divided by 0 give
  /// what `/` gives.
  public func floorDivided(
    by divisor: Tensor, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    Tensor(
      Node.binary(.floorDivide, node, divisor.node, at: CallSite(file: file, line: line)))
  }
  /// Each element divided by a number and rounded down.
  public func floorDivided(by divisor: (any RealTensorScalar)?) -> Tensor {
    floorDivided(by: beside(divisor))
  }
  /// Each element divided by a number and rounded down.
  @_disfavoredOverload
  public func floorDivided<S: TensorScalar>(by divisor: S) -> Tensor {
    floorDivided(by: beside(divisor))
  }

  /// Each element with its sign changed.
  public static prefix func - (x: Tensor) -> Tensor { Tensor(Node.unary(.negate, x.node)) }

  /// Replaces the tensor by its sum with another.
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  /// Replaces the tensor by its difference from another.
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  /// Replaces the tensor by its product with another.
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  /// Replaces the tensor by its quotient by another.
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
  /// Replaces the tensor by its remainder for another.
  public static func %= (a: inout Tensor, b: Tensor) { a = a % b }

  /// The larger of each two elements; NaN where either is.
  public func maximum(_ other: Tensor) -> Tensor { Self.binary(.maximum, self, other) }
  /// The smaller of each two elements; NaN where either is.
  public func minimum(_ other: Tensor) -> Tensor { Self.binary(.minimum, self, other) }

  /// Each element raised to the power of the other's.
  ///
  /// Integers to the power of integers stay integers and wrap around. Elements below 0 in an integer exponent
  /// give the power's integer part: 0, or 1 and -1 for such bases; a Swift number below 0 ends the process.
  public func power(_ exponent: Tensor) -> Tensor { Self.binary(.power, self, exponent) }
  /// Each element raised to the power of a number.
  public func power(_ exponent: (any RealTensorScalar)?) -> Tensor { power(beside(exponent)) }
  /// Each element raised to the power of a number; a quotient `1 / n` of an `Int` variable is an integer.
  @_disfavoredOverload
  public func power<S: TensorScalar>(_ exponent: S) -> Tensor { power(beside(exponent)) }

  /// log(exp(a) + exp(b)) without overflow; -inf where both are -inf.
  public func logAddExp(_ other: Tensor) -> Tensor { Self.binary(.logAddExp, self, other) }
}

/// x log y, and 0 where x is 0: the form in which counts meet the logarithm of a rate.
public func xlogy(_ x: Tensor, _ y: Tensor) -> Tensor {
  // A logarithm that is known otherwise is a factor like others.
  if let logarithm = y.logarithmOfOperand {
    return Tensor(Node.binary(.absorbingMultiply, x.node, logarithm.node))
  }
  return Tensor(Node.binary(.xlogy, x.node, y.node))
}

/// x log(1 + y), and 0 where x is 0.
public func xlog1py(_ x: Tensor, _ y: Tensor) -> Tensor {
  if let logarithm = y.logarithmOfRest {
    return Tensor(Node.binary(.absorbingMultiply, x.node, logarithm.node))
  }
  return Tensor(Node.binary(.xlog1py, x.node, y.node))
}

/// Each element of `base` raised to the power of `exponent`.
public func pow(_ base: Tensor, _ exponent: Tensor) -> Tensor { base.power(exponent) }
/// Each element of `base` raised to the power of a number.
public func pow(_ base: Tensor, _ exponent: (any RealTensorScalar)?) -> Tensor {
  base.power(exponent)
}
/// Each element of `base` raised to the power of a number; a quotient `1 / n` of an `Int` variable is an integer.
@_disfavoredOverload
public func pow<S: TensorScalar>(_ base: Tensor, _ exponent: S) -> Tensor { base.power(exponent) }
