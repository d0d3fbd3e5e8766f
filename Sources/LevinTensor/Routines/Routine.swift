/// The arguments of a routine: operands in memory, and the memory of its result.
///
/// The result is row-major without gaps, and so is every operand unless the operation is one of those
/// that take strides. The result's memory holds arbitrary bytes before.
struct RoutineCall {
  let operation: Operation
  let attributes: [Int]
  let operands: [MemoryArray]
  let result: MemoryArray

  /// Ends the process over a fault in the data, with the operation and the user's line.
  func fail(_ message: String, at site: CallSite) -> Never {
    fatalError("\(operation): \(message); made at \(site)")
  }
}

/// An operation that needs its operands whole, because elements move or meet along more than
/// one axis: a sort, a matrix product, a gather.
///
/// Routines run between the passes of a plan. The value must follow from the operands alone, with the
/// same bits for any number of threads.
typealias Routine = @Sendable (RoutineCall) -> Void

extension Operation {
  /// The table of routines.
  var routine: Routine {
    switch self {
    case .concatenate: Routines.concatenate
    case .place: Routines.place
    case .matrixProduct: Routines.matrixProduct
    case .cholesky: Routines.cholesky
    case .solveTriangular: Routines.solveTriangular
    case .solve: Routines.solve
    case .logDeterminant: Routines.logDeterminant
    case .symmetricEigen: Routines.symmetricEigen
    case .qr: Routines.qr
    case .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin: Routines.argExtreme
    case .argSort: Routines.argSort
    case .searchSorted: Routines.searchSorted
    case .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp: Routines.scan
    case .recurrence: Routines.recurrence
    case .replace: Routines.replace
    case .gather: Routines.gather
    case .scatterAdd: Routines.scatterAdd
    case .takeAlong: Routines.takeAlong
    case .scatterAddAlong: Routines.scatterAddAlong
    case .scatter: Routines.scatter
    case .linearIndex: Routines.linearIndex
    default: fatalError("\(self) has no routine")
    }
  }

  /// Whether the routine reads operands with strides; others are given theirs row-major.
  var takesStrides: Bool {
    switch self {
    case .concatenate, .place, .replace, .matrixProduct: true
    default: false
    }
  }
}

/// The routines, each beside its subject.
enum Routines {}
