import Testing

@testable import LevinPlots

/// The values are those of Python's `zlib.crc32` and `zlib.adler32` (zlib 1.2.13).
@Suite struct ChecksumTests {
  private let squares = (0..<20_000).map { UInt8($0 * $0 % 251) }

  @Test func cyclicRedundancyChecksAreThoseOfZlib() {
    #expect(crc32([]) == 0)
    #expect(crc32("123456789".utf8) == 0xCBF4_3926)
    #expect(crc32(squares) == 0x8159_3CD8)
  }

  @Test func sumsOfAdlerAreThoseOfZlib() {
    #expect(adler32([]) == 1)
    #expect(adler32(Array("Wikipedia".utf8)) == 0x11E6_0398)
    #expect(adler32(squares) == 0x6F1F_05B5)
    #expect(adler32([UInt8](repeating: 255, count: 100_000)) == 0x149A_302C)
  }
}
