import Testing

@testable import LevinPlots

/// Made by `random(seed)` steps, the same each time.
private struct Steps: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return (state ^ state >> 31) &* 0x9E37_79B9_7F4A_7C15
  }
}

@Suite struct ZlibTests {
  /// `zlib.compressobj(9, zlib.DEFLATED, 15, 9, strategy)` of zlib 1.2.13 on the text below, with the
  /// strategies `Z_FIXED` and `Z_DEFAULT_STRATEGY`.
  private static let recorded = [
    (
      "fixed",
      "78012bca2f573050c84f5330b0562802b20d416c4308db08c43681b08d416c4b08db04acc60cc231"
        + "05718c4c211c3310c7182a630ed60ed56301e298410db304712ca0b61882ad3734803900e2022398"
        + "2cd8118626509d86c610bba1a61a429c6209b5d110e218986b0ccd206e83c9821d646401d30b7692"
        + "b111cc644b88db617e07bbca04e62a23b0ab4c4c60b290a0b180ea3502bbcad4086ab211d855a6e6"
        + "507b8dc0ae3283b9ca08ec2a33b82cd855e670bd605799c34d860415c85e00408770b6"
    ),
    (
      "dynamic",
      "78da3d90c10dc3300c0357f108962ccb36ba4fbf01f2c9faad48293f120ac98befeb69bd5ddfd63f"
        + "edfe6b092dd41adaa847e8436df8c66966189d341e66e465219e991dc6b3ec84d9b92298975e0024"
        + "d0ba02422c9332b89dad4294938b4298a211275b5d01a4bbb2401a5acd87ecf5efa0b2a2525099d5"
        + "954fb333aba09a9acd0aaab9725741e545a5a0f2f70aaaf56641b5de663e55ecfe00408770b6"
    ),
  ]

  private static let text = Array((0..<30).map { "row \($0) of \($0 * $0); " }.joined().utf8)

  private func bytes(ofHexadecimal text: String) throws -> [UInt8] {
    let digits = try text.map { try #require($0.hexDigitValue) }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
  }

  @Test func theInflaterOfTheseTestsReadsWhatZlibWrote() throws {
    for (kind, stream) in Self.recorded {
      #expect(try Inflater.unpack(bytes(ofHexadecimal: stream)) == Self.text, "\(kind) codes")
    }
  }

  @Test func aTextIsPackedAboutAsWellAsZlibDoes() throws {
    let packed = zlibStream(Self.text)
    #expect(try Inflater.unpack(packed) == Self.text)
    // The second stream above has 158 bytes.
    #expect(packed.count <= 162)
  }

  @Test(arguments: 0..<20)
  func fewBytesAreReadBackAsTheyWere(count: Int) throws {
    for bytes in [(0..<count).map { UInt8($0 * 7) }, [UInt8](repeating: 9, count: count)] {
      #expect(try Inflater.unpack(zlibStream(bytes)) == bytes)
    }
  }

  @Test(arguments: [257, 258, 259, 260, 517, 32_767, 32_768, 32_769, 70_000])
  func longRunsAndRepetitionsAreReadBackAndTakeLittle(count: Int) throws {
    for bytes in [[UInt8](repeating: 0, count: count), (0..<count).map { UInt8($0 % 3) }] {
      let packed = zlibStream(bytes)
      #expect(try Inflater.unpack(packed) == bytes)
      #expect(packed.count < 120)
    }
  }

  @Test func whatCannotBePackedGrowsByAFewBytesOnly() throws {
    var steps = Steps(state: 1)
    let bytes = (0..<70_000).map { _ in UInt8.random(in: .min ... .max, using: &steps) }
    let packed = zlibStream(bytes)
    #expect(try Inflater.unpack(packed) == bytes)
    #expect(packed.count < bytes.count + 40)
  }

  @Test(arguments: 0..<12)
  func mixturesOfNoiseRunsAndRepetitionsAreReadBack(seed: UInt64) throws {
    var (steps, bytes) = (Steps(state: seed), [UInt8]())
    while bytes.count < 40_000 {
      switch Int.random(in: 0..<3, using: &steps) {
      case 0:
        let most = UInt8([3, 255][Int(seed % 2)])
        bytes += (0..<Int.random(in: 1..<300, using: &steps)).map { _ in
          UInt8.random(in: 0...most, using: &steps)
        }
      case 1:
        let count = Int.random(in: 1..<2000, using: &steps)
        bytes += [UInt8](repeating: UInt8(seed), count: count)
      default:
        guard bytes.count > 700 else { continue }
        let start = Int.random(in: 0..<bytes.count - 700, using: &steps)
        bytes += bytes[start..<start + Int.random(in: 3..<700, using: &steps)]
      }
    }
    let packed = zlibStream(bytes)
    #expect(try Inflater.unpack(packed) == bytes)
  }

  @Test func repetitionsFromTheEndOfTheWindowAreFoundAndThoseBeyondAreNot() throws {
    var steps = Steps(state: 5)
    let noise = (0..<32_768).map { _ in UInt8.random(in: .min ... .max, using: &steps) }
    let within = noise + noise.prefix(1000)
    let beyond = noise + [0] + noise.prefix(1000)
    let (near, far) = (zlibStream(within), zlibStream(beyond))
    #expect(try Inflater.unpack(near) == within)
    #expect(try Inflater.unpack(far) == beyond)
    #expect(near.count < far.count - 800)
  }

  @Test func wordsHaveAtMostFifteenBitsHoweverRareASymbolIs() throws {
    var (frequencies, pair) = ([Int](), (1, 1))
    for _ in 0..<40 {
      frequencies.append(pair.0)
      pair = (pair.1, pair.0 + pair.1)
    }
    for longest in [7, 15] {
      let code = HuffmanCode(frequencies: frequencies, longest: longest)
      #expect(code.lengths.max() == UInt8(longest))
      // The words use up all bits: Kraft's sum is one.
      #expect(code.lengths.reduce(0) { $0 + 1 << (longest - Int($1)) } == 1 << longest)
    }
  }
}
