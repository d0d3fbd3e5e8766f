/// Local derivatives of factorisations and of solutions of linear equations.
///
/// Formulas: Giles, "An extended collection of matrix derivative results for forward and reverse mode
/// algorithmic differentiation" (2008); Murray, "Differentiation of the Cholesky decomposition" (2016);
/// Walter and Lehmann, "Algorithmic differentiation of linear algebra functions" (2010) for QR.
extension GradientRule {
  /// The user's line.
  private var site: [Int] { CallSite(lastOf: node.attributes).attributes }

  // A = L Lᵀ: L⁻ᵀ Φ(Lᵀ G) L⁻¹ made symmetric, where Φ is the lower triangle with half its diagonal.
  func cholesky(_ g: Tensor) -> Tensor {
    let l = output
    let product = l.transposed().matmul(g.lowerTriangle())
    let half = product.lowerTriangle() - product.diagonal().diagonalMatrix() * 0.5
    let left = l.solvingTriangle(half, isTransposed: true)
    let both = l.solvingTriangle(left.transposed(), isTransposed: true)
    return (both + both.transposed()) * 0.5
  }

  // T X = B: the cotangent of B is T⁻ᵀ G, that of T is -(T⁻ᵀ G) Xᵀ within the triangle.
  func solveTriangular(_ g: Tensor, _ index: Int) -> Tensor {
    let form = TriangleForm(node.attributes)
    let solved = input(0).solvingTriangle(
      g, isUpper: form.isUpper, isTransposed: !form.isTransposed,
      hasUnitDiagonal: form.hasUnitDiagonal)
    if index == 1 { return solved }
    let product =
      form.isTransposed
      ? output.matmul(solved.transposed()) : solved.matmul(output.transposed())
    let inside = form.hasUnitDiagonal ? 1 : 0
    return
      -(form.isUpper
      ? product.upperTriangle(diagonal: inside) : product.lowerTriangle(diagonal: -inside))
  }

  func solve(_ g: Tensor, _ index: Int) -> Tensor {
    let solved = Tensor(Node.solve(input(0).transposed().node, g.node, site: site))
    return index == 1 ? solved : -solved.matmul(output.transposed())
  }

  // d log|det A| = tr(A⁻¹ dA); the sign is flat.
  func logDeterminant(_ g: Tensor) -> Tensor {
    let a = input(0)
    let identity = Tensor.eye(a.shape[a.rank - 1], dtype: a.dtype)
    let inverse = Tensor(Node.solve(a.transposed().node, identity.node, site: site))
    return inverse * g[.ellipsis, 1...1]
  }

  // A = V diag(w) Vᵀ: V (diag(gw) + F ∘ (Vᵀ gV)) Vᵀ made symmetric, with F = 1 / (wⱼ - wᵢ).
  func symmetricEigen(_ g: Tensor) -> Tensor {
    let values = output[.ellipsis, 0, .all]
    let vectors = output[.ellipsis, 1..., .all]
    let gaps = values.expandingDimensions(at: -2) - values.expandingDimensions(at: -1)
    let isZero = gaps .== 0
    let inverse = `where`(isZero, 0, 1 / `where`(isZero, 1, gaps))
    let turned = inverse * vectors.transposed().matmul(g[.ellipsis, 1..., .all])
    let inner = turned + g[.ellipsis, 0, .all].diagonalMatrix()
    let product = vectors.matmul(inner).matmul(vectors.transposed())
    return (product + product.transposed()) * 0.5
  }

  // A = Q R: (gQ + Q copyltu(M)) R⁻ᵀ with M = R gRᵀ - gQᵀ Q, where copyltu mirrors the lower triangle.
  func qr(_ g: Tensor) -> Tensor {
    let m = input(0).shape[input(0).rank - 2]
    let (q, r) = (output[.ellipsis, ..<m, .all], output[.ellipsis, m..., .all])
    let (gQ, gR) = (g[.ellipsis, ..<m, .all], g[.ellipsis, m..., .all])
    let product = r.matmul(gR.upperTriangle().transposed()) - gQ.transposed().matmul(q)
    let mirrored = product.lowerTriangle() + product.lowerTriangle(diagonal: -1).transposed()
    let left = gQ + q.matmul(mirrored)
    return r.solvingTriangle(left.transposed(), isUpper: true).transposed()
  }
}

extension Tensor {
  fileprivate func solvingTriangle(
    _ right: Tensor, isUpper: Bool = false, isTransposed: Bool = false,
    hasUnitDiagonal: Bool = false
  ) -> Tensor {
    Tensor(
      Node.solveTriangular(
        node, right.node, isUpper: isUpper, isTransposed: isTransposed,
        hasUnitDiagonal: hasUnitDiagonal))
  }
}
