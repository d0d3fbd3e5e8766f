/// The directory of a zip archive: its entries and their offsets.
///
/// Everything is read from the directory at the archive's end (PKWARE's APPNOTE, sections 4.3 and 4.4), so
/// entries whose sizes follow their data are read as well. Numbers that exceed 32 bits stand in fields
/// of their own (zip64).
struct ZipDirectory {
  struct Entry {
    /// The bytes of its name, which are UTF-8.
    var nameBytes: [UInt8]
    var isEncrypted: Bool
    var method: Int
    var checksum: UInt32
    var storedSize: Int
    var size: Int
    var offset: Int
    /// The offset at which the next entry begins, or the directory.
    var limit: Int

    var name: String { String(decoding: nameBytes, as: UTF8.self) }
  }

  let entries: [Entry]
  /// The offset at which the directory begins, and entries end.
  let start: Int

  private static let endSize = 22
  private static let locatorSize = 20
  private static let end64Size = 56
  private static let entrySize = 46
  static let localSize = 30

  init(_ file: ReadableFile) throws(ArrayFileError) {
    let (start, size, count) = try Self.extent(file)
    let bytes = try file.read(start..<(start + size))
    self.start = start
    var entries: [Entry] = []
    var offset = 0
    for _ in 0..<count {
      guard size - offset >= Self.entrySize, bytes.number(UInt32.self, at: offset) == 0x0201_4B50
      else {
        throw file.damaged("its directory has fewer entries than it says")
      }
      let lengths = [28, 30, 32].map { Int(bytes.number(UInt16.self, at: offset + $0)) }
      let end = offset + Self.entrySize + lengths.reduce(0, +)
      guard end <= size else { throw file.damaged("its directory is cut") }
      entries.append(try Self.entry(bytes[offset..<end], file))
      offset = end
    }
    // More than was counted would be lost without a word.
    guard offset == size else { throw file.damaged("its directory has more entries than it says") }
    self.entries = try Self.bounded(entries, by: start, file)
    try Self.requireNoOthers(self.entries, by: start, file)
  }

  // Entries lie one behind the other, whatever their order in the directory.
  private static func bounded(
    _ entries: [Entry], by start: Int, _ file: ReadableFile
  ) throws(ArrayFileError) -> [Entry] {
    var entries = entries
    var limit = start
    for index in entries.indices.sorted(by: { entries[$0].offset > entries[$1].offset }) {
      let entry = entries[index]
      guard entry.offset <= limit,
        entry.storedSize <= limit - entry.offset - localSize - entry.nameBytes.count
      else {
        throw file.damaged("an entry lies over what follows it", array: entry.name)
      }
      entries[index].limit = limit
      limit = entry.offset
    }
    return entries
  }

  // An entry that the directory leaves out would be lost without a word.
  private static func requireNoOthers(
    _ entries: [Entry], by start: Int, _ file: ReadableFile
  ) throws(ArrayFileError) {
    let first = entries.map(\.offset).min() ?? start
    var isComplete = try !isHeader(file, at: 0, before: first)
    for entry in entries where isComplete && entry.offset + localSize <= entry.limit {
      let local = try file.read(entry.offset..<(entry.offset + localSize))
      let lengths = [26, 28].map { Int(local.number(UInt16.self, at: $0)) }
      let end = entry.offset + localSize + lengths[0] + lengths[1] + entry.storedSize
      guard end + 4 <= entry.limit else { continue }
      var ends = [end]
      // The sizes may follow the data, with or without a mark, in 32 bits or 64.
      if local.number(UInt16.self, at: 6) & 8 != 0 {
        let isMarked = try file.read(end..<(end + 4)).number(UInt32.self, at: 0) == 0x0807_4B50
        ends += (isMarked ? [16, 24] : [12, 20]).map { end + $0 }
      }
      for end in ends where try isHeader(file, at: end, before: entry.limit) { isComplete = false }
    }
    guard isComplete else {
      throw file.damaged("it has entries that are not in its directory")
    }
  }

  // Whether an entry begins at an offset, or its line of the directory.
  private static func isHeader(
    _ file: ReadableFile, at offset: Int, before limit: Int
  ) throws(ArrayFileError) -> Bool {
    guard offset + 4 <= limit else { return false }
    let mark = try file.read(offset..<(offset + 4)).number(UInt32.self, at: 0)
    return [0x0403_4B50, 0x0201_4B50].contains(mark)
  }

  // MARK: Finding the directory

