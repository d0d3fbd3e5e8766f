/// The two codes of a block: one for bytes, lengths and the end, one for distances.
struct DeflateCodes {
  let literals: HuffmanCode
  let distances: HuffmanCode

  /// The codes that every reader knows (RFC 1951, section 3.2.6).
  static let fixed = DeflateCodes(
    literals: HuffmanCode(
      lengths: (0..<288).map { $0 < 144 ? 8 : $0 < 256 ? 9 : $0 < 280 ? 7 : 8 }),
    distances: HuffmanCode(lengths: [UInt8](repeating: 5, count: 30)))

  private init(literals: HuffmanCode, distances: HuffmanCode) {
    (self.literals, self.distances) = (literals, distances)
  }

  /// The best codes for symbols that occur so often.
  init(_ literalCounts: [Int], _ distanceCounts: [Int]) {
    literals = HuffmanCode(frequencies: literalCounts, longest: 15)
    distances = HuffmanCode(frequencies: distanceCounts, longest: 15)
  }

  /// The number of bits that tokens take whose symbols occur so often.
  func bitCount(_ literalCounts: [Int], _ distanceCounts: [Int]) -> Int {
    let lengthCounts = literalCounts.dropFirst(257)
    let extraBits =
      zip(lengthCounts, DeflateRanges.lengths.extraBits).reduce(0) { $0 + $1.0 * $1.1 }
      + zip(distanceCounts, DeflateRanges.distances.extraBits).reduce(0) { $0 + $1.0 * $1.1 }
    return literals.bitCount(literalCounts) + distances.bitCount(distanceCounts) + extraBits
  }

  /// Writes a number as the symbol of its range, counted from a first one, and its extra bits.
  func write(
    _ number: Int, _ ranges: DeflateRanges, _ code: HuffmanCode, from first: Int,
    to writer: inout BitWriter
  ) {
    let index = ranges.index(of: number)
    code.write(first + index, to: &writer)
    writer.write(UInt32(number - ranges.bases[index]), count: ranges.extraBits[index])
  }
}

/// The description of a block's codes at its head: the lengths of their words, themselves in a code.
struct DeflateCodesHeader {
  /// A length, or an instruction to repeat one.
  private struct Item {
    let symbol: Int
    var extra = 0
    var extraBits = 0
  }

  private var items: [Item] = []
  private let literalCount: Int
  private let distanceCount: Int
  private let code: HuffmanCode
  /// The number of words of `code` that are listed, in the order below.
  private let listed: Int

  private static let order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]

  init(_ codes: DeflateCodes) {
    let literals = codes.literals.lengths.trimmed(to: 257)
    let distances = codes.distances.lengths.trimmed(to: 1)
    (literalCount, distanceCount) = (literals.count, distances.count)
    items = Self.items(literals + distances)
    var counts = [Int](repeating: 0, count: Self.order.count)
    for item in items { counts[item.symbol] += 1 }
    let code = HuffmanCode(frequencies: counts, longest: 7)
    self.code = code
    listed = max(4, (Self.order.lastIndex { code.lengths[$0] > 0 } ?? 0) + 1)
  }

  /// Puts runs into few items (RFC 1951, section 3.2.7).
  private static func items(_ lengths: [UInt8]) -> [Item] {
    var items: [Item] = []
    var start = 0
    while start < lengths.count {
      let length = lengths[start]
      let run = lengths[start...].prefix { $0 == length }.count
      let (least, most) = length == 0 ? (3, 138) : (4, 7)
      guard run >= least else {
        items.append(Item(symbol: Int(length)))
        start += 1
        continue
      }
      let count = min(run, most)
      start += count
      switch length {
      case 0 where count < 11: items.append(Item(symbol: 17, extra: count - 3, extraBits: 3))
      case 0: items.append(Item(symbol: 18, extra: count - 11, extraBits: 7))
      default:
        items.append(Item(symbol: Int(length)))
        items.append(Item(symbol: 16, extra: count - 4, extraBits: 2))
      }
    }
    return items
  }

  var bitCount: Int {
    items.reduce(14 + 3 * listed) { $0 + Int(code.lengths[$1.symbol]) + $1.extraBits }
  }

  func write(to writer: inout BitWriter) {
    writer.write(UInt32(literalCount - 257), count: 5)
    writer.write(UInt32(distanceCount - 1), count: 5)
    writer.write(UInt32(listed - 4), count: 4)
    for symbol in Self.order.prefix(listed) { writer.write(UInt32(code.lengths[symbol]), count: 3) }
    for item in items {
      code.write(item.symbol, to: &writer)
      writer.write(UInt32(item.extra), count: item.extraBits)
    }
  }
}

extension [UInt8] {
  /// The bytes without the zeros at the end, but not fewer than so many.
  fileprivate func trimmed(to least: Int) -> [UInt8] {
    let last = lastIndex { $0 > 0 } ?? -1
    return Array(prefix(Swift.max(last + 1, least)))
  }
}
