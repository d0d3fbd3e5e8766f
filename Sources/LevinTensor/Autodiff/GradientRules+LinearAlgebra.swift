/// Local derivatives of linear algebra.
extension GradientRule {
  /// The gradient at the operand of an index.
  func linearAlgebra(_ operation: LinearAlgebraOperation, _ g: Tensor, _ index: Int) -> Tensor {
    switch operation {
    case .matrixProduct: matrixProduct(g, index)
    case .cholesky: cholesky(g)
    case .solveTriangular: solveTriangular(g, index)
    case .solve: solve(g, index)
    case .logDeterminant: logDeterminant(g)
    case .symmetricEigen: symmetricEigen(g)
    case .qr: qr(g)
    }
  }

  // C = A B: the cotangent of A is G Bᵀ, that of B is Aᵀ G.
  private func matrixProduct(_ g: Tensor, _ index: Int) -> Tensor {
    index == 0 ? g.matmul(input(1).transposed()) : input(0).transposed().matmul(g)
  }
}
