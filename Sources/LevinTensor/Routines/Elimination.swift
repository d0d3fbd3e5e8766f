/// Elimination with partial pivoting (Golub and Van Loan, Matrix Computations, 4th edition, 3.4).
extension Dense {
  /// The exchanges of rows.
  struct Pivots {
    /// The row that each row was exchanged with, in turn.
    var rows: [Int] = []
    /// Whether rows were exchanged an odd number of times.
    var isOdd = false
    /// The first pivot that is 0, counted from 1.
    var firstZero: Int?
  }

  /// L and U with L U = P A in A's memory, L below the diagonal.
  static func lu(_ a: Elements, _ n: Int) -> Pivots {
    var pivots = Pivots()
    for start in stride(from: 0, to: n, by: blockSize) {
      let end = min(start + blockSize, n)
      for column in start..<end { luColumn(a, n, column, end: end, &pivots) }
      guard end < n else { break }
      // The block's rows to the right, then what lies below them.
      for row in start..<end {
        let target = a + row * n
        for other in start..<row {
          let factor = target[other]
          let source = a + other * n
          for j in end..<n { target[j] -= factor * source[j] }
        }
      }
      subtractProduct(
        a + end * n + end, stride: n, rows: n - end, columns: n - end, inner: end - start,
        a + end * n + start, aRow: n, aColumn: 1, a + start * n + end, bRow: n, bColumn: 1)
    }
    return pivots
  }

  private static func luColumn(
    _ a: Elements, _ n: Int, _ column: Int, end: Int, _ pivots: inout Pivots
  ) {
    var best = column
    // NaN counts as the largest, so that it is found.
    for row in column..<n {
      let (size, most) = (abs(a[row * n + column]), abs(a[best * n + column]))
      if size > most || size.isNaN && !most.isNaN { best = row }
    }
    pivots.rows.append(best)
    if best != column {
      pivots.isOdd.toggle()
      for j in 0..<n {
        let kept = a[column * n + j]
        a[column * n + j] = a[best * n + j]
        a[best * n + j] = kept
      }
    }
    let pivot = a[column * n + column]
    if pivot == 0 || pivot.isNaN {
      if pivots.firstZero == nil { pivots.firstZero = column + 1 }
      if pivot == 0 { return }
    }
    for row in (column + 1)..<max(n, column + 1) {
      let target = a + row * n
      let factor = target[column] / pivot
      target[column] = factor
      for j in (column + 1)..<max(end, column + 1) { target[j] -= factor * a[column * n + j] }
    }
  }

  /// Rows of B in the order that pivoting left.
  static func permute(_ b: Elements, columns: Int, by pivots: Pivots) {
    for (row, other) in pivots.rows.enumerated() where row != other {
      for j in 0..<columns {
        let kept = b[row * columns + j]
        b[row * columns + j] = b[other * columns + j]
        b[other * columns + j] = kept
      }
    }
  }
}
