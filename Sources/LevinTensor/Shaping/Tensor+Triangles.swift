// Diagonals and triangles of matrices, which lie in the last two axes unless others are named.
extension Tensor {
  /// The diagonal of each matrix, as the last axis of the result.
  ///
  /// - Parameters:
  ///   - offset: The distance above the main diagonal, below when negative.
  ///   - axis1: The rows.
  ///   - axis2: The columns.
  public func diagonal(offset: Int = 0, axis1: Int = -2, axis2: Int = -1) -> Tensor {
    let rows = Shape.axis(axis1, rank: rank, for: "diagonal")
    let columns = Shape.axis(axis2, rank: rank, for: "diagonal")
    require(rows != columns, "diagonal: axes \(axis1) and \(axis2) of shape \(shape) are one")
    let order = (0..<rank).filter { $0 != rows && $0 != columns } + [rows, columns]
    let (m, n) = (shape[rows], shape[columns])
    let distance = Int(clamping: offset.magnitude)
    let start = offset >= 0 ? Swift.min(distance, n) : Swift.min(distance, m) * n
    let length = Swift.max(
      0, offset >= 0 ? Swift.min(m, n - distance) : Swift.min(m - distance, n))
    let flat = permuted(order).mergingLastAxes()
    return flat.sliced(lastAxisFrom: length == 0 ? 0 : start, count: length, step: n + 1)
  }

  // Rows one after the other.
  private func mergingLastAxes() -> Tensor {
    reshaped(to: shape.dropLast(2) + [shape[rank - 2] * shape[rank - 1]])
  }

  private func sliced(lastAxisFrom start: Int, count: Int, step: Int) -> Tensor {
    let others = rank - 1
    return Tensor(
      Node.slice(
        node, starts: [Int](repeating: 0, count: others) + [start],
        counts: shape.dropLast() + [count], steps: [Int](repeating: 1, count: others) + [step]))
  }

  /// Square matrices with the last axis on a diagonal, and 0 elsewhere.
  ///
  /// - Parameter offset: The distance above the main diagonal, below when negative; the matrices have as many
  ///   rows and columns as that takes.
  public func diagonalMatrix(offset: Int = 0) -> Tensor {
    require(rank > 0, "diagonalMatrix: a single number has no axis to put on a diagonal")
    let others = shape.dropLast()
    let side = Shape.sum(shape[rank - 1], Int(clamping: offset.magnitude))
    Shape.requireCountable(others + [side, side], for: "diagonalMatrix", from: shape)
    let zeros = [Int](repeating: 0, count: others.count)
    let ones = [Int](repeating: 1, count: others.count)
    let start = offset >= 0 ? offset : -offset * side
    let flat = Node.embed(
      node, starts: zeros + [start], steps: ones + [side + 1], in: others + [side * side])
    return Tensor(flat).reshaped(to: others + [side, side])
  }

  /// The sum of the diagonal of each matrix.
  public func trace() -> Tensor {
    require(rank >= 2, "trace: shape \(shape) has no matrix in its last two axes")
    return diagonal().sum(axis: -1)
  }

  /// Each matrix with 0 above a diagonal, which lies `diagonal` elements above the main one.
  public func lowerTriangle(diagonal: Int = 0) -> Tensor {
    keeping("lowerTriangle") { rows, columns in columns - rows .<= diagonal }
  }

  /// Each matrix with 0 below a diagonal, which lies `diagonal` elements above the main one.
  public func upperTriangle(diagonal: Int = 0) -> Tensor {
    keeping("upperTriangle") { rows, columns in columns - rows .>= diagonal }
  }

  private func keeping(_ name: String, _ isKept: (Tensor, Tensor) -> Tensor) -> Tensor {
    require(rank >= 2, "\(name): shape \(shape) has no matrix in its last two axes")
    let rows = Tensor.arange(shape[rank - 2]).expandingDimensions(at: 1)
    let mask = isKept(rows, Tensor.arange(shape[rank - 1]))
    return dtype == .bool ? self .& mask : `where`(mask, self, 0)
  }
}
