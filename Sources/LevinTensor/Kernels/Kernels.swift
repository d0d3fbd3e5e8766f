internal import LevinKernels
import Synchronization

// The only file that imports the C module: which kernel computes which operation on which dtype, and
// programs made of kernels. What it hands on are Swift types.

/// What a kernel computes.
struct KernelOperation: Hashable {
  fileprivate let operation: lv_op

  fileprivate init(_ operation: lv_op) { self.operation = operation }

  static let copy = KernelOperation(LV_COPY)
  static let splat = KernelOperation(LV_SPLAT)
  static let load = KernelOperation(LV_LOAD)
  static let loadBlock = KernelOperation(LV_LOAD_BLOCK)
  static let store = KernelOperation(LV_STORE)
  static let add = KernelOperation(LV_ADD)
  static let multiplyAdd = KernelOperation(LV_MULTIPLY_ADD)
  static let accumulateSum = KernelOperation(LV_ACCUMULATE_SUM)
  static let accumulateProducts = KernelOperation(LV_ACCUMULATE_DOT)
  static let multiply = KernelOperation(LV_MULTIPLY)

  /// Whether the kernel takes one number in the place of an operand's elements.
  var takesNumbers: Bool {
    operation.rawValue >= LV_ADD.rawValue && operation.rawValue <= LV_OR.rawValue
  }

  /// What it takes for each element, in simple operations such as an addition.
  var cost: Int {
    switch operation {
    case LV_EXP, LV_EXPM1, LV_LOG, LV_LOG1P, LV_LOG2, LV_LOG10, LV_SIN, LV_COS, LV_TANH, LV_SIGMOID,
      LV_ERF, LV_ERFC, LV_POWER, LV_LOG_ADD_EXP, LV_SOFTPLUS, LV_LOG_SIGMOID, LV_ASIN, LV_ACOS,
      LV_ATAN, LV_ATAN2, LV_SINH, LV_COSH, LV_ASINH, LV_ACOSH, LV_ATANH, LV_LOG1M_EXP,
      LV_REMAINDER, LV_FLOOR_DIVIDE:
      8
    case LV_GAMMA_P, LV_GAMMA_Q, LV_GAMMA_SHAPE_SLOPE, LV_BETA_I, LV_BETA_FIRST_SLOPE,
      LV_BETA_SECOND_SLOPE:
      400
    case LV_GAMMA_P_INVERSE, LV_GAMMA_Q_INVERSE, LV_BETA_I_INVERSE: 2000
    case LV_GAMMA_DENSITY, LV_BETA_DENSITY: 100
    case LV_LOG_NORMAL_CDF, LV_NORMAL_HAZARD, LV_ERF_INVERSE: 16
    case LV_LOG_GAMMA, LV_DIGAMMA, LV_TRIGAMMA, LV_POLYGAMMA: 20
    case LV_SQRT, LV_RSQRT, LV_RECIPROCAL, LV_DIVIDE, LV_ABSORBING_DIVIDE, LV_LOAD, LV_STORE: 3
    default: 1
    }
  }

  static func == (a: KernelOperation, b: KernelOperation) -> Bool {
    a.operation.rawValue == b.operation.rawValue
  }

  func hash(into hasher: inout Hasher) { hasher.combine(operation.rawValue) }
}

/// Which operands of a kernel are one number that serves for all elements.
enum KernelForm: UInt32 {
  case vectors, secondIsNumber, firstIsNumber
}

extension DType {
  // The C module numbers its types as this enumeration does.
  fileprivate var kernelType: lv_type { lv_type(UInt32(rawValue)) }

  /// The kernel that casts from this dtype.
  fileprivate var castingKernel: lv_op {
    switch self {
    case .bool: LV_FROM_BOOL
    case .int32: LV_FROM_I32
    case .int64: LV_FROM_I64
    case .float32: LV_FROM_F32
    case .float64: LV_FROM_F64
    }
  }
}

extension Operation {
  /// The kernel of an elementwise operation with these attributes, whose first operand has `dtype`.
  func kernel(attributes: [Int], operand dtype: DType) -> KernelOperation {
    KernelOperation(named(attributes: attributes, operand: dtype))
  }

