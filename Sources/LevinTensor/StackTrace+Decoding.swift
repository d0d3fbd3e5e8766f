#if os(Linux) && canImport(Glibc) && canImport(Runtime)
internal import Runtime

extension Backtrace {
  /// A backtrace of addresses that were found by other means.
  ///
  /// There is no other public way to make one than to decode it. The format is Swift's Compact Backtrace
  /// Format: the size of words, for each frame an instruction with an address, the highest byte first, and a 0.
  init(returnAddresses: [UInt64]) throws {
    var bytes: [UInt8] = [2]
    for address in returnAddresses {
      bytes.append(0b0010_1111)
      withUnsafeBytes(of: address.bigEndian) { bytes.append(contentsOf: $0) }
    }
    bytes.append(0)
    #if arch(x86_64)
    let architecture = "x86_64"
    #else
    let architecture = "arm64"
    #endif
    try self.init(
      from: TextDecoder(fields: ["architecture": architecture, "backtrace": base64(bytes)]))
  }
}

private func base64(_ bytes: [UInt8]) -> String {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let piece = bytes[start..<min(start + 3, bytes.count)]
    let bits = piece.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - piece.count))
    for position in 0...piece.count { text.append(letters[bits >> (18 - 6 * position) & 63]) }
    for _ in piece.count..<3 { text.append(UInt8(ascii: "=")) }
  }
  return String(decoding: text, as: UTF8.self)
}

/// Decodes a value whose fields are texts.
private struct TextDecoder: Decoder {
  struct Mismatch: Error {}

  let fields: [String: String]
  var codingPath: [any CodingKey] { [] }
  var userInfo: [CodingUserInfoKey: Any] { [:] }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedDecodingContainer<Key> {
    KeyedDecodingContainer(Fields(texts: fields))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw Mismatch() }
  func singleValueContainer() throws -> any SingleValueDecodingContainer { throw Mismatch() }

  struct Fields<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let texts: [String: String]
    var codingPath: [any CodingKey] { [] }
    var allKeys: [Key] { texts.keys.compactMap(Key.init(stringValue:)) }

    func contains(_ key: Key) -> Bool { texts[key.stringValue] != nil }
    func decodeNil(forKey key: Key) -> Bool { !contains(key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
      guard let value = texts[key.stringValue] as? Value else { throw Mismatch() }
      return value
    }
    func nestedContainer<Inner: CodingKey>(
      keyedBy type: Inner.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Inner> { throw Mismatch() }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
      throw Mismatch()
    }
    func superDecoder() throws -> any Decoder { throw Mismatch() }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw Mismatch() }
  }
}
#endif
