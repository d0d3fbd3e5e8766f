/// Texts with a number each, in the order in which they came first: a hash table over one array of bytes, so that a
/// field that has come before costs no allocation.
struct CategoryTable {
  private struct Entry {
    var range: Range<Int>
    var hash: UInt64
    var line: Int
  }

  private var bytes: [UInt8] = []
  private var entries: [Entry] = []
  // Numbers of entries by hash, -1 for none; a power of two, at most half full.
  private var slots = [Int32](repeating: -1, count: 64)

  /// The number of texts.
  var count: Int { entries.count }

  /// The number of a text, which is new if it has not come before; `line` is kept for messages.
  mutating func number(of text: UnsafeBufferPointer<UInt8>, line: Int) -> Int {
    let hash = Self.hash(text)
    if let number = find(text, hash) { return number }
    if 2 * (entries.count + 1) > slots.count { grow() }
    entries.append(Entry(range: bytes.count..<bytes.count + text.count, hash: hash, line: line))
    bytes.append(contentsOf: text)
    place(Int32(entries.count - 1), hash)
    return entries.count - 1
  }

  /// The number of a text that has come before; nil for others.
  func number(of text: UnsafeBufferPointer<UInt8>) -> Int? { find(text, Self.hash(text)) }

  /// The text of a number, and the line where it came first; nil for what is not UTF-8.
  func text(_ number: Int) -> (text: String?, line: Int) {
    let entry = entries[number]
    return (String(validating: bytes[entry.range], as: UTF8.self), entry.line)
  }

  private func find(_ text: UnsafeBufferPointer<UInt8>, _ hash: UInt64) -> Int? {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let entry = entries[Int(slots[slot])]
      if entry.hash == hash, bytes[entry.range].elementsEqual(text) { return Int(slots[slot]) }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func place(_ number: Int32, _ hash: UInt64) {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = number
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for (number, entry) in entries.enumerated() { place(Int32(number), entry.hash) }
  }

  // Fowler, Noll and Vo, variant 1a.
  private static func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in text { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    return hash ^ hash >> 32
  }
}
