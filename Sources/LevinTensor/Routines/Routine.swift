/// The arguments of a routine: operands in memory, and the memory of its result.
///
/// The result is row-major without gaps, and so is every operand unless the operation is one of those
/// that take strides. The result's memory holds arbitrary bytes before.
struct RoutineCall {
  let operation: Operation
  let attributes: [Int]
  let operands: [MemoryArray]
  let result: MemoryArray

  /// A fault of the matrix with an index in a stack of this shape.
  func fault(_ problem: EvaluationError.Problem, ofMatrix index: Int, in shape: [Int])
    -> EvaluationError
  {
    let batch = Array(shape.dropLast(2))
    return fault(problem, at: Shape.position(index, in: batch), of: shape)
  }

  /// A fault in the data, with the operation and the user's line, which are the last attributes.
  func fault(_ problem: EvaluationError.Problem, at position: [Int], of shape: [Int])
    -> EvaluationError
  {
    EvaluationError(
      "\(operation)", problem, at: position, of: shape,
      origin: CallSite(lastOf: attributes).text)
  }
}

/// An operation that needs its operands whole, because elements move or meet along more than
/// one axis: a sort, a matrix product, a gather.
///
/// Routines run between the passes of a plan. The value must follow from the operands alone, with the
/// same bits for any number of threads. A fault that only the data show is thrown, the first one of several.
typealias Routine = @Sendable (RoutineCall) throws(EvaluationError) -> Void

extension Operation {
  /// The table of routines: nil for what passes alone compute.
  var routine: Routine? {
    switch self {
    case .movement(let operation): operation.routine
    case .indexing(let operation): operation.routine
    case .linearAlgebra(let operation): operation.routine
    case .ordering(let operation): operation.routine
    case .scan(let operation): { Routines.scan(operation, $0) }
    case .leaf, .scalar, .unary, .binary, .ternary, .reduction, .composite: nil
    }
  }

  /// Whether the routine reads operands with strides; others are given theirs row-major.
  var takesStrides: Bool {
    switch self {
    case .movement, .linearAlgebra(.matrixProduct): true
    case .linearAlgebra, .indexing, .ordering, .scan, .leaf, .scalar, .unary, .binary, .ternary,
      .reduction, .composite:
      false
    }
  }
}

extension MovementOperation {
  fileprivate var routine: Routine? {
    switch self {
    case .concatenate: Routines.concatenate
    case .embed: Routines.embed
    case .replace: Routines.replace
    case .reshape, .expand, .permute, .slice: nil
    }
  }
}

extension IndexingOperation {
  fileprivate var routine: Routine {
    switch self {
    case .gather: Routines.gather
    case .scatterAdd: Routines.scatterAdd
    case .takeAlong: Routines.takeAlong
    case .scatterAddAlong: Routines.scatterAddAlong
    case .scatter: Routines.scatter
    case .linearIndex: Routines.linearIndex
    case .nonZero: Routines.nonZero
    }
  }
}

extension LinearAlgebraOperation {
  fileprivate var routine: Routine {
    switch self {
    case .matrixProduct: Routines.matrixProduct
    case .cholesky: Routines.cholesky
    case .solveTriangular: Routines.solveTriangular
    case .solve: Routines.solve
    case .logDeterminant: Routines.logDeterminant
    case .symmetricEigen: Routines.symmetricEigen
    case .qr: Routines.qr
    }
  }
}

extension OrderingOperation {
  fileprivate var routine: Routine {
    switch self {
    case .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin:
      { Routines.argExtreme(self, $0) }
    case .argSort: Routines.argSort
    case .searchSorted: Routines.searchSorted
    }
  }
}

/// The routines, each beside its subject.
enum Routines {}