  private static func extent(
    _ file: ReadableFile
  ) throws(ArrayFileError) -> (start: Int, size: Int, count: Int) {
    // The end may be followed by a comment of up to 65,535 bytes.
    let tail = max(0, file.byteCount - endSize - 0xFFFF - locatorSize)
    let bytes = try file.read(tail..<file.byteCount)
    let last = bytes.count - endSize
    guard last >= 0, let end = (0...last).last(where: { isEnd(bytes, $0) }) else {
      throw ArrayFileError(path: file.path, array: nil, problem: .notAnArchive)
    }
    let disks = [4, 6].map { bytes.number(UInt16.self, at: end + $0) }
    let counts = [8, 10].map { Int(bytes.number(UInt16.self, at: end + $0)) }
    let sizes = [12, 16].map { Int(bytes.number(UInt32.self, at: end + $0)) }
    var (start, size, count, limit) = (sizes[1], sizes[0], counts[1], tail + end)
    if end >= locatorSize, bytes.number(UInt32.self, at: end - locatorSize) == 0x0706_4B50 {
      let stated = bytes.number(UInt64.self, at: end - locatorSize + 8)
      (start, size, count, limit) = try extent64(file, at: stated, end: limit - locatorSize)
      // Numbers that are not all ones have not been moved to the wider record.
      guard counts.allSatisfy({ $0 == 0xFFFF || $0 == count }),
        zip(sizes, [size, start]).allSatisfy({ $0 == 0xFFFF_FFFF || $0 == $1 })
      else { throw file.damaged("the two ends of its directory disagree") }
    } else if disks != [0, 0] || counts[0] != counts[1] {
      throw file.damaged("it is a part of several")
    }
    guard start <= limit, size == limit - start, count <= size / entrySize else {
      throw file.damaged("its directory is not where or not as long as it says")
    }
    return (start, size, count)
  }

  private static func isEnd(_ bytes: Bytes, _ offset: Int) -> Bool {
    bytes.number(UInt32.self, at: offset) == 0x0605_4B50
      && Int(bytes.number(UInt16.self, at: offset + 20)) == bytes.count - offset - endSize
  }

  private static func extent64(
    _ file: ReadableFile, at stated: UInt64, end: Int
  ) throws(ArrayFileError) -> (start: Int, size: Int, count: Int, limit: Int) {
    guard let offset = Int(exactly: stated), offset <= file.byteCount - end64Size else {
      throw file.damaged("the end of its directory does not lie within it")
    }
    let bytes = try file.read(offset..<(offset + end64Size))
    guard bytes.number(UInt32.self, at: 0) == 0x0606_4B50,
      bytes.number(UInt64.self, at: 4) == end - offset - 12
    else { throw file.damaged("the end of its directory is not where it should be") }
    guard bytes.number(UInt64.self, at: 16) == 0,
      bytes.number(UInt64.self, at: 24) == bytes.number(UInt64.self, at: 32)
    else { throw file.damaged("it is a part of several") }
    let numbers = [48, 40, 32].map { Int(exactly: bytes.number(UInt64.self, at: $0)) }
    guard let start = numbers[0], let size = numbers[1], let count = numbers[2] else {
      throw file.damaged("its directory does not lie within it")
    }
    return (start, size, count, offset)
  }

  // MARK: Entries

  private static func entry(_ bytes: Bytes, _ file: ReadableFile) throws(ArrayFileError) -> Entry {
    let lengths = [28, 30].map { Int(bytes.number(UInt16.self, at: $0)) }
    let nameEnd = entrySize + lengths[0]
    var numbers = [24, 20, 42].map { UInt64(bytes.number(UInt32.self, at: $0)) }
    try widen(&numbers, extra: bytes[nameEnd..<(nameEnd + lengths[1])], file)
    let flags = bytes.number(UInt16.self, at: 8)
    guard let size = Int(exactly: numbers[0]), let storedSize = Int(exactly: numbers[1]),
      let offset = Int(exactly: numbers[2])
    else { throw file.damaged("the size of an entry is out of range") }
    return Entry(
      nameBytes: bytes[entrySize..<nameEnd].array,
      // Bit 0: the data; bit 13: the headers as well.
      isEncrypted: flags & 0x2001 != 0, method: Int(bytes.number(UInt16.self, at: 10)),
      checksum: bytes.number(UInt32.self, at: 16), storedSize: storedSize, size: size,
      offset: offset, limit: 0)
  }

  // Numbers of all ones stand for the next number of the entry's zip64 field.
  static func widen(
    _ numbers: inout [UInt64], extra: Bytes, _ file: ReadableFile
  ) throws(ArrayFileError) {
    var wide = numbers.indices.filter { numbers[$0] == 0xFFFF_FFFF }[...]
    var offset = 0
    while !wide.isEmpty, extra.count - offset >= 4 {
      let kind = extra.number(UInt16.self, at: offset)
      let end = offset + 4 + Int(extra.number(UInt16.self, at: offset + 2))
      guard end <= extra.count else { throw file.damaged("a field of an entry is cut") }
      offset += 4
      while kind == 1, end - offset >= 8, let number = wide.popFirst() {
        numbers[number] = extra.number(UInt64.self, at: offset)
        offset += 8
      }
      if kind == 1 { break }
      offset = end
    }
    guard wide.isEmpty else { throw file.damaged("the size of an entry is missing") }
  }
}

extension ReadableFile {
  func damaged(_ reason: String, array: String? = nil) -> ArrayFileError {
    ArrayFileError(path: path, array: array, problem: .damagedArchive(reason))
  }
}
