// Products that sum over an axis the operands share. Real matrices are multiplied in their own
// precision, integers wrap around; batches broadcast as element-wise operands do.
extension Tensor {
  /// The matrix product, as PyTorch's `matmul` has it.
  ///
  /// Matrices lie in the last two axes: shapes [..., m, k] and [..., k, n] give [..., m, n], where the
  /// axes in front broadcast. A tensor of rank 1 stands for a row on the left and for a column on the
  /// right, and the result lacks that axis; two of rank 1 give their ``dot(_:)``. Where k is 0 the
  /// result is 0.
  public func matmul(_ other: Tensor) -> Tensor {
    require(
      rank > 0 && other.rank > 0,
      "matmul: shapes \(shape) and \(other.shape): a single number is no matrix; use *")
    if rank == 1 && other.rank == 1 { return dot(other) }
    if rank == 1 { return expandingDimensions(at: 0).matmul(other).squeezed(axis: -2) }
    if other.rank == 1 { return matmul(other.expandingDimensions(at: 1)).squeezed(axis: -1) }
    // Rows of all batches meet the same matrix, so they make one tall matrix.
    if other.rank == 2 && rank > 2 {
      let rows = shape.dropLast().reduce(1, *)
      let product = reshaped(to: [rows, shape[rank - 1]]).matmul(other)
      return product.reshaped(to: shape.dropLast() + [other.shape[1]])
    }
    return Tensor(Node.matrixProduct(node, other.node))
  }

  /// The sum of the products of the elements of two tensors of rank 1 and one length.
  public func dot(_ other: Tensor) -> Tensor {
    require(
      rank == 1 && shape == other.shape,
      "dot: shapes \(shape) and \(other.shape); both must have rank 1 and one length")
    let product = self * other
    return product.sum().cast(to: product.dtype)
  }

  /// The products of each element of one tensor of rank 1 with each of another: shape [m, n].
  public func outer(_ other: Tensor) -> Tensor {
    require(
      rank == 1 && other.rank == 1,
      "outer: shapes \(shape) and \(other.shape); both must have rank 1")
    return expandingDimensions(at: 1) * other
  }
}

/// The matrix product of two tensors; see ``Tensor/matmul(_:)``.
public func matmul(_ a: Tensor, _ b: Tensor) -> Tensor { a.matmul(b) }

/// The sum of the products of the elements of two tensors of rank 1.
public func dot(_ a: Tensor, _ b: Tensor) -> Tensor { a.dot(b) }

/// The products of each element of `a` with each of `b`, both of rank 1.
public func outer(_ a: Tensor, _ b: Tensor) -> Tensor { a.outer(b) }
