// Quotients of integers among the elements of an array literal.
//
// The compiler ranks the ways to read `[1 / 3, 2 / 3]`. `Int` is no element, so Swift's division of integers is out.
// The divisions of `Float`, `Double` and `Tensor` all fit, and none is better than the others, since each takes its
// operands for something else than `Int`. That these operators give the very type of an element, which is optional so
// that all else has to become one, makes them better than those three.
//
// Sums, differences and products have no such forms: `[1 - 1 / 3]` does not compile, where `[1 - 1.0 / 3]` does. Their
// forms would take the sum of two arrays of numbers away from Swift, and the time to compile arithmetic of numbers
// alone was twice as long with them.

extension Optional: @retroactive ExpressibleByIntegerLiteral
where Wrapped == any TensorConvertible {
  /// A number in arithmetic between elements of an array literal.
  public init(integerLiteral value: Int) { self = .some(WrittenInteger(value: value)) }
}

/// The quotient of two numbers in an array literal, of integers too.
public func / (
  a: (any TensorConvertible)?, b: (any TensorConvertible)?
) -> (any TensorConvertible)? {
  guard let a, let b else { return nil }
  return a.tensorLiteral / b.tensorLiteral
}

/// A number in an array literal with its sign changed.
public prefix func - (a: (any TensorConvertible)?) -> (any TensorConvertible)? {
  a.map { -$0.tensorLiteral }
}
