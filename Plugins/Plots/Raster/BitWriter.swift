/// Bytes that are written bit by bit, the lowest bit of each byte first.
struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var pending: UInt64 = 0
  private var pendingCount = 0

  /// Writes the lower bits of a number, at most 32.
  mutating func write(_ bits: UInt32, count: Int) {
    pending |= UInt64(bits) << UInt64(pendingCount)
    pendingCount += count
    while pendingCount >= 8 {
      bytes.append(UInt8(truncatingIfNeeded: pending))
      pending >>= 8
      pendingCount -= 8
    }
  }

  /// Fills the last byte with zeros.
  mutating func align() {
    if pendingCount > 0 { write(0, count: 8 - pendingCount) }
  }

  /// Writes whole bytes after `align()`.
  mutating func append(_ more: some Sequence<UInt8>) { bytes.append(contentsOf: more) }
}
