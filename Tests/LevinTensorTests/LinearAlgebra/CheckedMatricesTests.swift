import Levin
import Testing

@Suite struct CheckedMatricesTests {
  private let covariance: Tensor = [[4, 2], [2, 3]]
  private let indefinite: Tensor = [[1, 2], [2, 1]]
  private let singular: Tensor = [[1, 2], [2, 4]]

  @Test func matricesThatServeAreFactorised() throws {
    #expect(try covariance.checked.cholesky().scalars == covariance.cholesky().scalars)
    #expect(try covariance.checked.solve([2, 1]).scalars == covariance.solve([2, 1]).scalars)
    #expect(try covariance.checked.inverse().scalars == covariance.inverse().scalars)
    #expect(abs(try covariance.checked.logDeterminant().item() - 2.0794415) < 1e-6)
    #expect(try covariance.checked.symmetricEigen().values.count == 2)
    let factor = covariance.cholesky()
    #expect(
      try factor.checked.solveTriangular([2, 1]).scalars == factor.solveTriangular([2, 1]).scalars)
  }

  @Test func othersAreRefused() {
    func refuses(_ problem: EvaluationError.Problem, _ body: () throws -> Void) {
      let error = #expect(throws: EvaluationError.self) { try body() }
      #expect(error?.problem == problem)
      #expect(error?.origin?.contains("CheckedMatricesTests.swift:") == true)
    }
    let minor = EvaluationError.Problem.notPositiveDefinite(minor: 2)
    refuses(minor) { _ = try indefinite.checked.cholesky() }
    refuses(minor) { _ = try indefinite.checked.solve([1, 1], assuming: .positiveDefinite) }
    refuses(minor) { _ = try indefinite.checked.inverse(assuming: .positiveDefinite) }
    refuses(minor) { _ = try indefinite.checked.logDeterminant(assuming: .positiveDefinite) }
    refuses(.singular(pivot: 2)) { _ = try singular.checked.solve([1, 1]) }
    refuses(.singular(pivot: 2)) { _ = try singular.checked.inverse() }
    refuses(.noFiniteEigenvalues) { _ = try (singular * .infinity).checked.symmetricEigen() }
    refuses(.singular(pivot: 2)) {
      _ = try ([[1, 0], [3, 0]] as Tensor).checked.solveTriangular([1, 1])
    }
  }

  // NumPy has errors for these too, or NaN in the result.
  @Test func matricesWithNaNGiveNoNumbers() throws {
    for (row, column) in [(0, 0), (1, 0), (1, 1), (2, 0), (2, 1), (2, 2)] {
      for bad in [Float.nan, .infinity] {
        var m = Tensor.eye(3) * 2
        m[row, column] = Tensor(bad)
        m[column, row] = Tensor(bad)
        let error = #expect(throws: EvaluationError.self) { _ = try m.checked.symmetricEigen() }
        #expect(error?.problem == .noFiniteEigenvalues)
        #expect(throws: EvaluationError.self) { _ = try m.checked.cholesky() }
        if !bad.isNaN { continue }
        #expect(throws: EvaluationError.self) { _ = try m.checked.solve([1, 1, 1]) }
        #expect(throws: EvaluationError.self) { _ = try m.checked.inverse() }
        #expect(m.logDeterminant().item().isNaN)
        let (q, r) = m.qr()
        let product = q.matmul(r).scalars
        #expect(product.contains { $0.isNaN })
      }
    }
  }

  @Test func oneMayGoOnWithAnother() throws {
    var factor: Tensor
    do { factor = try indefinite.checked.cholesky() } catch {
      factor = try (indefinite + Tensor.eye(2) * 2).checked.cholesky()
    }
    #expect(factor.shape == [2, 2])
  }

  @Test func gradientsPassThrough() throws {
    let a = covariance.requiringGradient()
    let volume = try a.checked.logDeterminant(assuming: .positiveDefinite)
    let slope = try #require(gradients(of: volume, at: [a])[0])
    let expected = covariance.inverse().scalars
    #expect(zip(slope.scalars, expected).allSatisfy { abs($0 - $1) < 1e-5 })
  }
}
