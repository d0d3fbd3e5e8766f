#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Factorisations of dense matrices in double precision, n rows of n numbers unless said otherwise.
///
/// Blocks of columns are worked on one by one and meet the rest in matrix products, which take nearly all
/// the time of a large matrix (Golub and Van Loan, Matrix Computations, 4th edition, 3.2 and 4.2).
enum Dense {
  typealias Elements = UnsafeMutablePointer<Double>

  static let blockSize = 48

  /// C = C - A B, or A transposed B where a flag says so; strides are the rows' lengths in memory.
  static func subtractProduct(
    _ c: Elements, stride: Int, rows: Int, columns: Int, inner: Int,
    _ a: Elements, aRow: Int, aColumn: Int, _ b: Elements, bRow: Int, bColumn: Int
  ) {
    guard rows > 0, columns > 0, inner > 0 else { return }
    let product = Scratch(rows * columns)
    let layout = MatrixBatches(
      rows: rows, columns: columns, inner: inner,
      first: .init(row: aRow, column: aColumn), second: .init(row: bRow, column: bColumn))
    var task = MatrixProduct(
      .float64, layout, first: a, second: b, result: product.pointer)
    task.run(firstStarts: layout.firstStarts, secondStarts: layout.secondStarts)
    for i in 0..<rows {
      let row = c + i * stride
      let other = product.pointer + i * columns
      for j in 0..<columns { row[j] -= other[j] }
    }
  }

  /// The lower triangle L with L Lᵀ = A, in A's memory, with zeros above it.
  ///
  /// Of A the lower triangle is read. The result is the first leading minor that is not positive.
  static func cholesky(_ a: Elements, _ n: Int) -> Int? {
    for start in stride(from: 0, to: n, by: blockSize) {
      let width = min(blockSize, n - start)
      subtractProduct(
        a + start * n + start, stride: n, rows: n - start, columns: width, inner: start,
        a + start * n, aRow: n, aColumn: 1, a + start * n, bRow: 1, bColumn: n)
      for column in start..<(start + width) {
        if !choleskyColumn(a, n, column, from: start) { return column + 1 }
      }
    }
    for i in 0..<n {
      for j in (i + 1)..<max(n, i + 1) { a[i * n + j] = 0 }
    }
    return nil
  }

  private static func choleskyColumn(_ a: Elements, _ n: Int, _ column: Int, from start: Int)
    -> Bool
  {
    let own = a + column * n
    let length = column - start
    let pivot = own[column] - dot(own + start, own + start, length)
    guard pivot > 0, pivot.isFinite else { return false }
    let root = pivot.squareRoot()
    own[column] = root
    for row in (column + 1)..<max(n, column + 1) {
      let other = a + row * n
      other[column] = (other[column] - dot(other + start, own + start, length)) / root
    }
    return true
  }

  static func logarithm(_ x: Double) -> Double { log(x) }

  static func transpose(_ a: Elements, _ n: Int) {
    for i in 0..<n {
      for j in 0..<i {
        let kept = a[i * n + j]
        a[i * n + j] = a[j * n + i]
        a[j * n + i] = kept
      }
    }
  }

  static func dot(_ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int) -> Double {
    var sums = SIMD4<Double>.zero
    var index = 0
    while index + 4 <= count {
      let x = SIMD4(a[index], a[index + 1], a[index + 2], a[index + 3])
      let y = SIMD4(b[index], b[index + 1], b[index + 2], b[index + 3])
      sums += x * y
      index += 4
    }
    var total = (sums[0] + sums[1]) + (sums[2] + sums[3])
    while index < count {
      total += a[index] * b[index]
      index += 1
    }
    return total
  }

  /// X with T X = B in B's memory (n rows of `columns`), for a triangle T whose other half is not read.
  static func solveTriangle(
    _ t: Elements, _ n: Int, isUpper: Bool, hasUnitDiagonal: Bool, _ b: Elements, columns: Int
  ) {
    let blocks = stride(from: 0, to: n, by: blockSize).map { $0 }
    for start in isUpper ? blocks.reversed() : blocks {
      let end = min(start + blockSize, n)
      let (known, count) = isUpper ? (end, n - end) : (0, start)
      subtractProduct(
        b + start * columns, stride: columns, rows: end - start, columns: columns, inner: count,
        t + start * n + known, aRow: n, aColumn: 1, b + known * columns, bRow: columns, bColumn: 1)
      for step in 0..<(end - start) {
        let row = isUpper ? end - 1 - step : start + step
        let others = isUpper ? (row + 1)..<end : start..<row
        let target = b + row * columns
        for other in others {
          let factor = t[row * n + other]
          let source = b + other * columns
          for j in 0..<columns { target[j] -= factor * source[j] }
        }
        if hasUnitDiagonal { continue }
        let pivot = t[row * n + row]
        for j in 0..<columns { target[j] /= pivot }
      }
    }
  }
}
