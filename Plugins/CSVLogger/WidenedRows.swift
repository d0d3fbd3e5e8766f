/// Rows of a table with the empty cells that further columns put among theirs.
///
/// Numbers need no quotes, so behind the header a comma is a comma.
struct WidenedRows {
  private let rows: ArraySlice<UInt8>
  // The new columns before each old one, and those after the last.
  private let added: [Int]
  private let addedCount: Int

  /// Prepares rows of some columns for more; the old ones keep their order among the new ones.
  init<Column: Equatable>(_ rows: ArraySlice<UInt8>, from old: [Column], to new: [Column]) {
    self.rows = rows
    var added = [0]
    for column in new {
      if added.count <= old.count, column == old[added.count - 1] {
        added.append(0)
      } else {
        added[added.count - 1] += 1
      }
    }
    self.added = added
    addedCount = new.count - old.count
  }

  /// The rows.
  var bytes: [UInt8] {
    rows.withUnsafeBufferPointer { rows in
      let lineCount = rows.count { $0 == UInt8(ascii: "\n") }
      // Whatever somebody else may have written into the file.
      let size = rows.count + (lineCount + 1) * addedCount
      return [UInt8](unsafeUninitializedCapacity: size) { result, count in
        count = fill(result, rows)
      }
    }
  }

  private func fill(
    _ result: UnsafeMutableBufferPointer<UInt8>, _ rows: UnsafeBufferPointer<UInt8>
  ) -> Int {
    let (comma, lineEnd) = (UInt8(ascii: ","), UInt8(ascii: "\n"))
    var (written, cell, isAtStart) = (0, 0, true)
    func put(_ byte: UInt8) {
      result[written] = byte
      written += 1
    }
    for byte in rows {
      if isAtStart {
        for _ in 0..<added[0] { put(comma) }
        isAtStart = false
      }
      if byte == lineEnd {
        for _ in 0..<added[added.count - 1] { put(comma) }
        (cell, isAtStart) = (0, true)
      }
      put(byte)
      if byte == comma, cell + 2 < added.count {
        cell += 1
        for _ in 0..<added[cell] { put(comma) }
      }
    }
    return written
  }
}
