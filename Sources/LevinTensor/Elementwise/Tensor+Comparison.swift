infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
prefix operator .!

// Comparisons work element by element and give Booleans, as those of Swift's SIMD types do.
extension Tensor {
  /// Whether elements are equal.
  public static func .== (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.equal, a.node, b.node))
  }
  /// Whether elements differ.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.notEqual, a.node, b.node))
  }
  /// Whether each element of the first is less.
  public static func .< (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.less, a.node, b.node))
  }
  /// Whether each element of the first is less or equal.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.lessOrEqual, a.node, b.node))
  }
  /// Whether each element of the first is greater.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { b .< a }
  /// Whether each element of the first is greater or equal.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { b .<= a }
  /// Whether each element equals a number.
  public static func .== (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .== a.beside(b) }
  /// Whether each element equals a number.
  @_disfavoredOverload
  public static func .== <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .== number(b) }
  /// Whether elements differ from a number.
  public static func .!= (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .!= a.beside(b) }
  /// Whether elements differ from a number.
  @_disfavoredOverload
  public static func .!= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .!= number(b) }
  /// Whether each element is less than a number.
  public static func .< (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .< a.beside(b) }
  /// Whether each element is less than a number.
  @_disfavoredOverload
  public static func .< <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .< number(b) }
  /// Whether each element is less than or equal to a number.
  public static func .<= (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .<= a.beside(b) }
  /// Whether each element is less than or equal to a number.
  @_disfavoredOverload
  public static func .<= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .<= number(b) }
  /// Whether each element is greater than a number.
  public static func .> (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .> a.beside(b) }
  /// Whether each element is greater than a number.
  @_disfavoredOverload
  public static func .> <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .> number(b) }
  /// Whether each element is greater than or equal to a number.
  public static func .>= (a: Tensor, b: (any RealTensorScalar)?) -> Tensor { a .>= a.beside(b) }
  /// Whether each element is greater than or equal to a number.
  @_disfavoredOverload
  public static func .>= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .>= number(b) }

  /// Whether both elements are true.
  public static func .& (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.logicalAnd, a.node, b.node))
  }
  /// Whether either element is true.
  public static func .| (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.logicalOr, a.node, b.node))
  }
  /// Whether each element is false.
  public static prefix func .! (x: Tensor) -> Tensor { Tensor(Node.unary(.logicalNot, x.node)) }

  /// Whether each element is NaN.
  public var isNaN: Tensor { Tensor(Node.unary(.isNaN, node)) }
  /// Whether each element is neither infinite nor NaN.
  public var isFinite: Tensor { Tensor(Node.unary(.isFinite, node)) }
  /// Whether each element is infinite, of either sign.
  public var isInfinite: Tensor {
    (dtype.isFloatingPoint ? self : cast(to: .float32)).abs() .== Double.infinity
  }
}

/// `a` where the condition holds and `b` elsewhere, all three broadcast.
///
/// Gradients reach each operand only where it was taken, so an infinite derivative on the side not
/// taken does no harm.
public func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
  Tensor(Node.select(condition.node, a.node, b.node))
}
