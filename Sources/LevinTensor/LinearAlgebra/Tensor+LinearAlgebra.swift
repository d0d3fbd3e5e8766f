/// A property of a matrix, which decides how equations with it are solved.
public enum MatrixKind: Sendable {
  /// Nothing: by elimination with partial pivoting.
  case general
  /// Symmetric with positive eigenvalues: by ``Tensor/cholesky(file:line:)``, in half the time and more
  /// exactly; only the lower triangle is read.
  case positiveDefinite
}

// Matrices lie in the last two axes; axes in front are batches, which broadcast where there are two
// operands. All work is done in double precision and rounded to the operands' dtype at the end;
// integers become `float32`. What is asked of a matrix that it cannot give is an `EvaluationError` with the
// operation, the index of the matrix in its batch, and the line that asked: `try evaluate(x)` and the forms of
// `Tensor.checked` throw it, reading the numbers ends the process.
extension Tensor {
  /// The lower triangle L with L Lᵀ equal to each symmetric, positive definite matrix.
  ///
  /// Reads the lower triangle; the gradient is symmetric. A matrix that is not positive definite is an
  /// ``EvaluationError``, with the first leading minor that is not positive; ``checked`` has a form that throws it.
  public func cholesky(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    Tensor(Node.cholesky(node, site: CallSite(file: file, line: line).attributes))
  }

  /// X with T X = B for each triangular matrix T, which this tensor holds.
  ///
  /// - Parameters:
  ///   - right: B, of shape [..., n, k], or [n] for one column.
  ///   - isUpper: Whether T is an upper triangle; the other half is not read.
  ///   - isTransposed: Whether to solve with Tᵀ instead.
  ///   - hasUnitDiagonal: Whether to take the diagonal as ones without reading it.
  /// - Returns: X, of B's shape with broadcast batches; infinite or NaN where the diagonal has a 0.
  public func solveTriangular(
    _ right: Tensor, isUpper: Bool = false, isTransposed: Bool = false,
    hasUnitDiagonal: Bool = false
  ) -> Tensor {
    solving(right) { t, b in
      Node.solveTriangular(
        t, b, isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal)
    }
  }

  private func solving(_ right: Tensor, _ body: (Node, Node) -> Node) -> Tensor {
    guard right.rank == 1 else { return Tensor(body(node, right.node)) }
    return Tensor(body(node, right.expandingDimensions(at: 1).node)).squeezed(axis: -1)
  }

  /// X with A X = B for each square matrix A, which this tensor holds.
  ///
  /// - Parameters:
  ///   - right: B, of shape [..., n, k], or [n] for one column.
  ///   - kind: What is known of A. A singular matrix, or one not positive definite, is an
  ///     ``EvaluationError``.
  /// - Returns: X, of B's shape with broadcast batches.
  public func solve(
    _ right: Tensor, assuming kind: MatrixKind = .general, file: StaticString = #fileID,
    line: UInt = #line
  ) -> Tensor {
    switch kind {
    case .general:
      let site = CallSite(file: file, line: line).attributes
      return solving(right) { Node.solve($0, $1, site: site) }
    case .positiveDefinite:
      let factor = cholesky(file: file, line: line)
      return factor.solveTriangular(factor.solveTriangular(right), isTransposed: true)
    }
  }

  /// The inverse of each square matrix.
  ///
  /// To multiply by it, ``solve(_:assuming:file:line:)`` is faster and more exact.
  public func inverse(
    assuming kind: MatrixKind = .general, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    requireMatrix("inverse")
    let identity = Tensor.eye(shape[rank - 1], dtype: dtype.isFloatingPoint ? dtype : .float32)
    return solve(identity, assuming: kind, file: file, line: line)
  }

  private func requireMatrix(_ name: String) {
    require(
      rank >= 2 && shape[rank - 1] == shape[rank - 2],
      "\(name): shape \(shape) has no square matrix in its last two axes")
  }

  /// The sign of each determinant, and the logarithm of its magnitude: 0 and -inf for a singular matrix,
  /// whose gradient is an ``EvaluationError``.
  public func signAndLogDeterminant(
    file: StaticString = #fileID, line: UInt = #line
  ) -> (sign: Tensor, logMagnitude: Tensor) {
    let site = CallSite(file: file, line: line).attributes
    let pair = Tensor(Node.logDeterminant(node, site: site))
    return (pair[.ellipsis, 0, 0], pair[.ellipsis, 0, 1])
  }

  /// The determinant of each square matrix; 0 for a singular one, whose gradient is an ``EvaluationError``.
  public func determinant(file: StaticString = #fileID, line: UInt = #line) -> Tensor {
    let (sign, logMagnitude) = signAndLogDeterminant(file: file, line: line)
    return sign * logMagnitude.exp()
  }

  /// The logarithm of each determinant; NaN where it is negative, -inf where it is 0.
  ///
  /// For covariances say `.positiveDefinite`: it takes half the time, and a matrix that is none is an
  /// ``EvaluationError``.
  public func logDeterminant(
    assuming kind: MatrixKind = .general, file: StaticString = #fileID, line: UInt = #line
  ) -> Tensor {
    switch kind {
    case .general:
      let (sign, logMagnitude) = signAndLogDeterminant(file: file, line: line)
      return `where`(sign .< 0, Tensor(Double.nan), logMagnitude)
    case .positiveDefinite:
      return cholesky(file: file, line: line).diagonal().log().sum(axis: -1) * 2
    }
  }

  /// The eigenvalues of each symmetric matrix, ascending, and its eigenvectors, a column each, of length 1.
  ///
  /// Reads the lower triangle. A vector's sign is arbitrary, and so are the vectors of equal eigenvalues. The
  /// gradient is symmetric; that of vectors takes the part between equal eigenvalues as 0, which is right
  /// for what does not depend on the choice of vectors. A matrix with an infinity or NaN is an
  /// ``EvaluationError``.
  ///
  /// - Returns: Values of shape [..., n] and vectors of shape [..., n, n].
  public func symmetricEigen(
    file: StaticString = #fileID, line: UInt = #line
  ) -> (values: Tensor, vectors: Tensor) {
    let site = CallSite(file: file, line: line).attributes
    let packed = Tensor(Node.symmetricEigen(node, site: site))
    return (packed[.ellipsis, 0, .all], packed[.ellipsis, 1..., .all])
  }

  /// Q with orthonormal columns and an upper triangle R whose product is each matrix of shape [m, n].
  ///
  /// Reduced: Q has shape [m, k] and R [k, n] for the smaller k of m and n. Signs are those of LAPACK and
  /// NumPy; R's diagonal may be negative. The gradient needs the first k columns to be independent.
  public func qr() -> (q: Tensor, r: Tensor) {
    require(rank >= 2, "qr: shape \(shape) has no matrix in its last two axes")
    let (m, n) = (shape[rank - 2], shape[rank - 1])
    if m < n {
      let (q, left) = self[.ellipsis, ..<m].qr()
      let rest = q.transposed().matmul(self[.ellipsis, m...])
      return (q, concatenate([left, rest], axis: -1))
    }
    let packed = Tensor(Node.qr(node))
    return (packed[.ellipsis, ..<m, .all], packed[.ellipsis, m..., .all])
  }
}
