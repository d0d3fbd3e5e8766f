/// A prefix code of the shortest messages whose words have at most a given number of bits.
struct HuffmanCode {
  /// The number of bits of each symbol's word; 0 for symbols that do not occur.
  let lengths: [UInt8]
  /// The words, the first bit lowest, as deflate writes them.
  let words: [UInt16]

  /// The code of these lengths of words, numbered as RFC 1951, section 3.2.2, says.
  init(lengths: [UInt8]) {
    self.lengths = lengths
    let longest = Int(lengths.max() ?? 0)
    var counts = [Int](repeating: 0, count: longest + 1)
    for length in lengths where length > 0 { counts[Int(length)] += 1 }
    var next = [Int](repeating: 0, count: longest + 1)
    for length in stride(from: 1, through: longest, by: 1) {
      next[length] = (next[length - 1] + counts[length - 1]) << 1
    }
    words = lengths.map { length in
      guard length > 0 else { return 0 }
      defer { next[Int(length)] += 1 }
      return reversed(UInt16(next[Int(length)]), count: Int(length))
    }
  }

  /// The best code for symbols that occur so often.
  ///
  /// Two symbols at least have words, since some readers expect that of a code.
  init(frequencies: [Int], longest: Int) {
    var symbols = frequencies.indices.filter { frequencies[$0] > 0 }
    for symbol in frequencies.indices where symbols.count < 2 && !symbols.contains(symbol) {
      symbols.append(symbol)
    }
    self.init(lengths: Self.lengths(of: symbols, frequencies, longest: longest))
  }

  /// The lengths by the package-merge algorithm (Larmore and Hirschberg, 1990).
  ///
  /// A symbol is a coin for each length that it might have, worth its frequency. From the longest
  /// words to the shortest, the cheapest coins are packed in pairs, and the pairs join the coins of
  /// the length before. A symbol's length is the number of its coins in the cheapest 2n - 2 packages.
  private static func lengths(of symbols: [Int], _ frequencies: [Int], longest: Int) -> [UInt8] {
    let coins = symbols.sorted { frequencies[$0] < frequencies[$1] }.map {
      Package(weight: frequencies[$0], symbols: [$0])
    }
    var packages = coins
    for _ in 1..<longest {
      let pairs = stride(from: 1, to: packages.count, by: 2).map {
        Package(
          weight: packages[$0 - 1].weight + packages[$0].weight,
          symbols: packages[$0 - 1].symbols + packages[$0].symbols)
      }
      packages = (coins + pairs).sorted { $0.weight < $1.weight }
    }
    var lengths = [UInt8](repeating: 0, count: frequencies.count)
    for package in packages.prefix(2 * coins.count - 2) {
      for symbol in package.symbols { lengths[symbol] += 1 }
    }
    return lengths
  }

  private struct Package {
    let weight: Int
    let symbols: [Int]
  }

  /// The number of bits that symbols take which occur so often, without what follows their words.
  func bitCount(_ frequencies: [Int]) -> Int {
    zip(frequencies, lengths).reduce(0) { $0 + $1.0 * Int($1.1) }
  }

  /// Writes the word of a symbol.
  func write(_ symbol: Int, to writer: inout BitWriter) {
    writer.write(UInt32(words[symbol]), count: Int(lengths[symbol]))
  }
}

private func reversed(_ word: UInt16, count: Int) -> UInt16 {
  (0..<count).reduce(0) { $0 << 1 | word >> UInt16($1) & 1 }
}
