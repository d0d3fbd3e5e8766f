// What the compiler takes the integers in a quotient for, so that `1 / 3` is 0.333... where a tensor is made of it.
// Swift's own division of integers stands against these forms: they apply only where its result does not fit.

/// An integer that is divided as a real number where an array literal asks for one: `Int`.
public protocol LiteralInteger {
  /// The integer in double precision.
  var doubleValue: Double { get }
}

extension Int: LiteralInteger {}

/// The real number that `n / 2` is in an array literal.
public struct LiteralReal: TensorConvertible, Sendable {
  let value: Double

  /// A tensor of rank 0 that takes the dtype of its neighbours.
  public var tensorLiteral: Tensor { .weak(value, .float32) }
}

/// The quotient of two integers as real numbers, in an array literal.
public func / (a: any LiteralInteger, b: any LiteralInteger) -> LiteralReal {
  LiteralReal(value: a.doubleValue / b.doubleValue)
}

/// An integer as it is written in `Tensor(1 / 3)`.
public struct IntegerLiteral: ExpressibleByIntegerLiteral, Sendable {
  private let value: Int

  /// A number as it was written.
  public init(integerLiteral value: Int) { self.value = value }

  /// The quotient of two integers as real numbers.
  public static func / (a: IntegerLiteral, b: IntegerLiteral) -> LiteralQuotient {
    LiteralQuotient(value: Double(a.value) / Double(b.value))
  }
}

/// The real number that `1 / 3` is in `Tensor(1 / 3)` and `Tensor([1 / 3, 2 / 3])`.
public struct LiteralQuotient: Sendable {
  let value: Double
}