  private func named(attributes: [Int], operand dtype: DType) -> lv_op {
    switch self {
    case .negate: LV_NEGATE
    case .absolute: LV_ABSOLUTE
    case .sign: LV_SIGN
    case .floor: LV_FLOOR
    case .ceil: LV_CEIL
    case .round: LV_ROUND
    case .trunc: LV_TRUNC
    case .exp: LV_EXP
    case .expm1: LV_EXPM1
    case .log: LV_LOG
    case .log1p: LV_LOG1P
    case .log2: LV_LOG2
    case .log10: LV_LOG10
    case .squareRoot: LV_SQRT
    case .reciprocalSquareRoot: LV_RSQRT
    case .square: LV_SQUARE
    case .reciprocal: LV_RECIPROCAL
    case .sin: LV_SIN
    case .cos: LV_COS
    case .asin: LV_ASIN
    case .acos: LV_ACOS
    case .atan: LV_ATAN
    case .sinh: LV_SINH
    case .cosh: LV_COSH
    case .tanh: LV_TANH
    case .asinh: LV_ASINH
    case .acosh: LV_ACOSH
    case .atanh: LV_ATANH
    case .sigmoid: LV_SIGMOID
    case .softplus: LV_SOFTPLUS
    case .logSigmoid: LV_LOG_SIGMOID
    case .erf: LV_ERF
    case .erfc: LV_ERFC
    case .erfInverse: LV_ERF_INVERSE
    case .log1mExp: LV_LOG1M_EXP
    case .logNormalCDF: LV_LOG_NORMAL_CDF
    case .normalHazard: LV_NORMAL_HAZARD
    case .logGamma: LV_LOG_GAMMA
    case .polygamma: Self.polygamma(order: attributes[0])
    case .isNaN: LV_IS_NAN
    case .isFinite: LV_IS_FINITE
    case .logicalNot: LV_NOT
    case .cast: dtype.castingKernel
    case .add, .subtract, .multiply, .divide, .remainder, .floorDivide, .power, .maximum, .minimum,
      .atan2, .absorbingMultiply, .absorbingDivide, .logAddExp, .gammaP, .gammaQ, .gammaDensity,
      .gammaShapeSlope, .gammaPInverse, .gammaQInverse, .xlogy, .xlog1py, .equal, .notEqual, .less,
      .lessOrEqual, .logicalAnd, .logicalOr, .select, .betaI, .betaDensity, .betaFirstSlope,
      .betaSecondSlope, .betaIInverse, .sum, .product, .maximumOver, .minimumOver:
      namedOfSeveral
    case .leaf, .scalar, .logSumExp, .softmax, .reshape, .expand, .permute, .slice, .place,
      .concatenate, .replace, .gather, .scatterAdd, .takeAlong, .scatterAddAlong, .scatter,
      .linearIndex, .matrixProduct, .cholesky, .solveTriangular, .solve, .logDeterminant,
      .symmetricEigen, .qr, .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin, .argSort,
      .searchSorted, .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp, .recurrence:
      fatalError("\(self) moves or combines elements by other means than a kernel")
    }
  }

