/// The remainders of CRC-32 (ISO 3309, as PNG has it) for each byte.
private let remainders: [UInt32] = (0..<256).map { byte in
  (0..<8).reduce(UInt32(byte)) { value, _ in
    value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
  }
}

/// The CRC-32 of bytes.
func crc32(_ bytes: some Sequence<UInt8>) -> UInt32 {
  var value = UInt32.max
  for byte in bytes {
    value = remainders[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8
  }
  return ~value
}

/// The Adler-32 of bytes (RFC 1950).
func adler32(_ bytes: [UInt8]) -> UInt32 {
  let (modulus, mostWithoutOverflow) = (UInt32(65_521), 5552)
  var (sum, sumOfSums): (UInt32, UInt32) = (1, 0)
  var start = 0
  while start < bytes.count {
    let end = min(start + mostWithoutOverflow, bytes.count)
    for index in start..<end {
      sum += UInt32(bytes[index])
      sumOfSums += sum
    }
    (sum, sumOfSums) = (sum % modulus, sumOfSums % modulus)
    start = end
  }
  return sumOfSums << 16 | sum
}
