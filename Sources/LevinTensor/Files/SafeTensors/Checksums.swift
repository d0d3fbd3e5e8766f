/// Checksums in the metadata of a safetensors file: CRC-32 of the header, then of each tensor in the header's order,
/// each as eight hexadecimal digits.
///
/// That of the header is taken with zeros where its own digits stand, from the first byte of the file on. The name and
/// the first eight digits mean this in every version, so that an altered file is known from a newer one.
package enum Checksums {
  /// The name of their text.
  package static let name = "levin/checksums"
  private static let digits = 8

  /// The text of some checksums, whose first is still to be set.
  static func text(_ sums: [UInt32]) -> String { hexadecimal([0] + sums) }

  /// Puts the checksum of the header into a header, whose text of checksums has an offset.
  package static func seal(_ header: inout [UInt8], offset: Int) {
    let sum = hexadecimal([ofHeader(header, offset: offset)])
    header.replaceSubrange(offset..<(offset + digits), with: sum.utf8)
  }

  /// The checksum of a header, whose text of checksums has an offset.
  static func ofHeader(_ header: [UInt8], offset: Int) -> UInt32 {
    var header = header
    for index in offset..<min(header.count, offset + digits) { header[index] = UInt8(ascii: "0") }
    return header.withUnsafeBytes { Checksum.of($0) }
  }

  /// The numbers of a text; nil if it is none of checksums.
  static func numbers(_ text: String) -> [UInt32]? {
    let bytes = Array(text.utf8)
    guard bytes.count % digits == 0 else { return nil }
    var numbers: [UInt32] = []
    for start in stride(from: 0, to: bytes.count, by: digits) {
      let part = bytes[start..<(start + digits)]
      guard part.allSatisfy({ "0123456789abcdef".utf8.contains($0) }),
        let number = UInt32(String(decoding: part, as: UTF8.self), radix: 16)
      else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  private static func hexadecimal(_ sums: [UInt32]) -> String {
    sums.map { sum in
      let text = String(sum, radix: 16)
      return String(repeating: "0", count: digits - text.utf8.count) + text
    }.joined()
  }
}
