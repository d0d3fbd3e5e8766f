/// Finds what repeats earlier bytes, by chains of positions whose next three bytes have one hash.
struct MatchFinder {
  /// The length of a repetition and how far back it begins.
  struct Match {
    var length = 0
    var distance = 0
  }

  static let shortestMatch = 3
  static let longestMatch = 258
  private static let windowSize = 32_768
  private static let hashBits = 15
  /// The most positions that are looked at, which bounds the time.
  private static let mostSteps = 96

  private let bytes: [UInt8]
  /// The latest position of each hash; -1 for none.
  private var heads = [Int](repeating: -1, count: 1 << hashBits)
  /// The position before each one of the window that has the same hash.
  private var previous = [Int](repeating: -1, count: windowSize)

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private func hash(_ position: Int) -> Int {
    let three =
      UInt32(bytes[position]) | UInt32(bytes[position + 1]) << 8 | UInt32(bytes[position + 2]) << 16
    return Int((three &* 0x9E37_79B1) >> UInt32(32 - Self.hashBits))
  }

  /// Makes a position known to later searches.
  mutating func insert(_ position: Int) {
    guard position + Self.shortestMatch <= bytes.count else { return }
    let hash = hash(position)
    previous[position % Self.windowSize] = heads[hash]
    heads[hash] = position
  }

  /// The longest repetition at a position, if it is longer than another one.
  func longestMatch(at position: Int, longerThan least: Int) -> Match? {
    let most = min(Self.longestMatch, bytes.count - position)
    guard most >= Self.shortestMatch else { return nil }
    var best = Match(length: max(least, Self.shortestMatch - 1))
    guard best.length < most else { return nil }
    bytes.withUnsafeBufferPointer { bytes in
      var candidate = heads[hash(position)]
      for _ in 0..<Self.mostSteps {
        guard candidate >= 0, position - candidate <= Self.windowSize else { break }
        // A longer match has to agree where the best one ends, which most do not.
        if bytes[candidate + best.length] == bytes[position + best.length] {
          var length = 0
          while length < most, bytes[candidate + length] == bytes[position + length] { length += 1 }
          if length > best.length {
            best = Match(length: length, distance: position - candidate)
            if length == most { break }
          }
        }
        let before = previous[candidate % Self.windowSize]
        guard before < candidate else { break }
        candidate = before
      }
    }
    return best.distance > 0 ? best : nil
  }
}
