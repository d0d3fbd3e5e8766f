import LevinTestKit
import Testing

@testable import LevinTensor

/// Sizes around the blocks and tiles that the kernels cut matrices into.
@Suite(.serialized) struct MatrixKernelTests {
  struct Sizes: Sendable, CustomTestStringConvertible {
    var m: Int
    var n: Int
    var k: Int
    var testDescription: String { "\(m) x \(k) x \(n)" }
  }

  static let sizes: [Sizes] = [
    .init(m: 5, n: 15, k: 3), .init(m: 6, n: 16, k: 9), .init(m: 7, n: 17, k: 31),
    .init(m: 13, n: 33, k: 255), .init(m: 12, n: 32, k: 256), .init(m: 11, n: 31, k: 257),
    .init(m: 143, n: 9, k: 40), .init(m: 145, n: 8, k: 41), .init(m: 288, n: 70, k: 64),
    .init(m: 301, n: 47, k: 517), .init(m: 3, n: 2050, k: 5), .init(m: 100, n: 2100, k: 20),
    .init(m: 1, n: 300, k: 70), .init(m: 300, n: 1, k: 70), .init(m: 700, n: 1, k: 1),
    .init(m: 2, n: 3, k: 9000), .init(m: 1, n: 1, k: 20_000), .init(m: 600, n: 1, k: 600),
    .init(m: 1, n: 5, k: 8200), .init(m: 20, n: 20, k: 8192),
  ]

  // Integers small enough for every sum to be exact in single precision.
  private static func matrix(_ rows: Int, _ columns: Int, seed: Int, transposed: Bool) -> Tensor {
    var random = PCG64(seed: seed)
    let shape = transposed ? [columns, rows] : [rows, columns]
    let tensor = Tensor(shape: shape, dtype: .float64) { Double(random.integers(in: -8..<9)) }
    return transposed ? tensor.transposed() : tensor
  }

  private static func product(_ a: Tensor, _ b: Tensor) -> [Double] {
    let (m, k, n) = (a.shape[0], a.shape[1], b.shape[1])
    let (x, y) = (a.scalars, b.scalars)
    var result = [Double](repeating: 0, count: m * n)
    for i in 0..<m {
      for p in 0..<k {
        for j in 0..<n { result[i * n + j] += x[i * k + p] * y[p * n + j] }
      }
    }
    return result
  }

  @Test(arguments: sizes) func exactProductsAreExactInEveryLayout(_ sizes: Sizes) {
    for layout in 0..<4 {
      let a = Self.matrix(sizes.m, sizes.k, seed: 1, transposed: layout & 1 != 0)
      let b = Self.matrix(sizes.k, sizes.n, seed: 2, transposed: layout & 2 != 0)
      let expected = Self.product(a, b)
      #expect(a.matmul(b).scalars == expected)
      #expect(a.cast(to: .float32).matmul(b.cast(to: .float32)).scalars == expected)
    }
  }

  @Test(arguments: sizes) func strideAlongBothAxesIsHonoured(_ sizes: Sizes) {
    let a = Self.matrix(2 * sizes.m, 3 * sizes.k, seed: 3, transposed: false)
    let b = Self.matrix(3 * sizes.k, 2 * sizes.n, seed: 4, transposed: true)
    let x = a[.range(0, nil, step: 2), .range(0, nil, step: 3)]
    let y = b[.range(0, nil, step: 3), .range(0, nil, step: 2)]
    #expect(x.matmul(y).scalars == Self.product(x, y))
  }

  private static func bits(_ sizes: Sizes, _ dtype: DType) -> [UInt64] {
    var random = PCG64(seed: 5)
    let a = random.normal(shape: [3, sizes.m, sizes.k]).cast(to: dtype)
    let b = random.normal(shape: [3, sizes.k, sizes.n]).cast(to: dtype)
    return [a.matmul(b), a[0].matmul(b[0]), b[1].transposed().matmul(a[1].transposed())]
      .flatMap { $0.scalars.map(\.bitPattern) }
  }

  private static func withThreads<R>(_ count: Int, _ body: () -> R) -> R {
    let before = Threads.count
    Threads.count = count
    defer { Threads.count = before }
    return body()
  }

  static let long: [Sizes] = [
    .init(m: 300, n: 200, k: 130), .init(m: 7, n: 2100, k: 300), .init(m: 500, n: 3, k: 600),
    .init(m: 20, n: 20, k: 20_000), .init(m: 1500, n: 1, k: 1100), .init(m: 1, n: 900, k: 900),
    .init(m: 40, n: 30, k: 20), .init(m: 1, n: 2, k: 400_000),
  ]

  @Test(arguments: long, [DType.float32, .float64])
  func bitsDoNotDependOnTheNumberOfThreads(_ sizes: Sizes, _ dtype: DType) {
    let alone = Self.withThreads(1) { Self.bits(sizes, dtype) }
    for count in [2, 7] {
      #expect(Self.withThreads(count) { Self.bits(sizes, dtype) } == alone)
    }
  }

  @Test func manySmallProductsAreSharedAmongThreads() {
    var random = PCG64(seed: 6)
    let a = random.normal(shape: [20_000, 3, 4]).cast(to: .float64)
    let b = random.normal(shape: [4, 5]).cast(to: .float64).expanded(to: [20_000, 4, 5])
    let alone = Self.withThreads(1) { a.matmul(b).scalars }
    #expect(Self.withThreads(7) { a.matmul(b).scalars } == alone)
    let expected = (a.expandingDimensions(at: -1) * b.expandingDimensions(at: 1)).sum(axis: 2)
    #expect(zip(alone, expected.scalars).allSatisfy { abs($0 - $1) < 1e-13 })
  }

  @Test func longSumsInSinglePrecisionLoseLittle() {
    var random = PCG64(seed: 7)
    let a = random.uniform(shape: [3, 1_000_000])
    let b = random.uniform(shape: [1_000_000, 2])
    let expected = Self.product(a.cast(to: .float64), b.cast(to: .float64))
    for found in [a.matmul(b), a.matmul(b.transposed().cast(to: .float32).transposed())] {
      let errors = zip(found.scalars, expected).map { abs($0 / $1 - 1) }
      #expect(errors.allSatisfy { $0 < 2e-6 }, "\(errors)")
    }
    let column = a[0...0].matmul(b[.all, 0])
    #expect(abs(column.item() / expected[0] - 1) < 1e-6)
  }
}
