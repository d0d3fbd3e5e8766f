/// Computes tensors together, in one pass where they share work.
///
/// Tensors that are asked for together are planned together: intermediate results that several of them
/// need are computed once. A tensor that is computed already costs nothing.
///
///     do {
///       try evaluate(factor, loss)
///     } catch {
///       print(error)  // cholesky: matrix 3 of shape [10, 2, 2] is not positive definite: ...
///     }
///
/// - Throws: ``EvaluationError`` for a fault that only the numbers show, such as a matrix that is not positive definite
///   or an index out of range. Nothing is computed then; the tensors stay as they were and may be evaluated again.
public func evaluate(_ tensors: Tensor...) throws(EvaluationError) { try evaluate(tensors) }

/// Computes all tensors of an array together.
///
/// - Throws: ``EvaluationError``, as the form that takes tensors one by one does.
public func evaluate(_ tensors: [Tensor]) throws(EvaluationError) {
  try Evaluation.run(tensors.map(\.node))
}

/// Computes tensors together, and ends the process with the message of a fault that only the numbers show.
package func evaluateOrStop(_ tensors: Tensor...) { evaluateOrStop(tensors) }

/// Computes all tensors of an array together, as ``evaluateOrStop(_:)-(Tensor...)`` does.
package func evaluateOrStop(_ tensors: [Tensor]) {
  do { try evaluate(tensors) } catch { error.end() }
}

extension Tensor {
  /// The tensor itself, computed: `try covariance.cholesky().evaluated()`.
  ///
  /// - Throws: ``EvaluationError`` for a fault that only the numbers show.
  public func evaluated() throws(EvaluationError) -> Tensor {
    try evaluate([self])
    return self
  }

  /// A tensor that stands for numbers that could not be made: reading it, or what follows from it, is the fault.
  package init(fault: EvaluationError, shape: [Int], dtype: DType) {
    self.init(Node(fault: fault, shape: shape, dtype: dtype))
  }
}
