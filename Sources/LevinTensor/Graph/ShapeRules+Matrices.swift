/// Shapes of linear algebra: the last two axes are matrices, those before them batches.
extension Node {
  /// The product of matrices whose batches broadcast.
  static func matrixProduct(_ a: Node, _ b: Node) -> Node {
    require(
      a.dtype != .bool && b.dtype != .bool,
      "matmul: boolean tensors have no arithmetic; cast them to a number")
    let (m, k) = (a.shape[a.shape.count - 2], a.shape[a.shape.count - 1])
    let (rows, n) = (b.shape[b.shape.count - 2], b.shape[b.shape.count - 1])
    require(
      k == rows,
      "matmul: shapes \(a.shape) and \(b.shape) do not fit: rows of \(k) meet columns of \(rows)")
    let batch = Shape.broadcast(
      Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)),
      for: "matmul of shapes \(a.shape) and \(b.shape), batches")
    Shape.requireCountable(batch + [m, n], for: "matmul", from: a.shape, b.shape)
    let (x, y) = promoted(a, b, atLeast: .int32)
    return Node(
      .linearAlgebra(.matrixProduct), NodeInputs(x, y), shape: batch + [m, n], dtype: x.dtype)
  }
}
