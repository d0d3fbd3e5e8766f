/// A byte, or a repetition of earlier ones.
struct DeflateToken {
  /// The byte, or the length of the repetition.
  let value: UInt16
  /// How far back the repetition begins; 0 for a byte.
  let distance: UInt16
}

/// The symbols that stand for lengths or distances, by RFC 1951, section 3.2.5.
///
/// A symbol stands for the numbers from its base to the next one, which its extra bits tell apart.
struct DeflateRanges {
  let bases: [Int]
  let extraBits: [Int]

  static let lengths: DeflateRanges = {
    // The longest match has a symbol of its own.
    let ranges = DeflateRanges(first: 3, count: 28, symbolsPerBit: 4)
    return DeflateRanges(bases: ranges.bases + [258], extraBits: ranges.extraBits + [0])
  }()
  static let distances = DeflateRanges(first: 1, count: 30, symbolsPerBit: 2)

  private init(bases: [Int], extraBits: [Int]) {
    (self.bases, self.extraBits) = (bases, extraBits)
  }

  private init(first: Int, count: Int, symbolsPerBit: Int) {
    extraBits = (0..<count).map { max($0 / symbolsPerBit - 1, 0) }
    bases = extraBits.dropLast().reduce(into: [first]) { $0.append($0[$0.count - 1] + 1 << $1) }
  }

  /// The index of the range that holds a number.
  func index(of number: Int) -> Int {
    var (low, high) = (0, bases.count - 1)
    while low < high {
      let middle = (low + high + 1) / 2
      if bases[middle] <= number { low = middle } else { high = middle - 1 }
    }
    return low
  }
}

/// A run of tokens that has a pair of codes of its own.
struct DeflateBlock {
  private(set) var tokens: [DeflateToken] = []
  /// The bytes that the tokens stand for.
  private(set) var byteCount = 0
  private var literalCounts = [Int](repeating: 0, count: 286)
  private var distanceCounts = [Int](repeating: 0, count: 30)

  /// The symbol that ends a block.
  private static let endOfBlock = 256
  /// The most bytes that a block has which are written as they are.
  private static let mostStoredBytes = 65_535

  init() { literalCounts[Self.endOfBlock] = 1 }

  mutating func append(_ byte: UInt8) {
    tokens.append(DeflateToken(value: UInt16(byte), distance: 0))
    literalCounts[Int(byte)] += 1
    byteCount += 1
  }

  mutating func append(_ match: MatchFinder.Match) {
    tokens.append(DeflateToken(value: UInt16(match.length), distance: UInt16(match.distance)))
    literalCounts[257 + DeflateRanges.lengths.index(of: match.length)] += 1
    distanceCounts[DeflateRanges.distances.index(of: match.distance)] += 1
    byteCount += match.length
  }
}

extension DeflateBlock {
  /// Writes the block in the shortest of three ways: as it is, with the fixed or with its own codes.
  ///
  /// - Parameters:
  ///   - bytes: The bytes that the tokens stand for.
  ///   - isLast: Whether no other block follows.
  ///   - writer: The stream so far.
  func write(_ bytes: ArraySlice<UInt8>, isLast: Bool, to writer: inout BitWriter) {
    let own = DeflateCodes(literalCounts, distanceCounts)
    let header = DeflateCodesHeader(own)
    let ownSize = header.bitCount + own.bitCount(literalCounts, distanceCounts)
    let fixedSize = DeflateCodes.fixed.bitCount(literalCounts, distanceCounts)
    let storedSize = 8 * bytes.count + 40 * (bytes.count / Self.mostStoredBytes + 1)
    if storedSize < min(ownSize, fixedSize) {
      return store(bytes, isLast: isLast, to: &writer)
    }
    writer.write(isLast ? 1 : 0, count: 1)
    if fixedSize <= ownSize {
      writer.write(1, count: 2)
      writeTokens(DeflateCodes.fixed, to: &writer)
    } else {
      writer.write(2, count: 2)
      header.write(to: &writer)
      writeTokens(own, to: &writer)
    }
  }

  private func store(_ bytes: ArraySlice<UInt8>, isLast: Bool, to writer: inout BitWriter) {
    var rest = bytes
    while !rest.isEmpty {
      let part = rest.prefix(Self.mostStoredBytes)
      rest = rest.dropFirst(part.count)
      writer.write(isLast && rest.isEmpty ? 1 : 0, count: 3)
      writer.align()
      writer.write(UInt32(part.count), count: 16)
      writer.write(~UInt32(part.count) & 0xFFFF, count: 16)
      writer.append(part)
    }
  }

  private func writeTokens(_ codes: DeflateCodes, to writer: inout BitWriter) {
    for token in tokens {
      if token.distance == 0 {
        codes.literals.write(Int(token.value), to: &writer)
      } else {
        let (length, distance) = (Int(token.value), Int(token.distance))
        codes.write(length, DeflateRanges.lengths, codes.literals, from: 257, to: &writer)
        codes.write(distance, DeflateRanges.distances, codes.distances, from: 0, to: &writer)
      }
    }
    codes.literals.write(Self.endOfBlock, to: &writer)
  }
}