  private var namedOfSeveral: lv_op {
    switch self {
    case .add, .sum: LV_ADD
    case .subtract: LV_SUBTRACT
    case .multiply, .product: LV_MULTIPLY
    case .divide: LV_DIVIDE
    case .remainder: LV_REMAINDER
    case .floorDivide: LV_FLOOR_DIVIDE
    case .power: LV_POWER
    case .atan2: LV_ATAN2
    case .maximum, .maximumOver: LV_MAXIMUM
    case .minimum, .minimumOver: LV_MINIMUM
    case .absorbingMultiply: LV_ABSORBING_MULTIPLY
    case .absorbingDivide: LV_ABSORBING_DIVIDE
    case .logAddExp: LV_LOG_ADD_EXP
    case .gammaP: LV_GAMMA_P
    case .gammaQ: LV_GAMMA_Q
    case .gammaDensity: LV_GAMMA_DENSITY
    case .gammaShapeSlope: LV_GAMMA_SHAPE_SLOPE
    case .gammaPInverse: LV_GAMMA_P_INVERSE
    case .gammaQInverse: LV_GAMMA_Q_INVERSE
    case .xlogy, .xlog1py: LV_LOG_PRODUCT
    case .equal: LV_EQUAL
    case .notEqual: LV_NOT_EQUAL
    case .less: LV_LESS
    case .lessOrEqual: LV_LESS_OR_EQUAL
    case .logicalAnd: LV_AND
    case .logicalOr: LV_OR
    case .select: LV_SELECT
    case .betaI: LV_BETA_I
    case .betaDensity: LV_BETA_DENSITY
    case .betaFirstSlope: LV_BETA_FIRST_SLOPE
    case .betaSecondSlope: LV_BETA_SECOND_SLOPE
    case .betaIInverse: LV_BETA_I_INVERSE
    case .negate, .absolute, .sign, .floor, .ceil, .round, .trunc, .exp, .expm1, .log, .log1p,
      .log2, .log10, .squareRoot, .reciprocalSquareRoot, .square, .reciprocal, .sin, .cos, .asin,
      .acos, .atan, .sinh, .cosh, .tanh, .asinh, .acosh, .atanh, .sigmoid, .softplus, .logSigmoid,
      .erf, .erfc, .erfInverse, .log1mExp, .logNormalCDF, .normalHazard, .logGamma, .polygamma,
      .isNaN, .isFinite, .logicalNot, .cast, .leaf, .scalar, .logSumExp, .softmax, .reshape,
      .expand, .permute, .slice, .place, .concatenate, .replace, .gather, .scatterAdd, .takeAlong,
      .scatterAddAlong, .scatter, .linearIndex, .matrixProduct, .cholesky, .solveTriangular, .solve,
      .logDeterminant, .symmetricEigen, .qr, .argMax, .argMin, .cumulativeArgMax, .cumulativeArgMin,
      .argSort, .searchSorted, .cumulativeSum, .cumulativeProduct, .logCumulativeSumExp,
      .recurrence:
      fatalError("\(self) moves or combines elements by other means than a kernel")
    }
  }

  private static func polygamma(order: Int) -> lv_op {
    order == 0 ? LV_DIGAMMA : order == 1 ? LV_TRIGAMMA : LV_POLYGAMMA
  }

  /// The kernel by which a chunk joins an accumulator.
  var accumulatingKernel: KernelOperation {
    switch self {
    case .product: KernelOperation(LV_ACCUMULATE_PRODUCT)
    case .maximumOver: KernelOperation(LV_ACCUMULATE_MAXIMUM)
    case .minimumOver: KernelOperation(LV_ACCUMULATE_MINIMUM)
    default: KernelOperation(LV_ACCUMULATE_SUM)
    }
  }
}

/// The loops over memory.
enum Kernels {
  /// Copies elements between strided arrays of one shape; strides are in elements.
  static func copyStrided(
    to: UnsafeMutableRawPointer, _ toStrides: [Int], from: UnsafeRawPointer, _ fromStrides: [Int],
    shape: [Int], elementSize: Int
  ) {
    guard !shape.contains(0) else { return }
    lv_copy_strided(
      to.assumingMemoryBound(to: CChar.self), toStrides.map(Int64.init),
      from.assumingMemoryBound(to: CChar.self), fromStrides.map(Int64.init),
      shape.map(Int64.init), shape.count, elementSize)
  }
}

/// What multiplies large matrices of real numbers.
package enum MatrixLibrary {
  /// "OpenBLAS" or "Accelerate" where one is found and used, else "Levin".
  ///
  /// Looked for where the machine has none of the faster instruction sets that the kernels know, or
  /// everywhere with `LEVIN_BLAS=on`; `LEVIN_BLAS=off` refuses it.
  package static var name: String { String(cString: lv_matrix_library()) }
}

/// Products of matrices, or of batches of them, of `float32` or `float64`.
struct MatrixProduct {
  private var product: lv_matrix_product

