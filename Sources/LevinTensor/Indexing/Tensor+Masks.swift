// Elements by Booleans. The number of true ones depends on data, so results of that shape are not lazy: the
// Booleans are evaluated when the method is called.
extension Tensor {
  /// The indices of elements that are not 0, one a row, in row-major order: `int64` of shape [number, rank].
  ///
  /// NaN is not 0. Evaluates the tensor.
  public func nonzero() -> Tensor {
    let positions = cast(to: .bool).positionsOfTrue()
    guard let view = positions.node.result else { fatalError("a leaf has a result") }
    return Tensor(
      storage: Kernels.unravel(view.storage, count: positions.count, shape: shape),
      shape: [positions.count, rank], dtype: .int64)
  }

  /// The elements where a mask is true, along one axis in row-major order: PyTorch's `masked_select`.
  ///
  /// Both broadcast. Evaluates the mask.
  public func selected(where mask: Tensor, file: StaticString = #fileID, line: UInt = #line)
    -> Tensor
  {
    let common = Shape.broadcast(shape, mask.shape, for: "selected")
    let positions = mask.checkedMask(for: "selected").expanded(to: common).positionsOfTrue()
    return expanded(to: common).flattened().gathered(at: positions, file: file, line: line)
  }

  /// The tensor with `value` where a mask is true: PyTorch's `masked_fill`.
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

  /// The row-major positions of the true elements of a tensor of Booleans, as `int64` in memory.
  func positionsOfTrue() -> Tensor {
    evaluateOrStop(self)
    guard let view = node.result else { fatalError("evaluation left no result") }
    guard view.strides == nil else {
      return Tensor(Node(.unary(.cast), NodeInputs(node), shape: shape, dtype: .bool))
        .positionsOfTrue()
    }
    let (positions, found) = view.withElements(.bool) {
      Kernels.positionsOfTrue($0, count: elementCount)
    }
    return Tensor(storage: positions, shape: [found], dtype: .int64)
  }
}
