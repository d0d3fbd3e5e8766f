/// A prefix code of deflate, given by the lengths of its words.
///
/// Words of one length follow on each other, in the order of their symbols, so lengths say it all. Short
/// words are found by one look into a table; long ones bit by bit, by counting how many words of each
/// length there are.
struct HuffmanCode {
  private static let tableBits = 10
  static let longest = 15

  // The symbol times 16 plus the length of its word; 0 for words that are longer, or none.
  private var table = [UInt16](repeating: 0, count: 1 << tableBits)
  private var counts = [Int](repeating: 0, count: longest + 1)
  private var symbols: [UInt16] = []

  /// Makes a code whose words may leave room for others only where `mayBeIncomplete` and there is at most
  /// one.
  init(lengths: some Collection<UInt8>, mayBeIncomplete: Bool) throws(Inflater.Failure) {
    for length in lengths { counts[Int(length)] += 1 }
    counts[0] = 0
    var room = 1
    for length in 1...Self.longest {
      room = 2 * room - counts[length]
      guard room >= 0 else { throw .init("a prefix code has too many words") }
    }
    let words = counts.reduce(0, +)
    guard room == 0 || mayBeIncomplete && words <= 1 && words == counts[1] else {
      throw .init("a prefix code has too few words")
    }
    fill(lengths, words: words)
  }

  private mutating func fill(_ lengths: some Collection<UInt8>, words: Int) {
    var starts = [Int](repeating: 0, count: Self.longest + 2)
    var codes = starts
    for length in 1...Self.longest {
      starts[length + 1] = starts[length] + counts[length]
      codes[length + 1] = (codes[length] + counts[length]) << 1
    }
    symbols = [UInt16](repeating: 0, count: words)
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let size = Int(length)
      symbols[starts[size]] = UInt16(symbol)
      starts[size] += 1
      let code = codes[size]
      codes[size] += 1
      guard size <= Self.tableBits else { continue }
      // Words come with their first bit lowest.
      var index = Int(UInt16(code).reversedBits >> (16 - UInt16(size)))
      while index < table.count {
        table[index] = UInt16(symbol << 4 | size)
        index += 1 << size
      }
    }
  }

  /// The symbol whose word the lowest bits are, and the word's length; nil when there is none.
  @inline(__always)
  func symbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    let entry = Int(table[Int(truncatingIfNeeded: bits) & (1 << Self.tableBits - 1)])
    return entry != 0 ? (entry >> 4, entry & 15) : longSymbol(bits)
  }

  private func longSymbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    var (code, first, index) = (0, 0, 0)
    for length in 1...Self.longest {
      code |= Int(bits >> UInt64(length - 1) & 1)
      let count = counts[length]
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }
}

extension UInt16 {
  fileprivate var reversedBits: UInt16 {
    var value = self
    value = value >> 8 | value << 8
    value = (value & 0xF0F0) >> 4 | (value & 0x0F0F) << 4
    value = (value & 0xCCCC) >> 2 | (value & 0x3333) << 2
    return (value & 0xAAAA) >> 1 | (value & 0x5555) << 1
  }
}
