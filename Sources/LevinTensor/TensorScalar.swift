/// A Swift number that can be an element of a tensor or stand beside one in an expression.
public protocol TensorScalar: Sendable {
  /// The dtype whose elements have exactly this Swift type.
  static var dtype: DType { get }
  /// This number as a double, exact for all but 64-bit integers beyond 2^53.
  var doubleValue: Double { get }
  /// The element that a double stands for, rounded or truncated as a cast would.
  init(tensorElement value: Double)
  /// The integer itself where ``doubleValue`` may be another number: beyond 2^53.
  var largeInteger: Int? { get }
}

extension TensorScalar {
  /// None: a double holds the number.
  public var largeInteger: Int? { nil }
}

/// A Swift number that is real: `Float` or `Double`.
public protocol RealTensorScalar: TensorScalar {}

extension Float: RealTensorScalar {
  /// `float32`.
  public static var dtype: DType { .float32 }
  /// The same number in double precision.
  public var doubleValue: Double { Double(self) }
  /// Rounds to the nearest single-precision number.
  public init(tensorElement value: Double) { self = Float(value) }
}

extension Double: RealTensorScalar {
  /// `float64`.
  public static var dtype: DType { .float64 }
  /// The number itself.
  public var doubleValue: Double { self }
  /// The number itself.
  public init(tensorElement value: Double) { self = value }
}

extension Int: TensorScalar {
  /// `int64`.
  public static var dtype: DType { .int64 }
  /// The nearest double.
  public var doubleValue: Double { Double(self) }
  /// The integer itself beyond 2^53.
  public var largeInteger: Int? { magnitude > 1 << 53 ? self : nil }
  /// Truncates towards zero; out of range and NaN give the nearest bound and 0.
  public init(tensorElement value: Double) {
    self = Int(exactly: value.rounded(.towardZero)) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
  }
}

extension Int32: TensorScalar {
  /// `int32`.
  public static var dtype: DType { .int32 }
  /// The same number in double precision.
  public var doubleValue: Double { Double(self) }
  /// Truncates towards zero; out of range and NaN give the nearest bound and 0.
  public init(tensorElement value: Double) {
    self = Int32(exactly: value.rounded(.towardZero)) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
  }
}

extension Bool: TensorScalar {
  /// `bool`.
  public static var dtype: DType { .bool }
  /// 1 for true and 0 for false.
  public var doubleValue: Double { self ? 1 : 0 }
  /// Everything but zero is true.
  public init(tensorElement value: Double) { self = value != 0 }
}
