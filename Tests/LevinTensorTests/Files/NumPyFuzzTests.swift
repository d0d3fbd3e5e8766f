import LevinTestKit
import Testing

@testable import LevinTensor

/// Good files with bytes changed, cut out or doubled: they give values or a typed error, and never end
/// the process or hang.
@Suite struct NumPyFuzzTests {
  static let files = [
    "f4.npy", "i8-fortran.npy", "u8-big-endian.npy", "f2.npy", "b1.npy", "version-2.npy",
    "other-spelling.npy", "rank-6.npy", "stored.npz", "deflated.npz", "deflated-1.npz",
    "deflated-9.npz", "plain-blocks.npz", "sizes-after-data.npz", "zip64.npz", "comment.npz",
  ]

  @Test(arguments: files) func alteredFilesGiveValuesOrAnError(_ file: String) throws {
    let good = try ArrayFixture.bytes(file)
    var random = PCG64(seed: good.count)
    try withTemporaryFolder { folder in
      var refused = 0
      for _ in 0..<200 {
        let path = "\(folder)/\(file)"
        try write(Self.altered(good, &random), to: path)
        do throws(ArrayFileError) {
          for tensor in try Self.read(path) { _ = tensor.scalars }
        } catch {
          refused += 1
          #expect(error.description.hasPrefix(path))
        }
      }
      #expect(refused > 30 && refused < 200 || file.hasSuffix("npz") && refused > 30)
    }
  }

  @Test(arguments: ["f8.npy", "stored.npz", "zip64.npz", "deflated.npz"])
  func filesCutAnywhereAreRefused(_ file: String) throws {
    let good = try ArrayFixture.bytes(file)
    try withTemporaryFolder { folder in
      let path = "\(folder)/\(file)"
      for length in stride(from: 0, to: good.count, by: good.count / 150 + 1) {
        try write(Array(good[..<length]), to: path)
        #expect(throws: ArrayFileError.self) { try Self.read(path) }
      }
    }
  }

  private static func read(_ path: String) throws(ArrayFileError) -> [Tensor] {
    if path.hasSuffix("npy") { return [try Tensor(contentsOfNPY: path)] }
    let archive = try NumPyArchive(path)
    var tensors: [Tensor] = []
    var failure: ArrayFileError?
    // One bad array does not keep the others from being read.
    for name in archive.names {
      do throws(ArrayFileError) { tensors.append(try archive[name]) } catch { failure = error }
    }
    if let failure { throw failure }
    return tensors
  }

  // Changes gather where files begin and end, since headers and directories stand there.
  private static func altered(_ good: [UInt8], _ random: inout PCG64) -> [UInt8] {
    var bytes = good
    for _ in 0...random.integers(in: 0..<3) {
      let reach = random.pick([128, 128, bytes.count, bytes.count, 300])
      var offset = random.integers(in: 0..<max(1, min(bytes.count, reach)))
      if random.isOne(in: 2) { offset = max(0, bytes.count - 1 - offset) }
      guard offset < bytes.count else { continue }
      switch random.integers(in: 0..<8) {
      case 0..<3: bytes[offset] ^= 1 << UInt8(random.integers(in: 0..<8))
      case 3: bytes[offset] = random.pick([0, 0x7F, 0x80, 0xFF])
      case 4: bytes[offset] = UInt8(random.integers(in: 0x20..<0x7F))
      case 5: for next in offset..<min(offset + 8, bytes.count) { bytes[next] = 0xFF }
      case 6: bytes.removeSubrange(offset..<min(bytes.count, offset + random.integers(in: 1..<9)))
      default: bytes.insert(contentsOf: bytes[offset..<min(bytes.count, offset + 4)], at: offset)
      }
    }
    return bytes
  }
}
