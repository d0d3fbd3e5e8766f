/// Shapes of factorisations and of solutions of linear equations.
extension Node {
  private static func real(_ x: Node, _ operation: LinearAlgebraOperation) -> Node {
    require(x.dtype != .bool, "\(operation): a boolean tensor has no arithmetic; cast it")
    return x.dtype.isFloatingPoint ? x : cast(x, to: .float32)
  }

  private static func requireSquare(_ shape: [Int], _ operation: LinearAlgebraOperation) {
    require(
      shape.count >= 2 && shape[shape.count - 1] == shape[shape.count - 2],
      "\(operation): shape \(shape) has no square matrix in its last two axes")
  }

  // An operation on a stack of square matrices.
  private static func squareOperation(
    _ operation: LinearAlgebraOperation, _ x: Node, _ attributes: [Int], _ result: (Int) -> [Int]
  ) -> Node {
    requireSquare(x.shape, operation)
    let matrix = real(x, operation)
    let shape = x.shape.dropLast(2) + result(x.shape[x.shape.count - 1])
    return Node(
      .linearAlgebra(operation), NodeInputs(matrix), shape: Array(shape), dtype: matrix.dtype,
      attributes: attributes)
  }

  static func cholesky(_ x: Node, site: [Int]) -> Node {
    squareOperation(.cholesky, x, site) { [$0, $0] }
  }

  static func logDeterminant(_ x: Node, site: [Int]) -> Node {
    squareOperation(.logDeterminant, x, site) { _ in [1, 2] }
  }

  static func symmetricEigen(_ x: Node, site: [Int]) -> Node {
    squareOperation(.symmetricEigen, x, site) { [$0 + 1, $0] }
  }

  /// Of matrices with at least as many rows as columns.
  static func qr(_ x: Node) -> Node {
    let matrix = real(x, .qr)
    let (m, n) = (x.shape[x.shape.count - 2], x.shape[x.shape.count - 1])
    return Node(
      .linearAlgebra(.qr), NodeInputs(matrix), shape: x.shape.dropLast(2) + [m + n, n],
      dtype: matrix.dtype)
  }

  // A square matrix and a right-hand side, whose batches broadcast.
  private static func equation(
    _ operation: LinearAlgebraOperation, _ a: Node, _ b: Node, _ attributes: [Int]
  )
    -> Node
  {
    requireSquare(a.shape, operation)
    let n = a.shape[a.shape.count - 1]
    require(
      b.shape.count >= 2 && b.shape[b.shape.count - 2] == n,
      "\(operation): a matrix of shape \(a.shape) needs a right side of \(n) rows, not shape \(b.shape)"
    )
    let batch = Shape.broadcast(
      Array(a.shape.dropLast(2)), Array(b.shape.dropLast(2)),
      for: "\(operation) of shapes \(a.shape) and \(b.shape), batches")
    let (x, y) = promoted(real(a, operation), real(b, operation))
    return Node(
      .linearAlgebra(operation), NodeInputs(x, y), shape: batch + b.shape.suffix(2), dtype: x.dtype,
      attributes: attributes)
  }

  static func solveTriangular(
    _ t: Node, _ b: Node, isUpper: Bool, isTransposed: Bool, hasUnitDiagonal: Bool
  ) -> Node {
    let form = TriangleForm(
      isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal)
    return equation(.solveTriangular, t, b, form.attributes)
  }

  static func solve(_ a: Node, _ b: Node, site: [Int]) -> Node {
    equation(.solve, a, b, site)
  }
}
