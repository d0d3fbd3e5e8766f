#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Householder reflections: I - scale v vᵀ with v₀ = 1 (Golub and Van Loan, Matrix Computations,
// 4th edition, 5.1 and 8.3).
extension Dense {
  /// A reflection that maps a vector to a multiple of the first unit vector.
  struct Reflection {
    /// The first element of the result.
    var head: Double
    var scale: Double
    /// The vector's elements after the first are to be divided by this.
    var divisor: Double

    /// As LAPACK has it: the head has the other sign than the first element, and a vector that is
    /// a multiple of the first unit vector already stays as it is.
    init(first: Double, norm rest: Double) {
      guard rest != 0 else {
        (head, scale, divisor) = (first, 0, 1)
        return
      }
      let norm = hypot(first, rest)
      head = first < 0 ? norm : -norm
      scale = (head - first) / head
      divisor = first - head
    }
  }

  private static func columnNorm(_ a: Elements, _ columns: Int, _ column: Int, _ rows: Range<Int>)
    -> Double
  {
    var largest = 0.0
    for row in rows {
      let size = abs(a[row * columns + column])
      if size.isNaN { return size }
      largest = max(largest, size)
    }
    guard largest > 0, largest.isFinite else { return largest }
    var sum = 0.0
    for row in rows {
      let ratio = a[row * columns + column] / largest
      sum += ratio * ratio
    }
    return largest * sum.squareRoot()
  }

  // Applies I - scale v vᵀ from the left to columns of a matrix; v lies in `vector`, one a row.
  private static func reflect(
    _ a: Elements, _ stride: Int, _ rows: Range<Int>, _ columns: Range<Int>, scale: Double,
    _ vector: Elements, _ sums: Elements
  ) {
    guard scale != 0, !columns.isEmpty else { return }
    for j in columns { sums[j] = 0 }
    for row in rows {
      let factor = vector[row]
      for j in columns { sums[j] += factor * a[row * stride + j] }
    }
    for row in rows {
      let factor = scale * vector[row]
      for j in columns { a[row * stride + j] -= factor * sums[j] }
    }
  }

  /// Q and R with Q R = A, for m rows and n columns, m at least n: R in the first n rows of A's memory,
  /// Q, of A's shape, in `q`.
  static func qr(_ a: Elements, rows m: Int, columns n: Int, q: Elements) {
    let vectors = Scratch(m * n)
    let scales = Scratch(n)
    let sums = Scratch(n)
    for column in 0..<n {
      let vector = vectors.pointer + column * m
      let reflection = Reflection(
        first: a[column * n + column],
        norm: columnNorm(a, n, column, (column + 1)..<max(m, column + 1)))
      scales.pointer[column] = reflection.scale
      vector[column] = 1
      for row in (column + 1)..<max(m, column + 1) {
        vector[row] = a[row * n + column] / reflection.divisor
        a[row * n + column] = 0
      }
      a[column * n + column] = reflection.head
      reflect(
        a, n, column..<m, (column + 1)..<n, scale: reflection.scale, vector, sums.pointer)
    }
    for row in 0..<m {
      for column in 0..<n { q[row * n + column] = row == column ? 1 : 0 }
    }
    for column in (0..<n).reversed() {
      reflect(
        q, n, column..<m, column..<n, scale: scales.pointer[column],
        vectors.pointer + column * m, sums.pointer)
    }
  }

  /// Eigenvalues, ascending, and eigenvectors of a symmetric matrix.
  ///
  /// Its lower triangle is read; its memory then holds one vector a row. False if a value is not finite.
  static func symmetricEigen(_ a: Elements, _ n: Int, values: Elements) -> Bool {
    // NaN would pass for a link that is lost in rounding.
    for i in 0..<n where !(0...i).allSatisfy({ a[i * n + $0].isFinite }) { return false }
    let beside = Scratch(n)
    tridiagonalise(a, n, values, beside.pointer)
    guard implicitQL(a, n, values, beside.pointer) else { return false }
    sort(a, n, values)
    return (0..<n).allSatisfy { values[$0].isFinite }
  }

