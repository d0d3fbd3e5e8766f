/// Local derivatives of linear algebra.
extension GradientRule {
  // C = A B: the cotangent of A is G Bᵀ, that of B is Aᵀ G.
  func matrixProduct(_ g: Tensor, _ index: Int) -> Tensor {
    index == 0 ? g.matmul(input(1).transposed()) : input(0).transposed().matmul(g)
  }
}
