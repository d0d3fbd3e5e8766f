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

    /// Takes an entry out of the directory, which says so.
    mutating func leaveOut(_ entry: Int) {
      let (begin, all) = (entries[entry], entries + [directory + directorySize])
      let size = all[entry + 1] - begin
      let count = all.count - 2
      bytes.removeSubrange(begin..<(begin + size))
      // The end of the directory has moved, the numbers in it have not.
      let old = number(end + 12, 4)
      set(old - size, at: end + 12, 4)
      for offset in [8, 10] { set(count, at: end + offset, 2) }
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

  // Whether the directory itself is refused, whatever the entries hold.
  private func isRefused(
    _ file: String = "stored.npz", _ change: (inout Archive) -> Void
  ) throws -> Bool {
    var archive = try Archive(file)
    change(&archive)
    return try withTemporaryFolder { folder in
      try write(archive.bytes, to: folder + "/a.npz")
      do throws(ArrayFileError) { _ = try ZipDirectory(ReadableFile(folder + "/a.npz")) } catch {
        if case .damagedArchive = error.problem { return true }
      }
      return false
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

  @Test(arguments: [
    ("stored.npz", 6), ("deflated.npz", 6), ("sizes-after-data.npz", 2),
    ("stored-sizes-after-data.npz", 2),
  ]) func entriesThatTheDirectoryLeavesOutAreNotLost(_ file: String, _ count: Int) throws {
    #expect(try !isRefused(file) { _ in })
    for entry in 0..<count { #expect(try isRefused(file) { $0.leaveOut(entry) }, "\(entry)") }
    #expect(try isRefused(file) { archive in for _ in 0..<count { archive.leaveOut(0) } })
    // As if the directory began with its second line.
    #expect(
      try isRefused(file) {
        let (second, end) = ($0.entries[1], $0.directory + $0.directorySize)
        $0.set(second, at: $0.end + 16, 4)
        $0.set(end - second, at: $0.end + 12, 4)
        for offset in [8, 10] { $0.set(count - 1, at: $0.end + offset, 2) }
      })
  }

  @Test func theDirectoryItselfRefusesEntriesThatOverlap() throws {
    // Two at one offset; one that reaches into the next; one that begins in the directory or far behind it.
    for (first, second) in [(0, 1), (1, 0), (4, 5)] {
      #expect(
        try isRefused { $0.set($0.local(first), at: $0.entries[second] + 42, 4) })
    }
    #expect(
      try isRefused {
        let offset = $0.entries[0] + 20
        $0.set($0.local(1) - $0.local(0), at: offset, 4)
      })
    #expect(try isRefused { $0.set($0.directory + 1, at: $0.entries[5] + 42, 4) })
    #expect(
      try isRefused { archive in
        // The offset in a field of 64 bits.
        let entry = archive.entries[5]
        let field: [UInt8] = [1, 0, 8, 0] + [UInt8](repeating: 0xFF, count: 7) + [0x7F]
        archive.set(0xFFFF_FFFF, at: entry + 42, 4)
        archive.set(12, at: entry + 30, 2)
        archive.bytes.insert(
          contentsOf: field, at: entry + 46 + archive.number(entry + 28, 2))
        archive.set(archive.number(archive.end + 12, 4) + 12, at: archive.end + 12, 4)
        // And nothing in front of the directory.
        let start = archive.directory
        archive.set(0, at: archive.end + 16, 4)
        archive.bytes.removeSubrange(0..<start)
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
