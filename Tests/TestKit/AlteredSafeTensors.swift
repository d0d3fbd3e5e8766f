import Foundation
public import LevinTensor

/// Good safetensors files with changes that follow the format: the length of the header, its JSON, the data, and
/// checksums that agree with what was changed.
public struct AlteredSafeTensors {
  private let length: [UInt8]
  private let header: [UInt8]
  private let data: [UInt8]

  /// Takes the bytes of a good file.
  public init(_ good: [UInt8]) {
    let size = (0..<8).reduce(0) { $0 | Int(good[$1]) << (8 * $1) }
    length = Array(good[..<8])
    header = Array(good[8..<(8 + size)])
    data = Array(good[(8 + size)...])
  }

  /// The number of alterations that a fuzz test makes; `LEVIN_LONG_RUN=1` asks for 300,000.
  public static let count =
    ProcessInfo.processInfo.environment["LEVIN_LONG_RUN"] == "1" ? 300_000 : 5_000

  /// The file with a few changes.
  public func altered(_ random: inout PCG64) -> [UInt8] {
    var (length, header, data) = (length, header, data)
    for _ in 0...random.integers(in: 0..<3) {
      switch random.integers(in: 0..<16) {
      case 0: Self.change(&length, &random)
      case 1: Self.change(&data, &random)
      case 2: Self.resize(&data, &random)
      case 3..<6: Self.change(&header, &random)
      default: Self.changeToken(of: &header, &random)
      }
    }
    if random.integers(in: 0..<8) > 0 {
      length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
      // Without this nothing behind the comparison of checksums would be reached.
      Self.seal(length, &header)
    }
    let bytes = length + header + data
    if random.integers(in: 0..<20) > 0 { return bytes }
    return Array(bytes[..<random.integers(in: 0..<(bytes.count + 1))])
  }

  private static func seal(_ length: [UInt8], _ header: inout [UInt8]) {
    let mark = Array(#""\#(Checksums.name)":""#.utf8)
    guard let start = Data(header).range(of: Data(mark))?.lowerBound else { return }
    var bytes = length + header
    let offset = length.count + start + mark.count
    guard offset + 8 <= bytes.count else { return }
    Checksums.seal(&bytes, offset: offset)
    header = Array(bytes[length.count...])
  }

  // MARK: Bytes

  private static func change(_ bytes: inout [UInt8], _ random: inout PCG64) {
    guard !bytes.isEmpty else { return }
    let offset = random.integers(in: 0..<bytes.count)
    switch random.integers(in: 0..<4) {
    case 0: bytes[offset] ^= 1 << UInt8(random.integers(in: 0..<8))
    case 1: bytes[offset] = UInt8(random.integers(in: 0..<256))
    case 2: bytes[offset] = UInt8(random.integers(in: 0x20..<0x7F))
    default: bytes[offset] = [0, 0x22, 0x5C, 0x7B, 0x80, 0xED, 0xFF][random.integers(in: 0..<7)]
    }
  }

  private static func resize(_ bytes: inout [UInt8], _ random: inout PCG64) {
    if random.integers(in: 0..<2) == 0 {
      bytes += [UInt8](repeating: 7, count: random.integers(in: 1..<17))
    } else {
      bytes.removeLast(min(bytes.count, random.integers(in: 1..<17)))
    }
  }

  // MARK: JSON

  private static let replacements = [
    "0", "1", "-1", "8", "1.5", "1e3", "1e999", "-0", "01", "4294967296", "4611686018427387904",
    "9223372036854775807", "18446744073709551616", "null", "true", "[]", "{}", "\"\"", "[0]",
    "[0,0]", "[0,8]",
    "[3,0]", "[1,1,1,1]", "\"F16\"", "\"BF16\"", "\"F64\"", "\"U8\"", "\"U64\"", "\"BOOL\"",
    "\"F8_E4M3\"", "\"x\"",
    "\"levin/format\"", "\"2\"", "\"__metadata__\"", "\"\\ud83d\"", "\"\\u0000\"",
    "{\"$tensor\":null}", "\\\"$real\\\"",
    "\\\"$tensor\\\"", "\\\"$\\\"", "[[[[[[[[", "]]]]", "{\"a\":", ",", ":", "",
  ]

  // A word, a number or a mark is exchanged for something else of the format, doubled or taken away; the same within
  // JSON in a string, where quotes have backslashes.
  private static func changeToken(of header: inout [UInt8], _ random: inout PCG64) {
    let tokens = tokens(header)
    guard !tokens.isEmpty else { return }
    let token = tokens[random.integers(in: 0..<tokens.count)]
    let other = tokens[random.integers(in: 0..<tokens.count)]
    switch random.integers(in: 0..<8) {
    case 0: header.removeSubrange(token)
    case 1: header.insert(contentsOf: header[other], at: token.lowerBound)
    case 2: header.replaceSubrange(token, with: Array(header[other]))
    case 3:
      let (start, end) = (
        min(token.lowerBound, other.lowerBound), max(token.upperBound, other.upperBound)
      )
      header.insert(contentsOf: header[start..<min(end, start + 400)], at: end)
    case 4:
      let start = min(token.lowerBound, other.lowerBound)
      header.removeSubrange(start..<min(max(token.upperBound, other.upperBound), start + 200))
    default:
      let text = replacements[random.integers(in: 0..<replacements.count)]
      header.replaceSubrange(token, with: text.utf8)
    }
  }

  private static func tokens(_ header: [UInt8]) -> [Range<Int>] {
    var tokens: [Range<Int>] = []
    var start = 0
    for offset in 1...max(1, header.count) where offset < header.count {
      if kind(header[offset]) != 0, kind(header[offset]) == kind(header[offset - 1]) { continue }
      tokens.append(start..<offset)
      start = offset
    }
    return tokens
  }

  // Letters, digits, quotes with their backslashes; every other byte is a token by itself.
  private static func kind(_ byte: UInt8) -> Int {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "_"), UInt8(ascii: "/"), UInt8(ascii: "$"):
      1
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): 2
    case UInt8(ascii: "\\"), UInt8(ascii: "\""): 3
    default: 0
    }
  }
}
