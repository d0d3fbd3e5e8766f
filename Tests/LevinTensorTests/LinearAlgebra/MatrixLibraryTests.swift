import LevinTestKit
import Testing

@testable import LevinTensor

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// OpenBLAS or Accelerate, in processes of their own, since the choice is made once.
@Suite struct MatrixLibraryTests {
  // Sizes on both sides of the one at which a library takes over, and of its blocks of rows; integers, so
  // that sums are exact in any order.
  private static func checkProducts() {
    var random = PCG64(seed: 4)
    for (m, n, k) in [(64, 64, 64), (65, 63, 70), (600, 33, 40), (257, 300, 5), (1, 700, 500)] {
      let a = Tensor(shape: [m, k], dtype: .float64) { Double(random.integers(in: -8..<9)) }
      let b = Tensor(shape: [n, k], dtype: .float64) { Double(random.integers(in: -8..<9)) }
      let expected = a.cast(to: .int64).matmul(b.cast(to: .int64).transposed()).scalars
      for dtype in [DType.float64, .float32] {
        let (x, y) = (a.cast(to: dtype), b.cast(to: dtype))
        evaluateOrStop(x, y)
        for threads in [1, 2, 7] {
          Threads.count = threads
          precondition(x.matmul(y.transposed()).scalars == expected)
          let swapped = y.matmul(x.transposed()).transposed()
          precondition(swapped.scalars == expected)
          let gap = x.expandingDimensions(at: 2).expanded(to: [m, k, 2])[.all, .all, 0]
          precondition(gap.matmul(y.transposed()).scalars == expected)
        }
      }
    }
  }

  @Test func refusedItIsNotUsed() async {
    await #expect(processExitsWith: .success) {
      setenv("LEVIN_BLAS", "off", 1)
      precondition(MatrixLibrary.name == "Levin")
      MatrixLibraryTests.checkProducts()
    }
  }

  @Test func wantedItIsUsedWhereItIsInstalled() async {
    await #expect(processExitsWith: .success) {
      setenv("LEVIN_BLAS", "on", 1)
      #if os(Linux)
      let isInstalled =
        dlopen("libopenblas.so.0", RTLD_LAZY) != nil || dlopen("libopenblas.so", RTLD_LAZY) != nil
      precondition(MatrixLibrary.name == (isInstalled ? "OpenBLAS" : "Levin"))
      #endif
      MatrixLibraryTests.checkProducts()
    }
  }

  @Test func theBaselineLooksForIt() async {
    await #expect(processExitsWith: .success) {
      setenv("LEVIN_ISA", "base", 1)
      MatrixLibraryTests.checkProducts()
    }
  }
}
