#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Elements that indices name.
//
// Sums are in the order of the indices; those of `float32` are kept in double precision to their end.
// The parts of the work follow from shapes alone, and so do the bits.
extension Routines {
  /// Attributes: the axis, and the axis and line that the user knows.
  static func gather(_ call: RoutineCall) throws(EvaluationError) {
    let (table, indices) = (call.operands[0], call.operands[1])
    let rows = IndexedRows(table.shape, indices: indices, axis: IndexedAxis(call.attributes).axis)
    try inParts(rows, call, indices) { part in
      rows.move(
        .gather, table.dtype, table: table.pointer, rows: call.result.pointer, indices: indices,
        part: part)
    }
  }

  /// Attributes: the axis, and the axis and line that the user knows.
  static func takeAlong(_ call: RoutineCall) throws(EvaluationError) {
    let (table, indices) = (call.operands[0], call.operands[1])
    let rows = IndexedRows(
      along: table.shape, indices: indices, axis: IndexedAxis(call.attributes).axis)
    try inParts(rows, call, indices) { part in
      rows.move(
        .gather, table.dtype, table: table.pointer, rows: call.result.pointer, indices: indices,
        part: part)
    }
  }

  /// Rows put into a table.
  ///
  /// Operands: the table, rows, indices. Attributes: the axis, and the axis and line that the user knows.
  static func scatter(_ call: RoutineCall) throws(EvaluationError) {
    let (table, values, indices) = (call.operands[0], call.operands[1], call.operands[2])
    let rows = IndexedRows(table.shape, indices: indices, axis: IndexedAxis(call.attributes).axis)
    memcpy(call.result.pointer, table.pointer, table.count * table.dtype.byteCount)
    // Rows for one index come in order, so only the outer axis is split.
    try inParts(rows, call, indices, partsIndices: false) { part in
      rows.move(
        .scatter, table.dtype, table: call.result.pointer, rows: values.pointer, indices: indices,
        part: part)
    }
  }

  /// Attributes: the axis, the axis that the user knows, its size, the line.
  static func scatterAdd(_ call: RoutineCall) throws(EvaluationError) {
    let indices = call.operands[1]
    try add(
      IndexedRows(call.result.shape, indices: indices, axis: IndexedAxis(call.attributes).axis),
      call, indices)
  }

  /// Attributes: the axis, the axis that the user knows, its size, the line.
  static func scatterAddAlong(_ call: RoutineCall) throws(EvaluationError) {
    let indices = call.operands[1]
    try add(
      IndexedRows(
        along: call.result.shape, indices: indices, axis: IndexedAxis(call.attributes).axis), call,
      indices)
  }

  /// Attributes: whether negative indices count from the end, then for each operand the axis that the
  /// user knows and its size, then the line.
  static func linearIndex(_ call: RoutineCall) throws(EvaluationError) {
    let result = call.result
    memset(result.pointer, 0, result.count * result.dtype.byteCount)
    let indexing = LinearIndexing(call.attributes)
    for (number, indices) in call.operands.enumerated() {
      let rows = IndexedRows(
        outer: 1, size: indexing.size(number), count: result.count, columns: 1, row: 1,
        isAlong: false, countsFromEnd: indexing.countsFromEnd)
      try inParts(rows, call, indices, axis: indexing.axis(number)) { part in
        rows.combine(
          into: result.pointer, isWide: result.dtype == .int64, indices: indices,
          range: part.indices)
      }
    }
  }

  /// Attributes: whether the divisors are a remainder's, then the line.
  static func nonZero(_ call: RoutineCall) throws(EvaluationError) {
    let divisors = call.operands[0]
    let (wide, narrow) = (divisors.elements(as: Int.self), divisors.elements(as: Int32.self))
    let isWide = divisors.dtype == .int64
    let zero = (0..<divisors.count).first { isWide ? wide[$0] == 0 : narrow[$0] == 0 }
    if let zero {
      let position = Shape.position(zero, in: divisors.shape)
      let place = position.isEmpty ? "" : ", at \(position) of divisors of shape \(divisors.shape)"
      throw EvaluationError(
        call.attributes[0] == 1 ? "remainder" : "floorDivided",
        .invalidArgument("an integer is divided by 0\(place)"), at: position, of: divisors.shape,
        origin: CallSite(lastOf: call.attributes).text)
    }
    memcpy(call.result.pointer, divisors.pointer, divisors.count * divisors.dtype.byteCount)
  }

