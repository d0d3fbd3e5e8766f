// Elements by truth values. How many hold depends on numbers, so results of that shape are not lazy: the
// truth values are evaluated when the method is called.
extension Tensor {
  /// The places of elements that are not 0, one a row, in row-major order: [how many, rank], `int64`.
  ///
  /// NaN is not 0. Evaluates the tensor.
  public func nonzero() -> Tensor {
    let places = cast(to: .bool).placesOfTrue()
    guard let view = places.node.result else { fatalError("a leaf has a result") }
    return Tensor(
      storage: Kernels.unravel(view.storage, count: places.count, shape: shape),
      shape: [places.count, rank], dtype: .int64)
  }

  /// The elements where a mask holds, along one axis in row-major order: PyTorch's `masked_select`.
  ///
  /// Both broadcast. Evaluates the mask.
  public func selected(where mask: Tensor, file: StaticString = #fileID, line: UInt = #line)
    -> Tensor
  {
    let common = Shape.broadcast(shape, mask.shape, for: "selected")
    let places = mask.checkedMask(for: "selected").expanded(to: common).placesOfTrue()
    return expanded(to: common).flattened().gathered(at: places, file: file, line: line)
  }

  /// The tensor with `value` where a mask holds: PyTorch's `masked_fill`.
  ///
  /// Mask and value broadcast to this tensor's shape, and the value takes its dtype.
  public func replacing(where mask: Tensor, with value: Tensor) -> Tensor {
    require(
      Shape.expands(mask.shape, to: shape) && Shape.expands(value.shape, to: shape),
      "replacing: a mask of shape \(mask.shape) and a value of shape \(value.shape) do not broadcast "
        + "to shape \(shape)")
    return `where`(mask.checkedMask(for: "replacing"), value.cast(to: dtype), cast(to: dtype))
  }

  private func checkedMask(for operation: String) -> Tensor {
    require(dtype == .bool, "\(operation): a mask has dtype bool, not \(dtype)")
    return self
  }

  /// The places in row-major order at which a tensor of truth values holds, as `int64` in memory.
  func placesOfTrue() -> Tensor {
    evaluate(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    guard view.strides == nil else {
      return Tensor(Node(.unary(.cast), NodeInputs(node), shape: shape, dtype: .bool))
        .placesOfTrue()
    }
    let (places, found) = view.withElements(.bool) {
      Kernels.positionsOfTrue($0, count: elementCount)
    }
    return Tensor(storage: places, shape: [found], dtype: .int64)
  }
}
