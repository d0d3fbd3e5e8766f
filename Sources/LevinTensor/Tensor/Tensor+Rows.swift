// Rows of tensors in memory, without a plan: their numbers change from batch to batch.
extension Tensor {
  /// The rows of several tensors one after the other, copied.
  ///
  /// Tensors that differ in dtype, or in the size of an axis other than the first, end the process.
  package static func joiningRows(_ parts: [Tensor], for operation: String) -> Tensor {
    let (first, shapes) = (parts[0], parts.map(\.shape))
    require(
      shapes.allSatisfy { !$0.isEmpty && $0.dropFirst() == first.shape.dropFirst() }
        && parts.allSatisfy { $0.dtype == first.dtype },
      "\(operation): rows of shapes \(shapes) and dtypes \(parts.map(\.dtype)) do not fit together; only the size of "
        + "the first axis may differ")
    evaluateOrStop(parts)
    let shape = [parts.reduce(0) { $0 + $1.count }] + first.shape.dropFirst()
    let joined = Storage(byteCount: Shape.count(shape) * first.dtype.byteCount)
    var offset = 0
    for part in parts {
      guard let view = part.node.result else { fatalError("evaluation left no result") }
      view.withElements(part.dtype) {
        Kernels.copyStrided(
          to: joined.pointer + offset, Shape.contiguousStrides(part.shape), from: $0,
          view.strides ?? Shape.contiguousStrides(part.shape), shape: part.shape,
          elementSize: part.dtype.byteCount)
      }
      offset += part.elementCount * part.dtype.byteCount
    }
    return Tensor(storage: joined, shape: shape, dtype: first.dtype)
  }
}
