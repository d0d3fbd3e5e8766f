/// Factorisations of matrices and solutions of linear equations: stacks of matrices in, stacks out.
extension Routines {
  /// The lower triangle whose product with its transpose is the operand.
  static func cholesky(_ call: RoutineCall) throws(EvaluationError) {
    guard call.result.count > 0 else { return }
    let source = MatrixStack(call.operands[0])
    let target = MatrixStack(call.result)
    let n = source.rows
    try forEachFitMatrix(source.count, work: n * n * n / 3) { index in
      let a = Scratch(n * n)
      source.read(index, into: a.pointer)
      if let minor = Dense.cholesky(a.pointer, n) {
        return call.fault(
          .notPositiveDefinite(minor: minor), ofMatrix: index, in: call.operands[0].shape)
      }
      target.write(a.pointer, to: index)
      return nil
    }
  }

  /// X with T X = B.
  ///
  /// Attributes: whether T is an upper triangle, is to be transposed, has ones on its diagonal.
  static func solveTriangular(_ call: RoutineCall) {
    guard call.result.count > 0 else { return }
    let triangles = MatrixStack(call.operands[0])
    let pairs = StackPairs(call)
    let (n, columns) = (triangles.rows, pairs.target.columns)
    let form = TriangleForm(call.attributes)
    let isUpper = form.isUpper != form.isTransposed
    forEachMatrix(pairs.target.count, work: n * n * columns) { index in
      let t = Scratch(n * n)
      let b = Scratch(n * columns)
      triangles.read(pairs.firsts[index], into: t.pointer)
      if form.isTransposed { Dense.transpose(t.pointer, n) }
      pairs.seconds.read(pairs.secondIndices[index], into: b.pointer)
      Dense.solveTriangle(
        t.pointer, n, isUpper: isUpper, hasUnitDiagonal: form.hasUnitDiagonal, b.pointer,
        columns: columns)
      pairs.target.write(b.pointer, to: index)
    }
  }

  /// X with A X = B.
  static func solve(_ call: RoutineCall) throws(EvaluationError) {
    guard call.result.count > 0 else { return }
    let matrices = MatrixStack(call.operands[0])
    let pairs = StackPairs(call)
    let (n, columns) = (matrices.rows, pairs.target.columns)
    try forEachFitMatrix(pairs.target.count, work: n * n * (n + columns)) { index in
      let a = Scratch(n * n)
      let b = Scratch(n * columns)
      matrices.read(pairs.firsts[index], into: a.pointer)
      pairs.seconds.read(pairs.secondIndices[index], into: b.pointer)
      let pivots = Dense.lu(a.pointer, n)
      if let pivot = pivots.firstZero {
        return call.fault(
          .singular(pivot: pivot), ofMatrix: pairs.firsts[index], in: call.operands[0].shape)
      }
      Dense.permute(b.pointer, columns: columns, by: pivots)
      Dense.solveTriangle(
        a.pointer, n, isUpper: false, hasUnitDiagonal: true, b.pointer, columns: columns)
      Dense.solveTriangle(
        a.pointer, n, isUpper: true, hasUnitDiagonal: false, b.pointer, columns: columns)
      pairs.target.write(b.pointer, to: index)
      return nil
    }
  }

  /// The sign of each matrix's determinant and the logarithm of its magnitude, as a row of two.
  static func logDeterminant(_ call: RoutineCall) {
    guard call.result.count > 0 else { return }
    let source = MatrixStack(call.operands[0])
    let target = MatrixStack(call.result)
    let n = source.rows
    forEachMatrix(source.count, work: n * n * n) { index in
      let a = Scratch(n * n)
      let pair = Scratch(2)
      source.read(index, into: a.pointer)
      let pivots = Dense.lu(a.pointer, n)
      pair.pointer[0] = pivots.isOdd ? -1 : 1
      for row in 0..<n {
        let pivot = a.pointer[row * n + row]
        pair.pointer[0] *= pivot.isNaN ? .nan : pivot == 0 ? 0 : pivot < 0 ? -1 : 1
        pair.pointer[1] += Dense.logarithm(abs(pivot))
      }
      target.write(pair.pointer, to: index)
    }
  }

  /// Eigenvalues of a symmetric matrix in the first row, and below them a column for each vector.
  static func symmetricEigen(_ call: RoutineCall) throws(EvaluationError) {
    guard call.result.count > 0 else { return }
    let source = MatrixStack(call.operands[0])
    let target = MatrixStack(call.result)
    let n = source.rows
    try forEachFitMatrix(source.count, work: 8 * n * n * n) { index in
      let packed = Scratch((n + 1) * n)
      let vectors = packed.pointer + n
      source.read(index, into: vectors)
      guard Dense.symmetricEigen(vectors, n, values: packed.pointer) else {
        return call.fault(.noFiniteEigenvalues, ofMatrix: index, in: call.operands[0].shape)
      }
      Dense.transpose(vectors, n)
      target.write(packed.pointer, to: index)
      return nil
    }
  }

  /// The orthogonal factor of a matrix, and below it the upper triangle, its rows one after the other.
  static func qr(_ call: RoutineCall) {
    guard call.result.count > 0 else { return }
    let source = MatrixStack(call.operands[0])
    let target = MatrixStack(call.result)
    let (m, n) = (source.rows, source.columns)
    forEachMatrix(source.count, work: 4 * m * n * n) { index in
      let a = Scratch(m * n)
      let packed = Scratch((m + n) * n)
      source.read(index, into: a.pointer)
      Dense.qr(a.pointer, rows: m, columns: n, q: packed.pointer)
      (packed.pointer + m * n).update(from: a.pointer, count: n * n)
      target.write(packed.pointer, to: index)
    }
  }
}

/// The operands of a routine of two, each broadcast to the batch of the result.
private struct StackPairs {
  let target: MatrixStack
  let seconds: MatrixStack
  let firsts: [Int]
  let secondIndices: [Int]

  init(_ call: RoutineCall) {
    let batch = Array(call.result.shape.dropLast(2))
    target = MatrixStack(call.result)
    seconds = MatrixStack(call.operands[1])
    firsts = MatrixStack(call.operands[0]).indices(broadcastTo: batch)
    secondIndices = seconds.indices(broadcastTo: batch)
  }
}
