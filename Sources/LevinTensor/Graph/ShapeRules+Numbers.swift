/// Swift numbers in arithmetic with each other and beside tensors.
extension Node {
  /// Arithmetic between two Swift numbers, which gives another: it still takes the dtype of the tensor beside it, in
  /// whose precision it was worked out.
  static func arithmetic(_ operation: BinaryOperation, _ a: Node, _ b: Node) -> Node? {
    guard a.isNumber, b.isNumber else { return nil }
    let value: Double
    switch operation {
    case .add: value = a.scalar + b.scalar
    case .subtract: value = a.scalar - b.scalar
    case .multiply: value = a.scalar * b.scalar
    case .divide: return Node(scalar: a.scalar / b.scalar, dtype: .float32, isWeak: true)
    default: return nil
    }
    let dtype = a.dtype.promoted(with: b.dtype)
    // What a double does not hold is left to the engine.
    guard dtype.isFloatingPoint || value.magnitude <= (dtype == .int32 ? 0x1p30 : 0x1p53) else {
      return nil
    }
    return Node(scalar: value, dtype: dtype, isWeak: true)
  }

  /// A real tensor and a Swift number, in either order, with the number in the tensor's dtype; nil for other operands.
  static func numberBesideReal(_ a: Node, _ b: Node) -> (Node, Node)? {
    if b.isNumber, a.dtype.isFloatingPoint, !a.isWeak {
      return (a, Node(scalar: b.scalar, dtype: a.dtype, isWeak: false))
    }
    if a.isNumber, b.dtype.isFloatingPoint, !b.isWeak {
      return (Node(scalar: a.scalar, dtype: b.dtype, isWeak: false), b)
    }
    return nil
  }

  /// A Swift number that was not yet beside a tensor, and no Boolean.
  var isNumber: Bool { isWeak && operation == .scalar && dtype != .bool }

  /// The dtype of a number or a literal, as it counts beside a tensor of another.
  func dtypeBeside(_ strong: DType) -> DType {
    let isWhole = integerLiteral != nil && (strong == .int32 || strong == .int64)
    return isWhole ? .int64 : dtype
  }

  /// Whether a Swift integer does not fit `int32`, so that it makes `int64` of such a tensor.
  var exceedsInt32: Bool {
    if let integers = integerLiteral, let view = integers.result {
      return view.withElements(.int64) { start in
        let elements = UnsafeBufferPointer(
          start: start.assumingMemoryBound(to: Int.self), count: count)
        return elements.contains { Int32(exactly: $0) == nil }
      }
    }
    guard isWeak, !dtype.isFloatingPoint else { return false }
    return operation != .scalar || Int32(exactly: scalar) == nil
  }
}
