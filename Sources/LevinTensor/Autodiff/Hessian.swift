// Matrices of derivatives, for few parameters: standard errors from the curvature of a likelihood, a Newton
// step, a change of variables. A row is one gradient, so the graph grows with the number of rows; all are
// evaluated together, and share the pass over the data.

/// The second derivatives of a scalar with respect to tensors it was made from.
///
/// The result is evaluated, and can be differentiated again.
///
/// - Parameters:
///   - loss: One element of a real dtype.
///   - tensors: Tensors from ``Tensor/requiringGradient()``, parameters, or what was made from these.
/// - Returns: Blocks: the one at [i][j] holds the derivatives by each element of tensor i and each of
///   tensor j, in the shape of the one followed by that of the other; 0 where the loss does not depend on
///   them, or not on both.
public func hessian(of loss: Tensor, at tensors: [Tensor]) -> [[Tensor]] {
  let slopes = gradients(of: loss, at: tensors)
  let blocks = zip(tensors, slopes).map { tensor, slope in
    rows(of: slope ?? Tensor.zeros(tensor.shape, dtype: tensor.dtype), at: tensors)
  }
  // A fault is told of when a block is read.
  try? evaluate(blocks.flatMap { $0 })
  return blocks
}

/// The second derivatives of a scalar with respect to a tensor it was made from.
///
/// The result is evaluated, and can be differentiated again.
///
/// - Parameters:
///   - loss: One element of a real dtype.
///   - tensor: A tensor from ``Tensor/requiringGradient()``, a parameter, or what was made from these.
/// - Returns: The derivatives by each two elements, in the tensor's shape twice: a square matrix for a
///   tensor of one axis.
public func hessian(of loss: Tensor, at tensor: Tensor) -> Tensor {
  hessian(of: loss, at: [tensor])[0][0]
}

/// The derivatives of each element of a tensor with respect to tensors it was made from.
///
/// The result is evaluated, and can be differentiated again.
///
/// - Parameters:
///   - output: A tensor of a real dtype and any shape.
///   - tensors: Tensors from ``Tensor/requiringGradient()``, parameters, or what was made from these.
/// - Returns: For each tensor the derivatives in the output's shape followed by the tensor's; 0 where the
///   output does not depend on it.
public func jacobian(of output: Tensor, at tensors: [Tensor]) -> [Tensor] {
  let blocks = rows(of: output, at: tensors)
  // A fault is told of when a block is read.
  try? evaluate(blocks)
  return blocks
}

/// The derivatives of each element of a tensor with respect to a tensor it was made from.
///
/// The result is evaluated, and can be differentiated again.
///
/// - Parameters:
///   - output: A tensor of a real dtype and any shape.
///   - tensor: A tensor from ``Tensor/requiringGradient()``, a parameter, or what was made from these.
/// - Returns: The derivatives in the output's shape followed by the tensor's.
public func jacobian(of output: Tensor, at tensor: Tensor) -> Tensor {
  jacobian(of: output, at: [tensor])[0]
}

/// The gradient of each element of the output, one row after the other.
private func rows(of output: Tensor, at tensors: [Tensor]) -> [Tensor] {
  let line = output.flattened()
  let slopes = (0..<line.elementCount).map { gradients(of: line[$0], at: tensors) }
  return tensors.enumerated().map { index, tensor in
    let shape = output.shape + tensor.shape
    let nothing = Tensor.zeros(tensor.shape, dtype: tensor.dtype)
    guard slopes.contains(where: { $0[index] != nil }) else {
      return Tensor.zeros(shape, dtype: tensor.dtype)
    }
    return stack(slopes.map { $0[index] ?? nothing }).reshaped(to: shape)
  }
}
