import LevinTestKit
import Testing

@testable import LevinTensor

/// Row-major arrays whose columns are rows of a pass: read side by side, whatever their number.
@Suite struct ColumnLoadTests {
  @Test(
    arguments: [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 20, 31, 33, 70],
    [DType.float32, .float64, .int64, .int32, .bool])
  func columnsAreReadInTheirOrder(columns: Int, dtype: DType) {
    var random = PCG64(seed: columns)
    for rows in [130, 131, 1003] {
      let x = Tensor(shape: [rows, columns], dtype: dtype) { Double(random.integers(in: 0..<90)) }
      let weights = (0..<columns).map { Double($0 * $0 % 11) }
      let found = (x * Tensor(weights)).sum(axis: 1).scalars
      let numbers = x.scalars
      let expected = (0..<rows).map { row in
        (0..<columns).reduce(0.0) { $0 + numbers[row * columns + $1] * weights[$1] }
      }
      #expect(found == expected)
    }
  }

  @Test func columnsOfAWiderArrayWithAGapAreReadToo() {
    let x = Tensor((0..<13 * 500).map(Double.init), shape: [500, 13])
    let part = concatenate([x[.all, 1..<6], x[.all, 8..<13]], axis: 1)
    let weights = Tensor((1...10).map(Double.init))
    let found = (part * weights).sum(axis: 1).scalars
    var expected: [Double] = []
    for row in 0..<500 {
      let columns = Array(1..<6) + Array(8..<13)
      let terms = columns.enumerated().map { Double((row * 13 + $1) * ($0 + 1)) }
      expected.append(terms.reduce(0, +))
    }
    #expect(found == expected)
  }

  @Test func productsWithFewColumnsJoinThePassAndItsGradient() {
    var random = PCG64(seed: 3)
    let x = random.normal(shape: [3001, 20]).cast(to: .float64)
    let y = random.normal(shape: [3001, 1]).cast(to: .float64)
    let w = random.normal(shape: [20, 1]).cast(to: .float64).requiringGradient()
    let loss = (x.matmul(w) - y).square().mean()
    let gradient = gradients(of: loss, at: [w])[0]?.scalars ?? []
    let (xs, ys, ws) = (x.scalars, y.scalars, w.scalars)
    var expected = [Double](repeating: 0, count: 20)
    for i in 0..<3001 {
      var residual = -ys[i]
      for p in 0..<20 { residual += xs[i * 20 + p] * ws[p] }
      for p in 0..<20 { expected[p] += 2 * residual * xs[i * 20 + p] / 3001 }
    }
    #expect(gradient.count == 20)
    #expect(zip(gradient, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }
}
