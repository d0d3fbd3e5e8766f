/// Products of matrices.
extension Routines {
  /// The product of two matrices, or of batches of them, whatever their strides.
  static func matrixProduct(_ call: RoutineCall) {
    guard call.result.count > 0 else { return }
    switch call.result.dtype {
    case .int32: multiplyWhole(call, Int32.self)
    case .int64: multiplyWhole(call, Int.self)
    case .float32: multiplyReal(call, Float.self)
    case .float64: multiplyReal(call, Double.self)
    case .bool: fatalError("matmul: booleans have no arithmetic")
    }
  }

  // Whole numbers wrap around, as their sums do.
  private static func multiplyWhole<T: FixedWidthInteger & TensorScalar>(
    _ call: RoutineCall, _ type: T.Type
  ) {
    multiply(call, type, zero: 0) { $0 &+ $1 &* $2 }
  }

  private static func multiplyReal<T: BinaryFloatingPoint & TensorScalar>(
    _ call: RoutineCall, _ type: T.Type
  ) {
    multiply(call, type, zero: 0) { $0 + $1 * $2 }
  }

  @inline(__always)
  private static func multiply<T: TensorScalar>(
    _ call: RoutineCall, _ type: T.Type, zero: T, _ accumulate: (T, T, T) -> T
  ) {
    let batches = MatrixBatches(call)
    let (m, n, k) = (batches.rows, batches.columns, batches.inner)
    for batch in batches.starts {
      let a = call.operands[0].elements(as: type) + batch.first
      let b = call.operands[1].elements(as: type) + batch.second
      let c = call.result.elements(as: type) + batch.result
      (c).update(repeating: zero, count: m * n)
      for i in 0..<m {
        for p in 0..<k {
          let factor = a[i * batches.firstStrides.row + p * batches.firstStrides.column]
          for j in 0..<n {
            let other = b[p * batches.secondStrides.row + j * batches.secondStrides.column]
            c[i * n + j] = accumulate(c[i * n + j], factor, other)
          }
        }
      }
    }
  }
}

/// Where the matrices of a batched product begin, in elements, and how they lie.
struct MatrixBatches {
  struct Start {
    var first: Int
    var second: Int
    var result: Int
  }

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
  let starts: [Start]

  init(_ call: RoutineCall) {
    let (a, b) = (call.operands[0], call.operands[1])
    let shape = call.result.shape
    rows = shape[shape.count - 2]
    columns = shape[shape.count - 1]
    inner = a.shape[a.shape.count - 1]
    firstStrides = Self.matrixStrides(a)
    secondStrides = Self.matrixStrides(b)
    let batch = Array(shape.dropLast(2))
    let firsts = Self.offsets(a, batch)
    let seconds = Self.offsets(b, batch)
    let size = rows * columns
    starts = firsts.indices.map {
      Start(first: firsts[$0], second: seconds[$0], result: $0 * size)
    }
  }

  private static func matrixStrides(_ array: MemoryArray) -> Strides {
    let count = array.strides.count
    return Strides(row: array.strides[count - 2], column: array.strides[count - 1])
  }

  // Batches that an operand lacks have stride 0.
  private static func offsets(_ array: MemoryArray, _ batch: [Int]) -> [Int] {
    let added = batch.count + 2 - array.shape.count
    let strides = batch.indices.map { axis in
      axis < added || array.shape[axis - added] == 1 ? 0 : array.strides[axis - added]
    }
    return RowMap.offsets(batch, strides: strides, start: 0)
  }
}
