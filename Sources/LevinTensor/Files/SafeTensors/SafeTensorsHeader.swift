/// The header of a safetensors file: eight bytes of length, then the dtype, shape and extent of each tensor in JSON.
///
/// The format is that of the crate `safetensors` (its README, "Format"); what its reader refuses is refused here.
struct SafeTensorsHeader {
  struct Entry {
    var name: String
    var dtypeName: String
    var shape: [Int]
    /// The extent in the data, which begin behind the header.
    var range: Range<Int>
    /// The CRC-32 of its bytes, if the file has checksums.
    var checksum: UInt32?

    var dtype: SafeTensorsDType? { SafeTensorsDType(rawValue: dtypeName) }
  }

  /// The tensors, in the order of the header.
  private(set) var entries: [Entry] = []
  private(set) var metadata: [(name: String, text: String)] = []
  /// The offset of the data in the file.
  let dataStart: Int
  // The checksums in the metadata, and their offset from the beginning of the file.
  private var checksums: (text: String, offset: Int)?

  static let mostBytes = 100_000_000
  static let lengthSize = 8
  /// The name that stands for the metadata, and that no tensor may have.
  static let metadataName = "__metadata__"
  // As PyTorch and NumPy have it.
  private static let mostAxes = 64

  /// A problem, and the tensor that it concerns.
  struct Failure: Error {
    var array: String?
    var problem: ArrayFileError.Problem
  }

  /// Reads the header of a file.
  init(_ file: ReadableFile) throws(ArrayFileError) {
    do throws(Failure) {
      let bytes = try Self.bytes(file)
      dataStart = bytes.count
      try read(bytes)
      try check(bytes)
      try checkLayout(dataSize: file.byteCount - dataStart)
    } catch {
      throw ArrayFileError(path: file.path, array: error.array, problem: error.problem)
    }
  }

  // The length and the header itself.
  private static func bytes(_ file: ReadableFile) throws(Failure) -> [UInt8] {
    func read(_ range: Range<Int>) throws(Failure) -> Bytes {
      do throws(ArrayFileError) { return try file.read(range) } catch {
        throw Failure(problem: error.problem)
      }
    }
    let found = file.byteCount
    guard found > lengthSize else {
      // A single byte may be the first of any length.
      let isText = found < 2 ? false : Self.isText(try read(0..<found).array)
      throw Failure(
        problem: isText ? .notSafeTensors : .cut(expected: lengthSize + 2, found: found))
    }
    let start = try read(0..<(lengthSize + 1))
    let length = start.number(UInt64.self, at: 0)
    guard start[lengthSize] == UInt8(ascii: "{"), length >= 2, length <= Int64.max else {
      throw Failure(problem: .notSafeTensors)
    }
    guard length <= mostBytes else { throw Failure(problem: .headerTooLarge(Int(length))) }
    let end = lengthSize + Int(length)
    guard end <= found else { throw Failure(problem: .cut(expected: end, found: found)) }
    return try read(0..<end).array
  }

  // Whether the bytes are a word or two of text rather than the beginning of a length, which has zeros at its end.
  private static func isText(_ bytes: [UInt8]) -> Bool {
    bytes.allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
  }

  // MARK: JSON

