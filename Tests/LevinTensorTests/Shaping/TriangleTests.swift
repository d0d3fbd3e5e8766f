import LevinTestKit
import Testing

@testable import LevinTensor

/// Diagonals and triangles; the expected numbers are those of NumPy's diagonal, diag, tril and triu.
@Suite struct TriangleTests {
  private static let x = Tensor((1...12).map(Double.init), shape: [3, 4])

  @Test(arguments: [
    (0, [1.0, 6, 11]), (1, [2.0, 7, 12]), (3, [4.0]), (4, []), (9, []), (-1, [5.0, 10]),
    (-2, [9.0]), (-3, []),
  ])
  func diagonalsAtAnOffset(_ offset: Int, _ expected: [Double]) {
    #expect(Self.x.diagonal(offset: offset).scalars == expected)
    #expect(Self.x.transposed().diagonal(offset: -offset).scalars == expected)
    #expect(Self.x.diagonal(offset: -offset, axis1: 1, axis2: 0).scalars == expected)
  }

  @Test func diagonalsOfNamedAxesComeLast() {
    let x = Tensor((0..<24).map(Double.init), shape: [2, 3, 4])
    #expect(x.diagonal(axis1: 0, axis2: 2).shape == [3, 2])
    #expect(x.diagonal(axis1: 0, axis2: 2).scalars == [0, 13, 4, 17, 8, 21])
    #expect(x.trace().scalars == [15, 51])
    #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).trace().dtype == .int64)
  }

  @Test func diagonalMatricesHaveTheNumbersOnTheirDiagonal() {
    let v = Tensor([1.0, 2])
    #expect(v.diagonalMatrix().scalars == [1, 0, 0, 2])
    #expect(v.diagonalMatrix(offset: 1).scalars == [0, 1, 0, 0, 0, 2, 0, 0, 0])
    #expect(v.diagonalMatrix(offset: -1).scalars == [0, 0, 0, 1, 0, 0, 0, 2, 0])
    #expect(Tensor([1, 2, 3, 4], shape: [2, 2]).diagonalMatrix().shape == [2, 2, 2])
    #expect(Tensor.zeros([0]).diagonalMatrix().shape == [0, 0])
    #expect(Tensor.eye(2, dtype: .int64).scalars == [1, 0, 0, 1])
    #expect(v.diagonalMatrix(offset: 3).diagonal(offset: 3).scalars == [1, 2])
  }

  @Test func trianglesAreZeroBeyondTheirDiagonal() {
    #expect(Self.x.lowerTriangle().scalars == [1, 0, 0, 0, 5, 6, 0, 0, 9, 10, 11, 0])
    #expect(Self.x.lowerTriangle(diagonal: 1).scalars == [1, 2, 0, 0, 5, 6, 7, 0, 9, 10, 11, 12])
    #expect(Self.x.lowerTriangle(diagonal: -2).scalars == [0, 0, 0, 0, 0, 0, 0, 0, 9, 0, 0, 0])
    #expect(Self.x.upperTriangle().scalars == [1, 2, 3, 4, 0, 6, 7, 8, 0, 0, 11, 12])
    #expect(Self.x.upperTriangle(diagonal: 2).scalars == [0, 0, 3, 4, 0, 0, 0, 8, 0, 0, 0, 0])
    let infinite = Tensor.full([2, 2], .infinity, dtype: .float64)
    #expect(infinite.lowerTriangle().scalars == [.infinity, 0, .infinity, .infinity])
    let flags = Tensor.ones([2, 2], dtype: .bool)
    #expect(flags.upperTriangle().dtype == .bool && flags.upperTriangle().scalars == [1, 1, 0, 1])
    #expect(Tensor.ones([2, 2], dtype: .int32).lowerTriangle().dtype == .int32)
  }

  @Test func gradientsOfDiagonalsAndTrianglesEqualCentralDifferences() {
    let points = [(0..<18).map { 0.3 * Double($0 * 7 % 18) - 2 }]
    let check = CentralDifferences(at: points, shapes: [[2, 3, 3]]) { x in
      let parts = [
        x[0].diagonal(offset: 1),
        x[0].exp().diagonal(axis1: 1, axis2: 2).diagonalMatrix(offset: -2),
        x[0].square().lowerTriangle(diagonal: -1), x[0].sin().upperTriangle(), x[0].exp().trace(),
      ]
      return concatenate(parts.map { $0.flattened() })
    }
    #expect(check.first().error < 1e-8 && check.second().error < 1e-7)
  }
}