  private static let bytesWorthSharing = 1 << 18
  private static let mostParts = 16

  private static func inParts(
    _ rows: IndexedRows, _ call: RoutineCall, _ indices: MemoryArray, axis: Int? = nil,
    partsIndices: Bool = true, _ body: (IndexedRows.Part) -> Int?
  ) throws(EvaluationError) {
    let isByOuter = rows.outer > rows.count || !partsIndices
    let length = isByOuter ? rows.outer : rows.count
    let parts = min(length, mostParts)
    let bytes = rows.outer * rows.count * rows.row * call.result.dtype.byteCount
    let bad = FirstFault<Void>()
    Threads.run(parts, isWorthwhile: bytes > bytesWorthSharing) { part in
      let range = (part * length / parts)..<((part + 1) * length / parts)
      let part = IndexedRows.Part(
        outer: isByOuter ? range : 0..<rows.outer, indices: isByOuter ? 0..<rows.count : range)
      if let position = body(part) { bad.note((), at: position) }
    }
    if let (position, _) = bad.found {
      throw fault(
        position, of: indices, axis: axis ?? IndexedAxis(call.attributes).named, size: rows.size,
        call)
    }
  }

  private static func add(
    _ rows: IndexedRows, _ call: RoutineCall, _ indices: MemoryArray
  ) throws(EvaluationError) {
    let (values, result) = (call.operands[0], call.result)
    let isWide = values.dtype == .float32
    let parts = rows.partialTables
    let bytes = result.count * (isWide ? DType.float64 : result.dtype).byteCount
    let scratch = isWide || parts > 1 ? Storage(byteCount: parts * bytes) : nil
    let tables = scratch?.pointer ?? result.pointer
    memset(tables, 0, parts * bytes)
    let bad = FirstFault<Void>()
    let pieces = parts > 1 ? parts : min(rows.outer, mostParts)
    Threads.run(pieces, isWorthwhile: values.count * 8 > bytesWorthSharing) { piece in
      let length = parts > 1 ? rows.count : rows.outer
      let range = (piece * length / pieces)..<((piece + 1) * length / pieces)
      let part = IndexedRows.Part(
        outer: parts > 1 ? 0..<1 : range, indices: parts > 1 ? range : 0..<rows.count)
      let position = rows.move(
        .scatterAdd, values.dtype, table: tables + (parts > 1 ? piece * bytes : 0),
        rows: values.pointer, indices: indices, part: part)
      if let position { bad.note((), at: position) }
    }
    if let (position, _) = bad.found {
      throw fault(
        position, of: indices, axis: IndexedAxis(call.attributes).named, size: rows.size, call)
    }
    if let scratch {
      Kernels.joinTables(
        result.dtype, to: result.pointer, from: scratch.pointer, parts: parts, count: result.count)
    }
  }

  private static func fault(
    _ position: Int, of indices: MemoryArray, axis: Int, size: Int, _ call: RoutineCall
  ) -> EvaluationError {
    let index =
      indices.dtype == .int64
      ? indices.elements(as: Int.self)[position] : Int(indices.elements(as: Int32.self)[position])
    return call.fault(
      .indexOutOfRange(index, axis: axis, size: size),
      at: Shape.position(position, in: indices.shape), of: indices.shape)
  }
}

extension IndexedRows {
  /// Indices that each name a whole slice of a table along an axis.
  fileprivate init(_ table: [Int], indices: MemoryArray, axis: Int) {
    self.init(
      outer: Shape.count(Array(table[..<axis])), size: table[axis], count: indices.count,
      columns: 1,
      row: Shape.count(Array(table[(axis + 1)...])), isAlong: false)
  }

  /// Indices that each name an element of a table along an axis, at their own index along the others.
  fileprivate init(along table: [Int], indices: MemoryArray, axis: Int) {
    let outer = Shape.count(Array(table[..<axis]))
    self.init(
      outer: outer, size: table[axis], count: indices.count / max(outer, 1),
      columns: Shape.count(Array(table[(axis + 1)...])), row: 1, isAlong: true)
  }

  /// The number of tables of partial sums, which are added up in the end: several where many rows meet in
  /// few entries.
  fileprivate var partialTables: Int {
    outer == 1 && count * row >= 1 << 16 && size * columns * row <= 1 << 12 ? 8 : 1
  }
}