  /// A product of matrices that lie as `batches` says.
  init(
    _ dtype: DType, _ batches: MatrixBatches, first: UnsafeRawPointer, second: UnsafeRawPointer,
    result: UnsafeMutableRawPointer
  ) {
    product = lv_matrix_product()
    product.type = dtype.kernelType
    product.shape.m = batches.rows
    product.shape.n = batches.columns
    product.shape.k = batches.inner
    product.shape.a_row = batches.firstStrides.row
    product.shape.a_column = batches.firstStrides.column
    product.shape.b_row = batches.secondStrides.row
    product.shape.b_column = batches.secondStrides.column
    product.a = first
    product.b = second
    product.c = result
  }

  /// Multiplies; each pair begins at these places, in elements.
  mutating func run(firstStarts: [Int64], secondStarts: [Int64]) {
    product.batches = firstStarts.count
    let threads = Int32(Threads.count)
    firstStarts.withUnsafeBufferPointer { firsts in
      secondStarts.withUnsafeBufferPointer { seconds in
        product.a_starts = firsts.baseAddress
        product.b_starts = seconds.baseAddress
        let workspace = Storage(byteCount: lv_matrix_product_bytes(&product, threads))
        lv_multiply_matrices(
          &product, workspace.pointer.assumingMemoryBound(to: CChar.self), threads)
      }
    }
  }
}

/// A program in the form that the C module runs, in memory of its own.
///
/// Written while it is made, then only read; so executions may share it.
final class KernelProgram: @unchecked Sendable {
  /// A list of kernels and their slots.
  struct Code {
    fileprivate var instructions: [lv_instruction] = []

    /// Adds a kernel, which must exist for the type.
    mutating func append(
      _ operation: KernelOperation, _ type: DType, _ form: KernelForm = .vectors,
      immediate: Int = 0, result: UInt32, operands: [UInt32]
    ) {
      let found = lv_find_kernel(
        operation.operation, type.kernelType, lv_form(form.rawValue))
      guard let kernel = found else {
        fatalError("no kernel for operation \(operation.operation.rawValue) on \(type)")
      }
      instructions.append(
        lv_instruction(
          kernel: kernel, immediate: Int64(immediate), result: result, a: operands[0],
          b: operands.count > 1 ? operands[1] : 0, c: operands.count > 2 ? operands[2] : 0))
    }
  }

  /// The parts of a program; see the C module's header for when each runs.
  struct Parts {
    var prologue = Code()
    var spreading = Code()
    var body = Code()
    fileprivate var moving: [lv_moving_slot] = []
    fileprivate var accumulators: [lv_accumulator] = []

    mutating func move(slot: UInt32, bytesPerElement: Int) {
      moving.append(lv_moving_slot(slot: slot, bytes_per_element: Int64(bytesPerElement)))
    }

    /// Adds an accumulator of elements of `type`, whose result has `resultType`.
    mutating func accumulate(
      _ operation: KernelOperation, _ type: DType, partial: UInt32, result: UInt32,
      resultType: DType
    ) {
      accumulators.append(
        lv_accumulator(
          partial_slot: partial, result_slot: result, op: UInt8(operation.operation.rawValue),
          type: type.rawValue, result_type: resultType.rawValue))
    }
  }

  /// Where a slot's address comes from: a buffer of the execution, or its scratch memory when nil.
  struct Slot {
    var buffer: Int?
    var byteOffset: Int
  }

  /// Scratch memory, which begins with the numbers that the prologue leaves for the body.
  struct Scratch {
    var byteCount: Int
    var numberBytes: Int
  }

  /// How a pass is cut: see the C module's header.
  struct Extent {
    var length: Int
    var chunk: Int
    var chunksPerBlock: Int
    /// How many threads the pass is worth at most.
    var threads: Int
  }

  private let program: UnsafeMutablePointer<lv_program>
  private var allocations: [UnsafeMutableRawPointer] = []

