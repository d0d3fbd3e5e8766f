/// The checksum of zip archives: the remainder of a message, as a polynomial over two elements, divided
/// by 0xEDB88320 (bits reversed).
///
/// Eight bytes are taken at a time, each through a table of its own, after Kounavis and Berry ("A
/// systematic approach to building high performance software-based CRC generators", 2005).
enum Checksum {
  private static let tables: [[UInt32]] = {
    var tables = [[UInt32]](repeating: [UInt32](repeating: 0, count: 256), count: 8)
    for byte in 0..<256 {
      tables[0][byte] = (0..<8).reduce(UInt32(byte)) { value, _ in
        value & 1 == 0 ? value >> 1 : value >> 1 ^ 0xEDB8_8320
      }
    }
    for table in 1..<8 {
      for byte in 0..<256 {
        let before = tables[table - 1][byte]
        tables[table][byte] = before >> 8 ^ tables[0][Int(before & 0xFF)]
      }
    }
    return tables
  }()

  private static let flat = tables.flatMap { $0 }

  /// The checksum of `bytes` that follow on bytes with the checksum `previous`.
  static func of(_ bytes: UnsafeRawBufferPointer, after previous: UInt32 = 0) -> UInt32 {
    flat.withUnsafeBufferPointer { table in
      var value = ~previous
      var offset = 0
      while offset + 8 <= bytes.count {
        let word = UInt64(
          littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        let mixed = word ^ UInt64(value)
        value = 0
        for byte in 0..<8 {
          value ^= table[(7 - byte) << 8 | Int(mixed >> (8 * UInt64(byte)) & 0xFF)]
        }
        offset += 8
      }
      while offset < bytes.count {
        value = value >> 8 ^ table[Int((value ^ UInt32(bytes[offset])) & 0xFF)]
        offset += 1
      }
      return ~value
    }
  }
}
