import Testing

@testable import LevinTensor

/// The instruction set that a processor's identity decides.
@Suite struct InstructionSetTests {
  private static let all: InstructionSet.Features = [.avx2, .avx512]

  // Stepping, model and family in the pieces in which the processor tells them.
  private static func signature(family: UInt32, model: UInt32, stepping: UInt32 = 3) -> UInt32 {
    let (base, extended) = family < 15 ? (family, 0) : (15, family - 15)
    return stepping | (model & 15) << 4 | base << 8 | (model >> 4) << 16 | extended << 20
  }

  private static func best(
    _ vendor: String, _ family: UInt32, _ model: UInt32, _ features: InstructionSet.Features = all
  ) -> InstructionSet {
    .best(vendor: vendor, signature: signature(family: family, model: model), features: features)
  }

  @Test(arguments: [0x6A, 0x6C, 0x8F, 0xAD, 0xAE, 0xCF] as [UInt32])
  func intelsServerCoresTakeAVX512(_ model: UInt32) {
    #expect(Self.best("GenuineIntel", 6, model) == .avx512)
    #expect(Self.best("GenuineIntel", 6, model, [.avx2]) == .avx2)
    #expect(Self.best("GenuineIntel", 6, model, []) == .base)
    #expect(Self.best("AuthenticAMD", 6, model) == .avx2)
  }

  // Skylake X, Cannon Lake, Ice Lake, Tiger Lake and Rocket Lake of desks and laps, and models to come.
  @Test(arguments: [0x55, 0x66, 0x7D, 0x7E, 0x8C, 0x8D, 0xA7, 0x97, 0xD0, 0xFF] as [UInt32])
  func otherIntelsTakeAVX2(_ model: UInt32) {
    #expect(Self.best("GenuineIntel", 6, model) == .avx2)
  }

  @Test func amdTakesAVX512FromZen5On() {
    #expect(Self.best("AuthenticAMD", 23, 0x31) == .avx2)
    #expect(Self.best("AuthenticAMD", 25, 0x61) == .avx2)
    #expect(Self.best("AuthenticAMD", 26, 0x02) == .avx512)
    #expect(Self.best("AuthenticAMD", 27, 0x10) == .avx512)
    #expect(Self.best("AuthenticAMD", 26, 0x02, [.avx2]) == .avx2)
  }

  @Test func unknownProcessorsTakeAVX2IfTheyHaveIt() {
    #expect(Self.best("GenuineIntel", 19, 0x8F) == .avx2)
    #expect(Self.best("CentaurHauls", 6, 0x8F) == .avx2)
    #expect(Self.best("HygonGenuine", 26, 0x02) == .avx2)
    #expect(Self.best("", 0, 0, []) == .base)
    #expect(Self.best("GenuineIntel", 6, 0x8F, [.avx512]) == .base)
  }

  @Test func theSignatureOfAMeasuredProcessorIsRead() {
    // An Emerald Rapids: family 6, model 207, stepping 2.
    let intel = InstructionSet.best(
      vendor: "GenuineIntel", signature: 0xC06F2, features: Self.all)
    // A Zen 5 of a server: family 26, model 2, stepping 1.
    let amd = InstructionSet.best(
      vendor: "AuthenticAMD", signature: 0xB00F21, features: Self.all)
    #expect(intel == .avx512 && amd == .avx512)
  }
}
