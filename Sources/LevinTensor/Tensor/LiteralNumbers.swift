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

/// An integer, or a quotient of integers as a real number, in `Tensor(1 - 1 / 3)` and `Tensor([1, 1 / 2])`.
public struct LiteralNumber: ExpressibleByIntegerLiteral, Sendable {
  fileprivate let value: Double
  // Nil for a real number.
  fileprivate let integer: Int?

  /// A number as it was written.
  public init(integerLiteral value: Int) { (self.value, integer) = (Double(value), value) }

  private init(_ value: Double, _ integer: Int? = nil) {
    (self.value, self.integer) = (value, integer)
  }

  /// The quotient as a real number.
  public static func / (a: LiteralNumber, b: LiteralNumber) -> LiteralNumber {
    LiteralNumber(a.value / b.value)
  }
  /// The sum.
  public static func + (a: LiteralNumber, b: LiteralNumber) -> LiteralNumber {
    combined(a, b, +, +)
  }
  /// The difference.
  public static func - (a: LiteralNumber, b: LiteralNumber) -> LiteralNumber {
    combined(a, b, -, -)
  }
  /// The product.
  public static func * (a: LiteralNumber, b: LiteralNumber) -> LiteralNumber {
    combined(a, b, *, *)
  }
  /// The number with its sign changed.
  public static prefix func - (a: LiteralNumber) -> LiteralNumber {
    LiteralNumber(-a.value, a.integer.map { -$0 })
  }

  private static func combined(
    _ a: LiteralNumber, _ b: LiteralNumber, _ real: (Double, Double) -> Double,
    _ whole: (Int, Int) -> Int
  ) -> LiteralNumber {
    guard let x = a.integer, let y = b.integer else {
      return LiteralNumber(real(a.value, b.value))
    }
    let result = whole(x, y)
    return LiteralNumber(Double(result), result)
  }
}

// The compiler takes an array or a number that is written out for these, and all others for the generic forms: a
// variable is no literal.
extension Tensor {
  /// A tensor of the numbers that are written out, in row-major order: integers, or real numbers if one is a quotient.
  ///
  /// - Parameters:
  ///   - numbers: The elements, as in `Tensor([1, 2])` of `int64` or `Tensor([1 / 3, 2 / 3])` of `float32`.
  ///   - shape: A shape with as many elements; their number when left out.
  ///   - dtype: Another dtype to hold them in.
  public init(_ numbers: [LiteralNumber], shape: [Int]? = nil, dtype: DType? = nil) {
    let integers = numbers.compactMap(\.integer)
    if integers.count == numbers.count {
      self.init(integers, shape: shape, dtype: dtype)
    } else {
      self.init(numbers.map(\.value), shape: shape, dtype: dtype ?? .float32)
    }
  }

  /// A matrix of the numbers that are written out: integers, or real numbers if one is a quotient.
  public init(_ rows: [[LiteralNumber]], dtype: DType? = nil) {
    let integers = rows.map { $0.compactMap(\.integer) }
    if integers.map(\.count) == rows.map(\.count) {
      self.init(integers, dtype: dtype)
    } else {
      self.init(rows.map { $0.map(\.value) }, dtype: dtype ?? .float32)
    }
  }

  /// A tensor of three axes of the numbers that are written out: integers, or real numbers if one is a quotient.
  public init(_ matrices: [[[LiteralNumber]]], dtype: DType? = nil) {
    let numbers = matrices.flatMap { $0.flatMap { $0 } }
    if numbers.allSatisfy({ $0.integer != nil }) {
      self.init(matrices.map { $0.map { $0.compactMap(\.integer) } }, dtype: dtype)
    } else {
      self.init(matrices.map { $0.map { $0.map(\.value) } }, dtype: dtype ?? .float32)
    }
  }

  /// A number that is written out: of dtype `int64`, or a quotient, which is real and takes the dtype of the tensor
  /// beside it, as in `Tensor(1 / 3)`.
  public init(_ number: LiteralNumber) {
    if let integer = number.integer {
      self.init([integer], shape: [])
    } else {
      self = .weak(number.value, .float32)
    }
  }
}

/// An integer of an array literal, which may stand beside tensors of integers.
struct WrittenInteger: TensorConvertible {
  let value: Int

  var tensorLiteral: Tensor { .weak(value) }
}
