/// Products of matrices.
extension Routines {
  /// The product of two matrices, or of batches of them, whatever their strides.
  static func matrixProduct(_ call: RoutineCall) {
    guard call.result.count > 0 else { return }
    let batches = MatrixBatches(call)
    switch call.result.dtype {
    case .int32: multiplyIntegers(call, batches, Int32.self)
    case .int64: multiplyIntegers(call, batches, Int.self)
    case .float32, .float64:
      var product = MatrixProduct(
        call.result.dtype, batches, first: call.operands[0].pointer,
        second: call.operands[1].pointer, result: call.result.pointer)
      product.run(firstStarts: batches.firstStarts, secondStarts: batches.secondStarts)
    case .bool: fatalError("matmul: booleans have no arithmetic")
    }
  }

  // Integers wrap around, as their sums do.
  private static func multiplyIntegers<T: FixedWidthInteger & TensorScalar>(
    _ call: RoutineCall, _ batches: MatrixBatches, _ type: T.Type
  ) {
    let (m, n) = (batches.rows, batches.columns)
    let (aStrides, bStrides) = (batches.firstStrides, batches.secondStrides)
    for (index, (start, other)) in zip(batches.firstStarts, batches.secondStarts).enumerated() {
      let a = call.operands[0].elements(as: type) + Int(start)
      let b = call.operands[1].elements(as: type) + Int(other)
      let c = call.result.elements(as: type) + index * m * n
      c.update(repeating: 0, count: m * n)
      for i in 0..<m {
        for p in 0..<batches.inner {
          let factor = a[i * aStrides.row + p * aStrides.column]
          for j in 0..<n {
            c[i * n + j] &+= factor &* b[p * bStrides.row + j * bStrides.column]
          }
        }
      }
    }
  }
}

extension MemoryArray {
  /// The same memory with the last two axes exchanged.
  var transposed: MemoryArray {
    let last = shape.count - 1
    var (shape, strides) = (shape, strides)
    shape.swapAt(last, last - 1)
    strides.swapAt(last, last - 1)
    return MemoryArray(pointer: pointer, shape: shape, strides: strides, dtype: dtype)
  }
}

extension MatrixBatches {
  init(_ call: RoutineCall) {
    let a = Self.operand(0, of: call)
    let b = Self.operand(1, of: call)
    let shape = call.result.shape
    rows = shape[shape.count - 2]
    columns = shape[shape.count - 1]
    inner = a.shape[a.shape.count - 1]
    firstStrides = Self.matrixStrides(a)
    secondStrides = Self.matrixStrides(b)
    let batch = Array(shape.dropLast(2))
    firstStarts = Self.offsets(a, batch)
    secondStarts = Self.offsets(b, batch)
  }

  // Attributes: for each operand, whether it is read as its transpose.
  private static func operand(_ index: Int, of call: RoutineCall) -> MemoryArray {
    let array = call.operands[index]
    return TransposedOperands(call.attributes)[index] ? array.transposed : array
  }

  private static func matrixStrides(_ array: MemoryArray) -> Strides {
    let count = array.strides.count
    return Strides(row: array.strides[count - 2], column: array.strides[count - 1])
  }

  // Batches that an operand lacks have stride 0.
  private static func offsets(_ array: MemoryArray, _ batch: [Int]) -> [Int64] {
    let added = batch.count + 2 - array.shape.count
    let strides = batch.indices.map { axis in
      axis < added || array.shape[axis - added] == 1 ? 0 : array.strides[axis - added]
    }
    return Shape.offsets(batch, strides: strides, start: 0).map(Int64.init)
  }
}
