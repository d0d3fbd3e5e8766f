extension NumPyArchive {
  /// Writes tensors under their names, in the order of these, to a file that `numpy.load` reads.
  ///
  /// Evaluates all tensors together. Bytes are stored as they are, as `numpy.savez` does; a file that is
  /// there already is replaced once the new one is whole, as by ``Tensor/write(toNPY:)``.
  ///
  /// - Parameters:
  ///   - tensors: The tensors by their names.
  ///   - path: The file; its folder must exist.
  /// - Throws: An error with the file and the reason; then what was there before still is.
  @_disfavoredOverload  // A literal with two names that look alike makes no dictionary.
  public static func write(
    _ tensors: [String: Tensor], to path: String
  ) throws(ArrayFileError) {
    let sorted = tensors.sorted { ExactName($0.key) < ExactName($1.key) }
    try write(sorted.map { ($0.key, $0.value) }, path)
  }

  /// Writes tensors under their names, in the order given, to a file that `numpy.load` reads.
  ///
  /// - Parameters:
  ///   - tensors: The tensors by their names, which are told apart by their code points.
  ///   - path: The file; its folder must exist.
  /// - Throws: An error with the file and the reason, also for a name that is there twice; then what was there before
  ///   still is.
  public static func write(
    _ tensors: KeyValuePairs<String, Tensor>, to path: String
  ) throws(ArrayFileError) {
    try write(tensors.map { ($0.key, $0.value) }, path)
  }

  private static func write(
    _ tensors: [(name: String, tensor: Tensor)], _ path: String
  ) throws(ArrayFileError) {
    func refusal(_ reason: String) -> ArrayFileError {
      ArrayFileError(path: path, array: nil, problem: .unusableName(reason))
    }
    var names: Set<ExactName> = []
    for (name, _) in tensors {
      if name.utf8.count > 0xFFFF - 4 { throw refusal("a name has \(name.utf8.count) bytes") }
      if !names.insert(ExactName(name)).inserted { throw refusal("two are named '\(name)'") }
    }
    evaluateOrStop(tensors.map(\.tensor))
    try AtomicFile.write(to: path) { file throws(ArrayFileError) in
      var writer = ZipWriter()
      for (name, tensor) in tensors {
        try writer.append("\(name).npy", EncodedArray(tensor), to: file)
      }
      try writer.finish(file)
    }
  }
}

/// Writes a zip archive of stored entries, one after the other.
///
/// As NumPy does, each entry has a zip64 field in front of its data, whatever its size; the directory
/// has one where a number needs it.
private struct ZipWriter {
  private var directory: [UInt8] = []
  private var count = 0

  mutating func append(
    _ name: String, _ array: EncodedArray, to file: AtomicFile
  ) throws(ArrayFileError) {
    let start = file.byteCount
    let size = array.header.count + array.byteCount
    let ofHeader = array.header.withUnsafeBytes { Checksum.of($0) }
    let checksum = array.withElements { Checksum.of($0, after: ofHeader) }
    // The name is UTF-8, which a flag says of names beyond ASCII.
    let flags: UInt16 = name.utf8.allSatisfy { $0 < 0x80 } ? 0 : 0x800
    // Version 4.5, flags, stored, midnight of 1 January 1980 (files are the same whenever written).
    var common: [UInt8] = []
    common.append(little: 45 as UInt16, flags, 0, 0, 0x21)
    common.append(little: checksum)

    var local: [UInt8] = []
    local.append(little: 0x0403_4B50 as UInt32)
    local += common
    local.append(little: .max, .max as UInt32)
    local.append(little: UInt16(name.utf8.count), 20)
    local += name.utf8
    local.append(little: 1 as UInt16, 16)
    local.append(little: UInt64(size), UInt64(size))
    try file.write(local)
    try file.write(array.header)
    try array.withElements { (bytes) throws(ArrayFileError) in try file.write(bytes) }
    addEntry(name, common, size: size, offset: start)
  }

  // NumPy's own archives come from Unix (3) and let the owner read and write.
  private mutating func addEntry(_ name: String, _ common: [UInt8], size: Int, offset: Int) {
    let wideSize = size >= UInt32.max
    let wideOffset = offset >= UInt32.max
    let wide: [Int] = (wideSize ? [size, size] : []) + (wideOffset ? [offset] : [])
    directory.append(little: 0x0201_4B50 as UInt32)
    directory.append(little: 3 << 8 | 45 as UInt16)
    directory += common
    for _ in 0..<2 { directory.append(little: wideSize ? .max : UInt32(size)) }
    directory.append(little: UInt16(name.utf8.count), wide.isEmpty ? 0 : UInt16(4 + 8 * wide.count))
    directory.append(little: 0 as UInt16, 0, 0)
    directory.append(little: 0o600 << 16 as UInt32, wideOffset ? .max : UInt32(offset))
    directory += name.utf8
    if !wide.isEmpty {
      directory.append(little: 1 as UInt16, UInt16(8 * wide.count))
      for number in wide { directory.append(little: UInt64(number)) }
    }
    count += 1
  }

  func finish(_ file: AtomicFile) throws(ArrayFileError) {
    let start = file.byteCount
    try file.write(directory)
    var end: [UInt8] = []
    if count >= UInt16.max || start >= UInt32.max || directory.count >= UInt32.max {
      end.append(little: 0x0606_4B50 as UInt32)
      end.append(little: 44 as UInt64)
      end.append(little: 45 as UInt16, 45)
      end.append(little: 0 as UInt32, 0)
      end.append(little: UInt64(count), UInt64(count), UInt64(directory.count), UInt64(start))
      end.append(little: 0x0706_4B50 as UInt32, 0)
      end.append(little: UInt64(start + directory.count))
      end.append(little: 1 as UInt32)
    }
    let number = UInt16(clamping: count)
    end.append(little: 0x0605_4B50 as UInt32)
    end.append(little: 0, 0, number, number)
    end.append(little: UInt32(clamping: directory.count), UInt32(clamping: start))
    end.append(little: 0 as UInt16)
    try file.write(end)
  }
}

extension [UInt8] {
  fileprivate mutating func append<T: FixedWidthInteger>(little numbers: T...) {
    for number in numbers {
      for byte in 0..<(T.bitWidth / 8) {
        append(UInt8(truncatingIfNeeded: number >> T(8 * byte)))
      }
    }
  }
}
