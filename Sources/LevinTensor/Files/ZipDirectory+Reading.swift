extension ZipDirectory {
  /// The bytes of an entry, decompressed and checked; errors name the array `name`.
  func contents(
    of entry: Entry, named name: String, in file: ReadableFile
  ) throws(ArrayFileError) -> Bytes {
    func failure(_ problem: ArrayFileError.Problem) -> ArrayFileError {
      ArrayFileError(path: file.path, array: name, problem: problem)
    }
    if entry.isEncrypted { throw failure(.encrypted) }
    let range = try range(of: entry, named: name, in: file)
    let stored = try file.read(range, of: name)
    let bytes: Bytes
    switch entry.method {
    case 0: bytes = stored
    case 8:
      guard let inflated = Bytes(count: entry.size) else { throw failure(.tooLarge) }
      do throws(Inflater.Failure) {
        try stored.withBuffer { (source) throws(Inflater.Failure) in
          try inflated.withBuffer { (target) throws(Inflater.Failure) in
            try Inflater.inflate(UnsafeRawBufferPointer(source), into: target)
          }
        }
      } catch {
        throw failure(.damagedCompression(error.reason))
      }
      bytes = inflated
    default: throw failure(.unknownCompression(entry.method))
    }
    guard bytes.checksum == entry.checksum else { throw failure(.badChecksum) }
    return bytes
  }

  // Deflate makes at most 1032 bytes of one, so what claims more need not be tried.
  private static let mostExpansion = 1032

  private func range(
    of entry: Entry, named name: String, in file: ReadableFile
  ) throws(ArrayFileError) -> Range<Int> {
    guard entry.offset <= start - Self.localSize else {
      throw file.damaged("an entry does not lie within it", array: name)
    }
    let local = try file.read(entry.offset..<(entry.offset + Self.localSize))
    guard local.number(UInt32.self, at: 0) == 0x0403_4B50 else {
      throw file.damaged("an entry is not where it should be", array: name)
    }
    let lengths = [26, 28].map { Int(local.number(UInt16.self, at: $0)) }
    let begin = entry.offset + Self.localSize + lengths[0] + lengths[1]
    guard begin <= entry.limit, entry.storedSize <= entry.limit - begin else {
      throw file.damaged("an entry lies over what follows it", array: name)
    }
    let fields = try file.read((entry.offset + Self.localSize)..<begin)
    guard try agrees(entry, with: local, fields, nameSize: lengths[0], file) else {
      throw file.damaged("an entry and the directory disagree about it", array: name)
    }
    guard entry.method != 0 || entry.size == entry.storedSize,
      entry.method != 8 || entry.size / Self.mostExpansion <= entry.storedSize
    else { throw file.damaged("the sizes of an entry do not agree", array: name) }
    return begin..<(begin + entry.storedSize)
  }

  // What stands in front of an entry's data says the same as the directory. Sizes that follow the data are not there.
  private func agrees(
    _ entry: Entry, with local: Bytes, _ fields: Bytes, nameSize: Int, _ file: ReadableFile
  ) throws(ArrayFileError) -> Bool {
    guard fields[0..<nameSize].array == entry.nameBytes,
      local.number(UInt16.self, at: 8) == entry.method
    else { return false }
    if local.number(UInt16.self, at: 6) & 8 != 0 { return true }
    var sizes = [22, 18].map { UInt64(local.number(UInt32.self, at: $0)) }
    try Self.widen(&sizes, extra: fields[nameSize..<fields.count], file)
    return local.number(UInt32.self, at: 14) == entry.checksum
      && sizes == [UInt64(entry.size), UInt64(entry.storedSize)]
  }
}
