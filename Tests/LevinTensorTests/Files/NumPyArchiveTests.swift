import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

@Suite struct NumPyArchiveTests {
  private static let stored = ArrayFixture.path("stored.npz")

  @Test func namesAreInTheFilesOrder() throws {
    let names = ["counts", "empty", "größe", "mask", "scalar", "x"]
    #expect(try NumPyArchive(Self.stored).names == names)
    #expect(try NumPyArchive(ArrayFixture.path("no-arrays.npz")).names.isEmpty)
    #expect(try NumPyArchive(ArrayFixture.path("comment.npz")).names == ["ramp", "short"])
    #expect(Set(try NumPyArchive(Self.stored).tensors().keys) == Set(names))
  }

  @Test func bytesAreThoseOfNumPy() throws {
    let archive = try NumPyArchive(Self.stored)
    let written = try withTemporaryFolder { folder in
      try NumPyArchive.write(archive.tensors(), to: "\(folder)/arrays.npz")
      return try Data(contentsOf: URL(filePath: "\(folder)/arrays.npz"))
    }
    #expect([UInt8](written) == (try ArrayFixture.bytes("stored.npz")))
  }

  @Test func whatIsWrittenIsReadAgain() throws {
    let x = Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4])
    let tensors = [
      "b": x.transposed(), "a": x.exp().sum(), "": Tensor([true]), "a/b": Tensor([Double]()),
    ]
    try withTemporaryFolder { folder in
      try NumPyArchive.write(tensors, to: "\(folder)/arrays.npz")
      let archive = try NumPyArchive("\(folder)/arrays.npz")
      #expect(archive.names == ["", "a", "a/b", "b"])
      for (name, tensor) in try archive.tensors() {
        #expect(tensor.shape == tensors[name]?.shape && tensor.dtype == tensors[name]?.dtype)
        #expect(tensor.scalars == tensors[name]?.scalars)
      }
      try NumPyArchive.write([:], to: "\(folder)/none.npz")
      #expect(try NumPyArchive("\(folder)/none.npz").names.isEmpty)
      #expect(
        [UInt8](try Data(contentsOf: URL(filePath: "\(folder)/none.npz")))
          == (try ArrayFixture.bytes("no-arrays.npz")))
    }
  }

  @Test func namesThatCannotBeWrittenAreRefused() {
    let long = #expect(throws: ArrayFileError.self) {
      let name = String(repeating: "x", count: 70_000)
      try NumPyArchive.write([name: Tensor(1)], to: "/nowhere/x.npz")
    }
    #expect(long?.problem == .unusableName("a name has 70000 bytes"))
  }

  @Test func checksumsAreThoseOfTheStandard() {
    // The check value of the CRC's catalogue entry (CRC-32/ISO-HDLC).
    let digits = Array("123456789".utf8)
    let whole = digits.withUnsafeBytes { Checksum.of($0) }
    let parts = digits[..<4].withUnsafeBytes { Checksum.of($0) }
    #expect(whole == 0xCBF4_3926)
    #expect(digits[4...].withUnsafeBytes { Checksum.of($0, after: parts) } == whole)
  }

  // MARK: Deflated data that cannot be right

  static let deflated: [(String, [UInt8], Int)] = [
    ("an unknown kind of block", [0b111], 1), ("no data", [], 0),
    ("a plain block whose size is damaged", [1, 1, 0, 0xFE, 0xFE, 7], 1),
    ("a plain block that is cut", [1, 2, 0, 0xFD, 0xFF, 7], 2),
    ("a plain block beyond the size", [1, 2, 0, 0xFD, 0xFF, 7, 7], 1),
    ("fewer bytes than stated", [1, 1, 0, 0xFE, 0xFF, 7], 2),
    ("bytes after the last block", [1, 1, 0, 0xFE, 0xFF, 7, 0], 1),
    // Fixed codes: the literal 0 (00110000), a length of 3 at distance 2, before which is one byte.
    ("a repetition from before the beginning", [0x63, 0x00, 0x22, 0x00], 4),
    ("a code with too many words", [0b0000_0101, 0xE0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 1),
  ]

  @Test(arguments: deflated) func damagedDataIsRefused(
    _ name: String, _ input: [UInt8], _ size: Int
  ) {
    var output = [UInt8](repeating: 0, count: size)
    #expect(throws: Inflater.Failure.self) {
      try input.withUnsafeBytes { input in
        try output.withUnsafeMutableBytes { try Inflater.inflate(input, into: $0) }
      }
    }
  }

  @Test func plainBlocksAreTakenAsTheyAre() throws {
    let input: [UInt8] = [0, 1, 0, 0xFE, 0xFF, 7, 1, 2, 0, 0xFD, 0xFF, 8, 9]
    var output = [UInt8](repeating: 0, count: 3)
    try input.withUnsafeBytes { input in
      try output.withUnsafeMutableBytes { try Inflater.inflate(input, into: $0) }
    }
    #expect(output == [7, 8, 9])
  }
}
