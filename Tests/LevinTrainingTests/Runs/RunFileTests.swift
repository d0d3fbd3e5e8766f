import Foundation
import Levin
import LevinTestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

@Suite struct RunFileTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  // MARK: Growing

  @Test func piecesFollowOneAnotherAndAreThereAtOnce() throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows")
      #expect(try text(folder + "/rows") == "")
      try file.append("a\n")
      #expect(try text(folder + "/rows") == "a\n" && file.size == 2)
      try file.append([UInt8("b".utf8.first ?? 0), 10])
      try file.append("")
      #expect(try text(folder + "/rows") == "a\nb\n" && file.size == 4)
      #expect(try file.content() == Array("a\nb\n".utf8) && file.path == folder + "/rows")
    }
  }

  @Test func aFirstContentComesWithTheName() throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows", content: Array("header\n".utf8))
      try file.append("row\n")
      #expect(try text(folder + "/rows") == "header\nrow\n")
      #expect(try names(folder) == ["rows"])
    }
  }

  @Test(arguments: [[], Array("new".utf8)])
  func whatIsThereIsNotOverwritten(_ content: [UInt8]) throws {
    try withTemporaryFolder { folder in
      try RunFile(creating: folder + "/rows").append("old")
      let error = #expect(throws: RunFileError.self) {
        _ = try RunFile(creating: folder + "/rows", content: content)
      }
      #expect(error?.action == .create && error?.reason == "File exists")
      #expect(error?.description == "cannot create '\(folder)/rows': File exists")
      #expect(try text(folder + "/rows") == "old" && names(folder) == ["rows"])
    }
  }

  // MARK: Replacing

  @Test func anotherContentTakesOverAtOnceAndGrows() throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows")
      try file.append("old\n")
      // Who has the old content open keeps it whole.
      let reader = try #require(FileHandle(forReadingAtPath: folder + "/rows"))
      try file.replace(with: Array("new\n".utf8))
      try file.append("more\n")
      #expect(try text(folder + "/rows") == "new\nmore\n" && file.size == 9)
      #expect(try reader.readToEnd() == Data("old\n".utf8) && names(folder) == ["rows"])
    }
  }

  @Test func permissionsOutliveAReplacement() throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows", content: [1])
      chmod(folder + "/rows", 0o640)
      try file.replace(with: [2])
      var status = stat()
      #expect(stat(folder + "/rows", &status) == 0 && status.st_mode & 0o7777 == 0o640)
    }
  }

  // MARK: Files that are no longer there

  @Test(arguments: [true, false]) func aDeletedFileIsToldOf(_ isMadeAnew: Bool) throws {
    try withTemporaryFolder { folder in
      let run = folder + "/run"
      func makeFolder() throws {
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: true)
      }
      try makeFolder()
      let file = try RunFile(creating: run + "/rows", content: Array("mine\n".utf8))
      try FileManager.default.removeItem(atPath: run)
      if isMadeAnew {
        try makeFolder()
        try RunFile(creating: run + "/rows", content: Array("theirs\n".utf8)).close()
      }
      try file.append("more\n")
      #expect(try file.content() == Array("mine\nmore\n".utf8))
      let replacing = #expect(throws: RunFileError.self) { try file.replace(with: [1]) }
      #expect(replacing?.action == .find && replacing?.path == run + "/rows")
      let closing = #expect(throws: RunFileError.self) { try file.close() }
      #expect(closing?.description.hasPrefix("cannot find '\(run)/rows': it was deleted") == true)
      #expect(closing?.reason.contains("10 bytes") == true)
      if isMadeAnew { #expect(try text(run + "/rows") == "theirs\n" && names(run) == ["rows"]) }
    }
  }

  @Test func aRelativePathOutlivesAChangeOfTheWorkingDirectory() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        chdir(folder)
        let file = try RunFile(creating: "rows", content: [65])
        chdir("/")
        try file.replace(with: [66])
        try file.append([67])
        try file.close()
        let written = try Data(contentsOf: URL(filePath: folder + "/rows"))
        precondition(written == Data([66, 67]))
      }
    }
  }

  // MARK: Going on with a file

  @Test func aFileOfARunThatGoesOnGrowsFromWhereItWas() throws {
    try withTemporaryFolder { folder in
      try RunFile(creating: folder + "/rows").append("a\n")
      let file = try RunFile(reopening: folder + "/rows", expectedSize: 2)
      try file.append("b\n")
      #expect(try text(folder + "/rows") == "a\nb\n" && file.size == 4)
      #expect(try RunFile(reopening: folder + "/rows").size == 4)
    }
  }

  @Test func aFileOfAnotherSizeIsNotWhatTheRunLeft() throws {
    try withTemporaryFolder { folder in
      try RunFile(creating: folder + "/rows").append("a\n")
      let error = #expect(throws: RunFileError.self) {
        _ = try RunFile(reopening: folder + "/rows", expectedSize: 7)
      }
      #expect(error?.action == .open && error?.reason.contains("2 bytes, not the 7") == true)
      let missing = #expect(throws: RunFileError.self) {
        _ = try RunFile(reopening: folder + "/none")
      }
      #expect(missing?.reason == "No such file or directory")
    }
  }

  @Test func aPipeInThePlaceOfTheFileIsRefused() throws {
    try withTemporaryFolder { folder in
      mkfifo(folder + "/rows", 0o600)
      let reopening = #expect(throws: RunFileError.self) {
        _ = try RunFile(reopening: folder + "/rows")
      }
      #expect(reopening?.reason == "it is not a regular file")
      for content in [[], [65]] as [[UInt8]] {
        let creating = #expect(throws: RunFileError.self) {
          _ = try RunFile(creating: folder + "/rows", content: content)
        }
        #expect(creating?.reason == "File exists")
      }
    }
  }

  @Test func aFileThatIsReachedByALinkGrowsWhereItIs() throws {
    try withTemporaryFolder { folder in
      try RunFile(creating: folder + "/rows").append("a\n")
      symlink("rows", folder + "/link")
      let file = try RunFile(reopening: folder + "/link")
      try file.replace(with: Array("b\n".utf8))
      try file.close()
      #expect(try text(folder + "/rows") == "b\n" && names(folder) == ["link", "rows"])
    }
  }

  // MARK: Failures

  @Test func noFileTakesAStandardDescriptor() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 10)
        for descriptor in 0...STDERR_FILENO { close(descriptor) }
        let file = try RunFile(creating: folder + "/rows", content: [65])
        try file.replace(with: [66])
        let again = try RunFile(reopening: folder + "/rows")
        let other = try RunFile(creating: folder + "/other")
        // Whatever else the process opens meanwhile may have them.
        let own = ["/rows", "/other"].map { name in fileNumber { stat(folder + name, $0) } }
        let taken = (0...STDERR_FILENO).map { descriptor in
          fileNumber { fstat(descriptor, $0) }
        }
        dup2(kept, STDERR_FILENO)
        precondition(own.allSatisfy { $0 != nil && !taken.contains($0) })
        precondition(again.size == 1 && other.size == 0)
      }
    }
  }

  #if os(Linux)
  @Test func aFullDiskIsAnErrorThatSaysSo() throws {
    let file = try RunFile(reopening: "/dev/full")
    let error = #expect(throws: RunFileError.self) { try file.append("row\n") }
    #expect(error?.description == "cannot write to '/dev/full': No space left on device")
    #expect(file.size == 0)
  }
  #endif

  @Test func aClosedFileTakesNothing() throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows")
      try file.close()
      try file.close()
      let error = #expect(throws: RunFileError.self) { try file.append("row\n") }
      #expect(error?.action == .write && error?.reason == "Bad file descriptor")
      #expect(throws: RunFileError.self) { try file.replace(with: [1]) }
      #expect(try text(folder + "/rows") == "")
    }
  }

  @Test func aPathWithAZeroIsRefused() {
    let error = #expect(throws: RunFileError.self) { _ = try RunFile(creating: "/tmp/a\0b") }
    #expect(error?.reason == "the path holds a zero character")
  }

  @Test func halfAPieceIsTakenBack() async {
    await #expect(processExitsWith: .success) {
      // Files of this process may grow to 100 bytes.
      limitFileSize(to: 100)
      try withTemporaryFolder { folder in
        let file = try RunFile(creating: folder + "/rows")
        let piece = [UInt8](repeating: 120, count: 60)
        try file.append(piece)
        for attempt in [{ try file.append(piece) }, { try file.replace(with: piece + piece) }] {
          do {
            try attempt()
            preconditionFailure("the file grew beyond its limit")
          } catch let error as RunFileError {
            precondition(error.reason == "File too large")
          }
        }
        precondition(file.size == 60)
        try file.append([10])
        let written = try Data(contentsOf: URL(filePath: folder + "/rows"))
        precondition(written == Data(piece + [10]))
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        precondition(names == ["rows"])
      }
    }
  }

  @Test func aProcessThatIsKilledLeavesWholePieces() async throws {
    let path = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
    defer { unlink(path) }
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = path as String] in
      let file = try RunFile(creating: path)
      let line = String(repeating: "x", count: 99) + "\n"
      for _ in 0..<1000 { try file.append(line) }
      kill(getpid(), SIGKILL)
    }
    let lines = try text(path).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count == 1001 && lines.last == "")
    #expect(lines.dropLast().allSatisfy { $0.count == 99 })
  }

  // A reader that looks while the content changes sees one or the other, never a mixture or nothing.
  @Test func readersSeeWholeContentsOnly() throws {
    try withTemporaryFolder { folder in
      let contents = [65, 66].map { [UInt8](repeating: $0, count: 100_000) }
      let file = try RunFile(creating: folder + "/rows", content: contents[0])
      let group = DispatchGroup()
      let failures = Failures()
      DispatchQueue.global().async(group: group) {
        for _ in 0..<200 {
          let seen = FileManager.default.contents(atPath: folder + "/rows")
          if seen.map({ contents.contains(Array($0)) }) != true { failures.count += 1 }
        }
      }
      for index in 1...200 { try file.replace(with: contents[index % 2]) }
      group.wait()
      #expect(failures.count == 0)
    }
  }

  private final class Failures: @unchecked Sendable { var count = 0 }
}

/// The number of a file on its disk; nil if there is no such file.
private func fileNumber(_ look: (UnsafeMutablePointer<stat>) -> Int32) -> ino_t? {
  var status = stat()
  return look(&status) == 0 ? status.st_ino : nil
}
