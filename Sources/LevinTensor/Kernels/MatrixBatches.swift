/// The layout of the matrices of a batched product: strides and offsets in elements.
struct MatrixBatches {
  struct Strides {
    var row: Int
    var column: Int
  }

  let rows: Int
  let columns: Int
  /// The length of the axis that is summed over.
  let inner: Int
  let firstStrides: Strides
  let secondStrides: Strides
  /// The offsets of the first operands; results follow each other.
  let firstStarts: [Int64]
  /// The offsets of the second operands.
  let secondStarts: [Int64]

  /// One pair of matrices, from the first element of each operand on.
  init(rows: Int, columns: Int, inner: Int, first: Strides, second: Strides) {
    self.rows = rows
    self.columns = columns
    self.inner = inner
    firstStrides = first
    secondStrides = second
    firstStarts = [0]
    secondStarts = [0]
  }
}
