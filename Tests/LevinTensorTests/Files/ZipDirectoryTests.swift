import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

// Archives whose parts contradict each other, made of one that NumPy wrote.
@Suite struct ZipDirectoryTests {
  /// An archive with its parts in reach.
  private struct Archive {
    var bytes: [UInt8]

    init(_ file: String) throws { bytes = try ArrayFixture.bytes(file) }

    var end: Int { bytes.count - 22 }
    var directory: Int { number(end + 16, 4) }
    var directorySize: Int { number(end + 12, 4) }

    func number(_ offset: Int, _ size: Int) -> Int {
      (0..<size).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
    }

    mutating func set(_ value: Int, at offset: Int, _ size: Int) {
      for byte in 0..<size { bytes[offset + byte] = UInt8(truncatingIfNeeded: value >> (8 * byte)) }
    }

    /// The offsets of the directory's entries.
    var entries: [Int] {
      var offsets: [Int] = []
      var offset = directory
      while offset < directory + directorySize {
        offsets.append(offset)
        offset += 46 + [28, 30, 32].reduce(0) { $0 + number(offset + $1, 2) }
      }
      return offsets
    }

    /// The offset of what stands in front of an entry's data.
    func local(_ entry: Int) -> Int { number(entries[entry] + 42, 4) }
  }

  private func problem(
    _ file: String = "stored.npz", _ change: (inout Archive) -> Void
  ) throws -> ArrayFileError.Problem? {
    var archive = try Archive(file)
    change(&archive)
    return try withTemporaryFolder { folder in
      try write(archive.bytes, to: folder + "/a.npz")
      do throws(ArrayFileError) {
        let archive = try NumPyArchive(folder + "/a.npz")
        for name in archive.names { _ = try archive[name] }
        return nil
      } catch { return error.problem }
    }
  }

  private func isDamaged(
    _ file: String = "stored.npz", _ change: (inout Archive) -> Void
  ) throws -> Bool {
    if case .damagedArchive = try problem(file, change) { true } else { false }
  }

  @Test func theArchiveItselfIsSound() throws {
    #expect(try problem { _ in } == nil)
    #expect(try problem("deflated.npz") { _ in } == nil)
  }

  @Test func countsThatAreTooSmallLoseNoArrays() throws {
    for count in 0..<6 {
      #expect(
        try isDamaged {
          $0.set(count, at: $0.end + 8, 2)
          $0.set(count, at: $0.end + 10, 2)
        })
    }
    #expect(try isDamaged { $0.set(5, at: $0.end + 8, 2) })
    #expect(try isDamaged { $0.set(5, at: $0.end + 10, 2) })
    // As if there were fewer entries in a directory that is as much shorter.
    #expect(
      try isDamaged {
        $0.set($0.entries[3] - $0.directory, at: $0.end + 12, 4)
        $0.set(3, at: $0.end + 8, 2)
        $0.set(3, at: $0.end + 10, 2)
      })
    #expect(
      try isDamaged {
        let rest = $0.directory + $0.directorySize - $0.entries[3]
        $0.set($0.entries[3], at: $0.end + 16, 4)
        $0.set(rest, at: $0.end + 12, 4)
        $0.set(4, at: $0.end + 8, 2)
        $0.set(4, at: $0.end + 10, 2)
      })
  }

  @Test func entriesThatOverlapAreRefused() throws {
    #expect(
      try isDamaged { archive in
        let entry = archive.entries[1]
        archive.set(archive.local(0), at: entry + 42, 4)
      })
    #expect(
      try isDamaged { archive in
        for size in [20, 24] {
          let offset = archive.entries[0] + size
          archive.set(archive.number(offset, 4) + 60, at: offset, 4)
        }
      })
    // Longer fields in front of the data move them over the next entry.
    #expect(try isDamaged { $0.set($0.number($0.local(0) + 28, 2) + 8, at: $0.local(0) + 28, 2) })
  }

  @Test func whatStandsInFrontOfTheDataAgreesWithTheDirectory() throws {
    // The name, the method, the checksum, and both sizes, which stand in the zip64 field.
    #expect(try isDamaged { $0.bytes[$0.local(0) + 30] ^= 1 })
    #expect(try isDamaged { $0.set(8, at: $0.local(0) + 8, 2) })
    #expect(try isDamaged { $0.bytes[$0.local(0) + 14] ^= 1 })
    for field in [4, 12] {
      #expect(
        try isDamaged {
          let extra = $0.local(0) + 30 + $0.number($0.local(0) + 26, 2)
          $0.bytes[extra + field] ^= 1
        })
    }
  }

  @Test func changedDataAndCutFilesAreRefused() throws {
    #expect(
      try problem {
        let data = $0.local(1) - 1
        $0.bytes[data] ^= 1
      } == .badChecksum)
    let whole = try Archive("stored.npz").bytes.count
    for length in [whole - 1, whole - 30, whole / 2, 40] {
      let found = try problem { $0.bytes = Array($0.bytes.prefix(length)) }
      #expect(found != nil, "\(length)")
    }
  }

  @Test func theTwoEndsOfALargeDirectoryAgree() throws {
    #expect(try problem("zip64.npz") { _ in } == nil)
    // The wide end lies before the locator and the end: its length at 4, its counts at 24 and 32, the directory's size
    // at 40 and offset at 48.
    for offset in [4, 24, 32, 40, 48] {
      #expect(try isDamaged("zip64.npz") { $0.bytes[$0.end - 20 - 56 + offset] ^= 1 }, "\(offset)")
    }
    // Of the end the numbers that are not all ones; and where the locator points to.
    for offset in [8, 10, 12, 16, 8 - 20] {
      #expect(try isDamaged("zip64.npz") { $0.bytes[$0.end + offset] ^= 1 }, "\(offset)")
    }
  }

  @Test func namesAreToldApartByTheirCodePoints() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/forms.npz"
      try NumPyArchive.write(
        ["\u{E9}": Tensor([1, 2]), "e\u{301}": Tensor([3]), "\u{600}": Tensor([4])], to: path)
      let archive = try NumPyArchive(path)
      let names = archive.names.map { $0.unicodeScalars.map(\.value) }
      #expect(names == [[0xE9], [0x65, 0x301], [0x600]])
      #expect(try archive["\u{E9}"].scalars == [1, 2] && archive["e\u{301}"].scalars == [3])
      let error = #expect(throws: ArrayFileError.self) { try archive.tensors() }
      #expect(error?.problem == .namesLookAlike)
      let twice = #expect(throws: ArrayFileError.self) {
        try NumPyArchive.write(["a": Tensor(1), "a": Tensor(2)], to: path)
      }
      #expect(twice?.problem == .unusableName("two are named 'a'"))
      #expect(try NumPyArchive(path).names.count == 3)
    }
  }
}
