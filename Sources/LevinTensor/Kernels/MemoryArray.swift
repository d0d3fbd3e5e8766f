/// Elements in memory: the operand or the result of a routine.
struct MemoryArray {
  let pointer: UnsafeMutableRawPointer
  let shape: [Int]
  /// In elements.
  let strides: [Int]
  let dtype: DType

  /// The number of elements.
  var count: Int { Shape.count(shape) }

  /// A pointer to the first element as one of a Swift type, which must be the dtype's.
  func elements<T: TensorScalar>(as type: T.Type) -> UnsafeMutablePointer<T> {
    pointer.assumingMemoryBound(to: type)
  }
}
