/// The type of a tensor's elements.
///
/// Real numbers are `float32` unless asked otherwise; integers and booleans serve as counts, indices
/// and masks.
public enum DType: UInt8, Sendable, Hashable, CaseIterable, BitwiseCopyable {
  /// A Boolean, one byte.
  case bool
  /// A signed 32-bit integer.
  case int32
  /// A signed 64-bit integer.
  case int64
  /// An IEEE 754 single-precision number.
  case float32
  /// An IEEE 754 double-precision number.
  case float64

  /// The bytes one element takes.
  public var byteCount: Int {
    switch self {
    case .bool: 1
    case .int32, .float32: 4
    case .int64, .float64: 8
    }
  }

  /// Whether elements are real numbers, of either precision.
  public var isFloatingPoint: Bool { self == .float32 || self == .float64 }

  /// Booleans, integers, real numbers: the first thing that promotion looks at.
  var category: Int {
    switch self {
    case .bool: 0
    case .int32, .int64: 1
    case .float32, .float64: 2
    }
  }

  /// The dtype in which operands of two dtypes meet, as PyTorch has it: the higher of boolean, integer
  /// and real; within one of these, the wider.
  func promoted(with other: DType) -> DType {
    category == other.category
      ? (rawValue >= other.rawValue ? self : other)
      : (category > other.category ? self : other)
  }
}
