/// Factorisations that throw where a matrix does not serve.
///
///     do {
///       factor = try covariance.checked.cholesky()
///     } catch {
///       factor = try (covariance + 1e-6 * .eye(n)).checked.cholesky()
///     }
///
/// They compute at once what the methods of the same names on ``Tensor`` compute when it is asked for, with the same
/// arguments, results and gradients.
public struct CheckedMatrices: Sendable {
  fileprivate let matrices: Tensor

  /// The lower triangle L with L Lᵀ equal to each matrix.
  ///
  /// - Throws: ``EvaluationError`` for a matrix that is not positive definite.
  public func cholesky(
    file: StaticString = #fileID, line: UInt = #line
  ) throws(EvaluationError) -> Tensor {
    try matrices.cholesky(file: file, line: line).evaluated()
  }

  /// X with A X = B for each square matrix A.
  ///
  /// - Throws: ``EvaluationError`` for a matrix that is singular, or not positive definite if it was taken as such.
  public func solve(
    _ right: Tensor, assuming kind: MatrixKind = .general, file: StaticString = #fileID,
    line: UInt = #line
  ) throws(EvaluationError) -> Tensor {
    try matrices.solve(right, assuming: kind, file: file, line: line).evaluated()
  }

  /// X with T X = B for each triangular matrix T.
  ///
  /// - Throws: ``EvaluationError`` for a triangle with a 0 or NaN on its diagonal.
  public func solveTriangular(
    _ right: Tensor, isUpper: Bool = false, isTransposed: Bool = false,
    hasUnitDiagonal: Bool = false, file: StaticString = #fileID, line: UInt = #line
  ) throws(EvaluationError) -> Tensor {
    if !hasUnitDiagonal { try requirePivots(file, line) }
    return try matrices.solveTriangular(
      right, isUpper: isUpper, isTransposed: isTransposed, hasUnitDiagonal: hasUnitDiagonal
    ).evaluated()
  }

  private func requirePivots(_ file: StaticString, _ line: UInt) throws(EvaluationError) {
    let pivots = try matrices.detached().diagonal().evaluated()
    let bad = pivots.scalars.firstIndex { $0 == 0 || $0.isNaN }
    guard let bad else { return }
    let position = Shape.position(bad, in: pivots.shape)
    throw EvaluationError(
      "solveTriangular", .singular(pivot: (position.last ?? 0) + 1),
      at: position.dropLast(), of: matrices.shape, origin: "\(CallSite(file: file, line: line))")
  }

  /// The inverse of each square matrix.
  ///
  /// - Throws: ``EvaluationError`` for a matrix that is singular, or not positive definite if it was taken as such.
  public func inverse(
    assuming kind: MatrixKind = .general, file: StaticString = #fileID, line: UInt = #line
  ) throws(EvaluationError) -> Tensor {
    try matrices.inverse(assuming: kind, file: file, line: line).evaluated()
  }

  /// The logarithm of each determinant, which is -inf for a singular matrix and NaN where it is negative.
  ///
  /// - Throws: ``EvaluationError`` for a matrix that is not positive definite if it was taken as such.
  public func logDeterminant(
    assuming kind: MatrixKind = .general, file: StaticString = #fileID, line: UInt = #line
  ) throws(EvaluationError) -> Tensor {
    try matrices.logDeterminant(assuming: kind, file: file, line: line).evaluated()
  }

  /// The eigenvalues of each symmetric matrix, ascending, and its eigenvectors, a column each, of length 1.
  ///
  /// - Throws: ``EvaluationError`` for a matrix with an infinity or NaN.
  public func symmetricEigen(
    file: StaticString = #fileID, line: UInt = #line
  ) throws(EvaluationError) -> (values: Tensor, vectors: Tensor) {
    let (values, vectors) = matrices.symmetricEigen(file: file, line: line)
    try evaluate(values, vectors)
    return (values, vectors)
  }
}

extension Tensor {
  /// The matrices in the last two axes, for factorisations that throw an ``EvaluationError`` where one does not serve.
  public var checked: CheckedMatrices { CheckedMatrices(matrices: self) }
}