  // A = Q T Qᵀ with T tridiagonal: its diagonal, beside it at [i] the element that links i and i + 1, and Qᵀ in
  // A's memory.
  private static func tridiagonalise(
    _ a: Elements, _ n: Int, _ diagonal: Elements, _ beside: Elements
  ) {
    for i in 0..<n {
      for j in 0..<i { a[j * n + i] = a[i * n + j] }
    }
    let vectors = Scratch(n * n)
    let scales = Scratch(n)
    let sums = Scratch(n)
    for column in 0..<max(n - 2, 0) {
      let vector = vectors.pointer + column * n
      let reflection = Reflection(
        first: a[(column + 1) * n + column], norm: columnNorm(a, n, column, (column + 2)..<n))
      scales.pointer[column] = reflection.scale
      vector[column + 1] = 1
      for row in (column + 2)..<n { vector[row] = a[row * n + column] / reflection.divisor }
      beside[column] = reflection.head
      reflectBothSides(a, n, (column + 1)..<n, scale: reflection.scale, vector, sums.pointer)
    }
    if n > 1 { beside[n - 2] = a[(n - 1) * n + n - 2] }
    for i in 0..<n { diagonal[i] = a[i * n + i] }
    for i in 0..<n {
      for j in 0..<n { a[i * n + j] = i == j ? 1 : 0 }
    }
    for column in (0..<max(n - 2, 0)).reversed() {
      reflect(
        a, n, (column + 1)..<n, (column + 1)..<n, scale: scales.pointer[column],
        vectors.pointer + column * n, sums.pointer)
    }
    transpose(a, n)
  }

  // A - v wᵀ - w vᵀ with w = scale (A v) - (scale² vᵀ A v / 2) v.
  private static func reflectBothSides(
    _ a: Elements, _ n: Int, _ range: Range<Int>, scale: Double, _ vector: Elements, _ w: Elements
  ) {
    guard scale != 0 else { return }
    let start = range.lowerBound
    for row in range { w[row] = scale * dot(a + row * n + start, vector + start, range.count) }
    let half = scale / 2 * dot(w + start, vector + start, range.count)
    for row in range { w[row] -= half * vector[row] }
    for row in range {
      let (v, other) = (vector[row], w[row])
      let target = a + row * n
      for j in range { target[j] -= v * w[j] + other * vector[j] }
    }
  }

  // QL steps with Wilkinson's shift, each eigenvalue until the element that links it to the next is lost in rounding
  // (Golub and Van Loan, 8.3.5). Rotations turn neighbouring rows of Qᵀ.
  private static func implicitQL(
    _ vectors: Elements, _ n: Int, _ d: Elements, _ e: Elements
  ) -> Bool {
    for low in 0..<n {
      var turns = 0
      while true {
        var high = low
        while high < n - 1, abs(e[high]) > .ulpOfOne * (abs(d[high]) + abs(d[high + 1])) {
          high += 1
        }
        if high == low { break }
        if turns == 60 || !e[high - 1].isFinite { return false }
        turns += 1
        sweep(vectors, n, d, e, from: low, to: high)
      }
    }
    return true
  }

  private static func sweep(
    _ vectors: Elements, _ n: Int, _ d: Elements, _ e: Elements, from low: Int, to high: Int
  ) {
    let half = (d[low + 1] - d[low]) / (2 * e[low])
    let root = hypot(half, 1)
    var g = d[high] - d[low] + e[low] / (half + (half < 0 ? -root : root))
    var (sine, cosine, shift) = (1.0, 1.0, 0.0)
    for i in (low..<high).reversed() {
      let f = sine * e[i]
      let b = cosine * e[i]
      let radius = hypot(f, g)
      e[i + 1] = radius
      if radius == 0 {
        d[i + 1] -= shift
        e[high] = 0
        return
      }
      (sine, cosine) = (f / radius, g / radius)
      g = d[i + 1] - shift
      let turned = (d[i] - g) * sine + 2 * cosine * b
      shift = sine * turned
      d[i + 1] = g + shift
      g = cosine * turned - b
      let (upper, lower) = (vectors + i * n, vectors + (i + 1) * n)
      for j in 0..<n {
        let (x, y) = (upper[j], lower[j])
        lower[j] = sine * x + cosine * y
        upper[j] = cosine * x - sine * y
      }
    }
    d[low] -= shift
    e[low] = g
    e[high] = 0
  }

  private static func sort(_ vectors: Elements, _ n: Int, _ values: Elements) {
    for index in 0..<n {
      var least = index
      for other in index..<n where values[other] < values[least] { least = other }
      guard least != index else { continue }
      (values[index], values[least]) = (values[least], values[index])
      for j in 0..<n {
        let kept = vectors[index * n + j]
        vectors[index * n + j] = vectors[least * n + j]
        vectors[least * n + j] = kept
      }
    }
  }
}
