internal import LevinTensor

// What the distributions do alike with what they are given.

extension Tensor {
  /// The tensor itself if it holds real numbers; whole ones become `float32`.
  var real: Tensor { dtype.isFloatingPoint ? self : cast(to: .float32) }

  /// Real values stay as they are; whole ones take the dtype of the parameter that they meet.
  func observed(with parameter: Tensor) -> Tensor {
    dtype.isFloatingPoint ? self : cast(to: parameter.dtype)
  }

  /// The relative spacing of the dtype's numbers, as a number that leaves float32 as it is.
  var epsilon: Tensor {
    .full([], dtype == .float64 ? Double.ulpOfOne : Double(Float.ulpOfOne), dtype: dtype)
  }
}

/// The shape that parameters broadcast to.
func broadcastShape(_ first: Tensor, _ second: Tensor) -> [Int] {
  // A sum that nobody computes checks the shapes and knows the result's.
  (first + second).shape
}

/// Draws one number after the other for each place of sample shape + batch shape.
///
/// - Parameters:
///   - shape: The sample shape.
///   - parameters: Tensors that broadcast to the batch shape; the first gives the draws their dtype
///     unless `dtype` does.
///   - batchShape: The batch shape.
///   - draw: Makes one draw from the parameters of its place, in the order of `parameters`.
func draws(
  _ shape: [Int], of parameters: [Tensor], batchShape: [Int], dtype: DType? = nil,
  _ draw: ([Double]) -> Double
) -> Tensor {
  let columns = parameters.map { $0.detached().expanded(to: batchShape) }
  evaluate(columns)
  let numbers = columns.map(\.scalars)
  let rows = batchShape.reduce(1, *)
  var place = 0
  var row = [Double](repeating: 0, count: parameters.count)
  return Tensor(shape: shape + batchShape, dtype: dtype ?? parameters[0].dtype) {
    for index in row.indices { row[index] = numbers[index][place] }
    place = place + 1 == rows ? 0 : place + 1
    return draw(row)
  }
}