  init(_ parts: Parts, slots: [Slot], scratch: Scratch, extent: Extent) {
    program = .allocate(capacity: 1)
    program.initialize(to: lv_program())
    program.pointee.extent = extent.length
    program.pointee.chunk = extent.chunk
    program.pointee.chunks_per_block = extent.chunksPerBlock
    program.pointee.threads = Int32(extent.threads)
    program.pointee.scratch_bytes = scratch.byteCount
    program.pointee.number_bytes = scratch.numberBytes
    program.pointee.prologue_count = parts.prologue.instructions.count
    program.pointee.spreading_count = parts.spreading.instructions.count
    program.pointee.body_count = parts.body.instructions.count
    program.pointee.moving_count = parts.moving.count
    program.pointee.accumulator_count = parts.accumulators.count
    program.pointee.slot_count = slots.count
    program.pointee.prologue = keep(parts.prologue.instructions)
    program.pointee.spreading = keep(parts.spreading.instructions)
    program.pointee.body = keep(parts.body.instructions)
    program.pointee.moving = keep(parts.moving)
    program.pointee.accumulators = keep(parts.accumulators)
    program.pointee.slots = keep(
      slots.map { slot in
        lv_slot(
          buffer: slot.buffer.map(Int32.init) ?? Int32(LV_SCRATCH),
          byte_offset: Int64(slot.byteOffset))
      })
  }

  deinit {
    for allocation in allocations { allocation.deallocate() }
    program.deallocate()
  }

  private func keep<T>(_ array: [T]) -> UnsafePointer<T>? {
    guard !array.isEmpty else { return nil }
    let copy = UnsafeMutablePointer<T>.allocate(capacity: array.count)
    copy.initialize(from: array, count: array.count)
    allocations.append(UnsafeMutableRawPointer(copy))
    return UnsafePointer(copy)
  }

  /// The memory that a run on a number of threads needs.
  func workspaceBytes(threads: Int) -> Int { lv_workspace_bytes(program, Int32(threads)) }

  /// Runs over buffers in the order in which slots number them.
  func run(
    buffers: UnsafePointer<UnsafeMutablePointer<CChar>?>, workspace: UnsafeMutableRawPointer,
    threads: Int
  ) {
    lv_run(program, buffers, workspace.assumingMemoryBound(to: CChar.self), Int32(threads))
  }
}

/// What the thread sanitizer is told, where it watches.
enum ThreadSanitizer {
  /// This thread is done with a block of memory for now.
  static func noteAccess(_ block: UnsafeMutableRawPointer) { lv_note_access(block) }

  /// Nobody has the block any more.
  static func noteEnd(_ block: UnsafeMutableRawPointer) { lv_note_end(block) }
}

/// The threads that share work.
enum Threads {
  /// How many work together: `LEVIN_THREADS`, or what affinity and quota allow.
  ///
  /// Results have the same bits whatever it is.
  static var count: Int {
    get { Int(lv_thread_count()) }
    set { lv_set_thread_count(Int32(newValue)) }
  }

  /// Calls `body` with every number below `count`, on as many threads as are free; returns when all
  /// calls have.
  ///
  /// - Parameter isWorthwhile: Whether there is enough work, some tens of microseconds of it.
  static func run(_ count: Int, isWorthwhile: Bool, _ body: (Int) -> Void) {
    guard isWorthwhile, count > 1, Threads.count > 1 else {
      for place in 0..<count { body(place) }
      return
    }
    withoutActuallyEscaping(body) { escapable in
      let share = Share(count: count, body: escapable)
      let context = Unmanaged.passUnretained(share).toOpaque()
      lv_parallel(
        Int32(Swift.min(count, Threads.count)),
        { context, _ in
          guard let context else { return }
          Unmanaged<Share>.fromOpaque(context).takeUnretainedValue().work()
        }, context)
      withExtendedLifetime(share) {}
    }
  }

  // Threads take the numbers one after the other.
  private final class Share: @unchecked Sendable {
    private let next = Atomic<Int>(0)
    private let count: Int
    private let body: (Int) -> Void

    init(count: Int, body: @escaping (Int) -> Void) {
      self.count = count
      self.body = body
    }

    func work() {
      while true {
        let place = next.add(1, ordering: .relaxed).oldValue
        if place >= count { return }
        body(place)
      }
    }
  }
}

