/// The shares of a picture's pixels that a shape covers, from 0 to 1.
///
/// One shape at a time is laid down, by `fill` or by `stroke`, and then taken out by `drain`, which
/// leaves nothing behind. A pixel that several parts of a shape cover is thus painted once.
struct Coverage {
  let width: Int
  let height: Int
  var shares: [Float]
  /// The columns that may hold something.
  private(set) var columns = 0..<0
  /// The rows that may hold something.
  private(set) var rows = 0..<0

  init(width: Int, height: Int) {
    (self.width, self.height) = (width, height)
    shares = [Float](repeating: 0, count: width * height)
  }

  /// Notes that pixels are covered.
  mutating func touch(rows newRows: Range<Int>, columns newColumns: Range<Int>) {
    guard !newRows.isEmpty, !newColumns.isEmpty else { return }
    rows = rows.isEmpty ? newRows : union(rows, newRows)
    columns = columns.isEmpty ? newColumns : union(columns, newColumns)
  }

  /// Hands over the covered part of each row, with the index of its first pixel, and clears it.
  mutating func drain(_ body: (_ row: Int, _ column: Int, UnsafeBufferPointer<Float>) -> Void) {
    let (rows, columns, width) = (rows, columns, width)
    shares.withUnsafeMutableBufferPointer { shares in
      for row in rows {
        let start = row * width
        let part = UnsafeMutableBufferPointer(
          rebasing: shares[(start + columns.lowerBound)..<(start + columns.upperBound)])
        body(row, columns.lowerBound, UnsafeBufferPointer(part))
        part.update(repeating: 0)
      }
    }
    (self.rows, self.columns) = (0..<0, 0..<0)
  }
}

private func union(_ one: Range<Int>, _ other: Range<Int>) -> Range<Int> {
  min(one.lowerBound, other.lowerBound)..<max(one.upperBound, other.upperBound)
}
