internal import LevinKernels

/// The loops over memory.
enum Kernels {
  /// Copies elements between strided arrays of one shape; strides are in elements.
  static func copyStrided(
    to: UnsafeMutableRawPointer, _ toStrides: [Int], from: UnsafeRawPointer, _ fromStrides: [Int],
    shape: [Int], elementSize: Int
  ) {
    guard !shape.contains(0) else { return }
    lv_copy_strided(
      to.assumingMemoryBound(to: CChar.self), toStrides.map(Int64.init),
      from.assumingMemoryBound(to: CChar.self), fromStrides.map(Int64.init),
      shape.map(Int64.init), shape.count, elementSize)
  }

  /// Adds up tables of sums in their order; those of `float32` have elements of `float64`.
  static func joinTables(
    _ type: DType, to: UnsafeMutableRawPointer, from: UnsafeMutableRawPointer, parts: Int,
    count: Int
  ) {
    lv_join_tables(
      type.kernelType, to.assumingMemoryBound(to: CChar.self),
      from.assumingMemoryBound(to: CChar.self), parts, count)
  }

  /// The positions in row-major order of Booleans that are true, as `int64` in memory of their own.
  static func positionsOfTrue(
    _ elements: UnsafeMutableRawPointer, count: Int
  ) -> (positions: Storage, count: Int) {
    let bytes = elements.assumingMemoryBound(to: UInt8.self)
    let found = lv_count_true(bytes, count)
    let storage = Storage(byteCount: found * DType.int64.byteCount)
    lv_positions_of_true(bytes, count, storage.pointer.assumingMemoryBound(to: Int64.self))
    return (storage, found)
  }

  /// The index along each axis of a shape, for positions in row-major order.
  static func unravel(_ positions: Storage, count: Int, shape: [Int]) -> Storage {
    let result = Storage(byteCount: count * shape.count * DType.int64.byteCount)
    lv_unravel(
      positions.pointer.assumingMemoryBound(to: Int64.self), count, shape.map(Int64.init),
      shape.count, result.pointer.assumingMemoryBound(to: Int64.self))
    return result
  }
}
