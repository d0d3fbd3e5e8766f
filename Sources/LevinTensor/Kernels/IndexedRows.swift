internal import LevinKernels

/// Rows that go into a table or out of it, at indices along one of its axes.
struct IndexedRows {
  /// The direction in which rows go.
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

  /// Some of the outer positions, and of the indices at each.
  struct Part {
    var outer: Range<Int>
    var indices: Range<Int>
  }

  /// The number of outer positions, each with a table of its own.
  var outer: Int
  /// The size of the axis of the indices.
  var size: Int
  /// The number of indices for each outer position.
  var count: Int
  /// The number of indices side by side, each for a column of its own, or 1.
  var columns: Int
  /// The number of elements that one index moves.
  var row: Int
  /// Whether each outer position has indices of its own.
  var isAlong: Bool
  /// Whether negative indices count from the end.
  var countsFromEnd = true

  private func indexing(_ indices: MemoryArray, _ type: DType) -> lv_indexing {
    lv_indexing(
      indices: indices.pointer, size: Int64(size), count: count, columns: columns, row: row,
      type: type.kernelType, is_wide: indices.dtype == .int64 ? 1 : 0,
      counts_from_end: countsFromEnd ? 1 : 0, is_along: isAlong ? 1 : 0)
  }

  /// Moves a part of the rows, and returns the position of the first index that is out of range.
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

  /// Multiplies indices by the size and adds further ones, which makes them indices along a longer axis;
  /// returns the position of the first index that is out of range.
  func combine(
    into combined: UnsafeMutableRawPointer, isWide: Bool, indices: MemoryArray, range: Range<Int>
  ) -> Int? {
    var indexing = indexing(indices, .int64)
    let bad = lv_combine_indices(
      &indexing, combined, isWide ? 1 : 0, range.lowerBound, range.count)
    return bad < 0 ? nil : bad
  }
}
