infix operator .== : ComparisonPrecedence
infix operator .!= : ComparisonPrecedence
infix operator .< : ComparisonPrecedence
infix operator .<= : ComparisonPrecedence
infix operator .> : ComparisonPrecedence
infix operator .>= : ComparisonPrecedence
infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
prefix operator .!

// Comparisons work element by element and give booleans, as those of Swift's SIMD types do.
extension Tensor {
  /// Where elements are equal.
  public static func .== (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.equal, a.node, b.node))
  }
  /// Where elements differ.
  public static func .!= (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.notEqual, a.node, b.node))
  }
  /// Where elements of the first are less.
  public static func .< (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.less, a.node, b.node))
  }
  /// Where elements of the first are less or equal.
  public static func .<= (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.lessOrEqual, a.node, b.node))
  }
  /// Where elements of the first are greater.
  public static func .> (a: Tensor, b: Tensor) -> Tensor { b .< a }
  /// Where elements of the first are greater or equal.
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { b .<= a }
  /// Where elements equal a number.
  public static func .== <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .== number(b) }
  /// Where elements differ from a number.
  public static func .!= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .!= number(b) }
  /// Where elements are less than a number.
  public static func .< <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .< number(b) }
  /// Where elements are less than or equal to a number.
  public static func .<= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .<= number(b) }
  /// Where elements are greater than a number.
  public static func .> <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .> number(b) }
  /// Where elements are greater than or equal to a number.
  public static func .>= <S: TensorScalar>(a: Tensor, b: S) -> Tensor { a .>= number(b) }

  /// Where both hold.
  public static func .& (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.logicalAnd, a.node, b.node))
  }
  /// Where either holds.
  public static func .| (a: Tensor, b: Tensor) -> Tensor {
    Tensor(Node.binary(.logicalOr, a.node, b.node))
  }
  /// Where it does not hold.
  public static prefix func .! (x: Tensor) -> Tensor { Tensor(Node.unary(.logicalNot, x.node)) }

  /// Where elements are NaN.
  public var isNaN: Tensor { Tensor(Node.unary(.isNaN, node)) }
  /// Where elements are neither infinite nor NaN.
  public var isFinite: Tensor { Tensor(Node.unary(.isFinite, node)) }
  /// Where elements are infinite, of either sign.
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