  private mutating func read(_ bytes: [UInt8]) throws(Failure) {
    var scanner = JSONScanner(bytes, from: Self.lengthSize)
    do throws(JSONScanner.Failure) {
      try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
        if name == Self.metadataName {
          try readMetadata(&scanner)
        } else {
          entries.append(try Self.entry(name, &scanner))
        }
      }
      try scanner.end()
    } catch {
      throw Failure(problem: .badHeader("\(error.reason) at byte \(error.offset)"))
    }
  }

  private mutating func readMetadata(_ scanner: inout JSONScanner) throws(JSONScanner.Failure) {
    // Some writers say null where there is none.
    if try scanner.kind() == .literal, try scanner.literal() == nil { return }
    try scanner.object { (scanner, name) throws(JSONScanner.Failure) in
      _ = try scanner.kind()
      let offset = scanner.offset + 1
      let text = try scanner.string()
      if name == Checksums.name { checksums = (text, offset) }
      metadata.append((name, text))
    }
  }

  private static func entry(
    _ name: String, _ scanner: inout JSONScanner
  ) throws(JSONScanner.Failure) -> Entry {
    var dtype: String?
    var shape: [Int]?
    var ends: [Int]?
    try scanner.object { (scanner, field) throws(JSONScanner.Failure) in
      switch field {
      case "dtype": dtype = try scanner.string()
      case "shape": shape = try counts(&scanner, most: mostAxes)
      case "data_offsets": ends = try counts(&scanner, most: 2)
      default: try scanner.skipValue()
      }
    }
    guard let dtype, let shape, let ends, ends.count == 2 else {
      throw scanner.failure("tensor '\(name)' has no dtype, no shape or no two offsets")
    }
    guard ends[0] <= ends[1] else {
      throw scanner.failure("tensor '\(name)' ends before it begins")
    }
    return Entry(name: name, dtypeName: dtype, shape: shape, range: ends[0]..<ends[1])
  }

  private static func counts(
    _ scanner: inout JSONScanner, most: Int
  ) throws(JSONScanner.Failure) -> [Int] {
    var counts: [Int] = []
    try scanner.array { (scanner) throws(JSONScanner.Failure) in
      counts.append(try scanner.count())
      if counts.count > most { throw scanner.failure("there are more than \(most) numbers") }
    }
    return counts
  }

  // MARK: Checks

  private mutating func check(_ bytes: [UInt8]) throws(Failure) {
    guard let checksums else { return }
    let sums = Checksums.numbers(checksums.text)
    guard let sums, sums.count == entries.count + 1,
      sums[0] == Checksums.ofHeader(bytes, offset: checksums.offset)
    else { throw Failure(problem: .badChecksum) }
    for index in entries.indices { entries[index].checksum = sums[index + 1] }
  }

  // Tensors lie one behind the other, whatever their order in the header, and fill the file.
  private func checkLayout(dataSize: Int) throws(Failure) {
    var end = 0
    let byOffset = entries.indices.sorted {
      let (a, b) = (entries[$0].range, entries[$1].range)
      return (a.lowerBound, a.upperBound) < (b.lowerBound, b.upperBound)
    }
    for index in byOffset {
      let entry = entries[index]
      try Self.checkSize(entry)
      guard entry.range.lowerBound == end else {
        let reason =
          entry.range.lowerBound < end ? "it lies over another one" : "there is a hole before it"
        throw Failure(array: entry.name, problem: .badHeader(reason))
      }
      end = entry.range.upperBound
    }
    if end > dataSize {
      throw Failure(
        problem: .cut(expected: dataStart.addingClamped(end), found: dataStart + dataSize))
    }
    if end < dataSize {
      throw Failure(
        problem: .trailingBytes(expected: dataStart + end, found: dataStart + dataSize))
    }
  }

  // Sizes and strides of the tensor must be numbers, even where one size is 0. Elements of an unknown type have any
  // size.
  private static func checkSize(_ entry: Entry) throws(Failure) {
    var (count, most) = (1, 8)
    for size in entry.shape {
      let (product, overflow) = most.multipliedReportingOverflow(by: max(size, 1))
      if overflow { throw Failure(array: entry.name, problem: .tooLarge) }
      (count, most) = (count * size, product)
    }
    guard let dtype = entry.dtype, count * dtype.byteCount != entry.range.count else { return }
    throw Failure(
      array: entry.name,
      problem: .badHeader(
        "\(dtype.rawValue) of shape \(entry.shape) takes \(count * dtype.byteCount) bytes, and it has "
          + "\(entry.range.count)"))
  }
}

extension Int {
  fileprivate func addingClamped(_ other: Int) -> Int {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