/// Rows that go between a table and places in it that indices name.
struct IndexedRows {
  /// What happens to the rows.
  enum Movement {
    /// Taken from the table.
    case gather
    /// Put into the table, later ones over earlier ones.
    case scatter
    /// Added to the table, in order.
    case scatterAdd

    fileprivate var movement: lv_movement {
      switch self {
      case .gather: LV_GATHER
      case .scatter: LV_SCATTER
      case .scatterAdd: LV_SCATTER_ADD
      }
    }
  }

  /// Some of the outer places, and of the indices at each.
  struct Part {
    var outer: Range<Int>
    var indices: Range<Int>
  }

  /// How many outer places there are, each with a table of its own.
  var outer: Int
  /// The size of the axis along which indices name places.
  var size: Int
  /// How many indices there are for each outer place.
  var count: Int
  /// How many of them lie side by side and name a place in a column of their own, or 1.
  var columns: Int
  /// How many elements one index moves.
  var row: Int
  /// Whether each outer place has indices of its own.
  var isAlong: Bool
  /// Whether negative indices count from the end.
  var countsFromEnd = true

  private func indexing(_ indices: MemoryArray, _ type: DType) -> lv_indexing {
    lv_indexing(
      indices: indices.pointer, size: Int64(size), count: count, columns: columns, row: row,
      type: type.kernelType, is_wide: indices.dtype == .int64 ? 1 : 0,
      counts_from_end: countsFromEnd ? 1 : 0, is_along: isAlong ? 1 : 0)
  }

  /// Moves a part of the rows, and returns the place of the first index that is out of range.
  ///
  /// The table of a sum of `float32` has elements of `float64`.
  func move(
    _ movement: Movement, _ type: DType, table: UnsafeMutableRawPointer,
    rows: UnsafeMutableRawPointer, indices: MemoryArray, part: Part
  ) -> Int? {
    var indexing = indexing(indices, type)
    var range = lv_index_range(
      outer_first: part.outer.lowerBound, outer_count: part.outer.count,
      first: part.indices.lowerBound, count: part.indices.count)
    let bad = lv_move_indexed(
      &indexing, movement.movement, table.assumingMemoryBound(to: CChar.self),
      rows.assumingMemoryBound(to: CChar.self), &range)
    return bad < 0 ? nil : bad
  }

  /// Multiplies places by the size and adds the indices, which makes them places in a longer axis;
  /// returns the place of the first index that is out of range.
  func combine(
    into places: UnsafeMutableRawPointer, isWide: Bool, indices: MemoryArray, range: Range<Int>
  ) -> Int? {
    var indexing = indexing(indices, .int64)
    let bad = lv_combine_indices(
      &indexing, places, isWide ? 1 : 0, range.lowerBound, range.count)
    return bad < 0 ? nil : bad
  }
}

extension Kernels {
  /// Adds up tables of sums in their order; those of `float32` have elements of `float64`.
  static func joinTables(
    _ type: DType, to: UnsafeMutableRawPointer, from: UnsafeMutableRawPointer, parts: Int,
    count: Int
  ) {
    lv_join_tables(
      type.kernelType, to.assumingMemoryBound(to: CChar.self),
      from.assumingMemoryBound(to: CChar.self), parts, count)
  }

  /// The places in row-major order at which truth values hold, as `int64` in memory of their own.
  static func placesOfTrue(
    _ elements: UnsafeMutableRawPointer, count: Int
  ) -> (places: Storage, count: Int) {
    let bytes = elements.assumingMemoryBound(to: UInt8.self)
    let found = lv_count_true(bytes, count)
    let storage = Storage(byteCount: found * DType.int64.byteCount)
    lv_places_of_true(bytes, count, storage.pointer.assumingMemoryBound(to: Int64.self))
    return (storage, found)
  }

  /// The place along each axis of a shape, for places in row-major order.
  static func unravel(_ places: Storage, count: Int, shape: [Int]) -> Storage {
    let result = Storage(byteCount: count * shape.count * DType.int64.byteCount)
    lv_unravel(
      places.pointer.assumingMemoryBound(to: Int64.self), count, shape.map(Int64.init),
      shape.count, result.pointer.assumingMemoryBound(to: Int64.self))
    return result
  }
}
