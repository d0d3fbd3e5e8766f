import Foundation
import Levin
import LevinTestKit
import Testing

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

// Files of a run that others have their hands on, and names beside them.
@Suite struct SharedFileTests {
  private func text(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  private func add(_ text: String, to path: String) throws {
    let file = try #require(FileHandle(forWritingAtPath: path))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  // MARK: Rows of others

  @Test func whatOthersAppendedTakesNoRowsAway() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/rows"
      let file = try RunFile(creating: path)
      try file.append("own1\n")
      try add("foreign\n", to: path)
      try file.append("own2\n")
      let reading = #expect(throws: RunFileError.self) { try file.content() }
      #expect(reading?.action == .read && reading?.path == path)
      let replacing = #expect(throws: RunFileError.self) { try file.replace(with: [65]) }
      #expect(replacing?.action == .replace)
      let closing = #expect(throws: RunFileError.self) { try file.close() }
      #expect(closing?.reason.hasPrefix("somebody else wrote to it or shortened it") == true)
      #expect(closing?.reason.contains("18 bytes, and the run had written 10") == true)
      #expect(try text(path) == "own1\nforeign\nown2\n" && names(folder) == ["rows"])
      try file.close()
    }
  }

  @Test func aFileThatWasShortenedIsToldOf() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/rows"
      for length in [0, 3] {
        let file = try RunFile(creating: path, content: Array("own1\n".utf8))
        truncate(path, off_t(length))
        try file.append("own2\n")
        #expect(throws: RunFileError.self) { try file.replace(with: [65]) }
        let closing = #expect(throws: RunFileError.self) { try file.close() }
        #expect(closing?.reason.contains("\(5 + length) bytes, and the run had written 10") == true)
        #expect(try text(path) == "own1\n".prefix(length) + "own2\n")
        unlink(path)
      }
    }
  }

  @Test func halfAPieceIsTakenBackWithoutWhatOthersWrote() async {
    await #expect(processExitsWith: .success) {
      // Files of this process may grow to 100 bytes.
      limitFileSize(to: 100)
      try withTemporaryFolder { folder in
        let tests = SharedFileTests()
        let file = try RunFile(creating: folder + "/rows")
        try file.append([UInt8](repeating: 120, count: 60))
        try tests.add("foreign\n", to: folder + "/rows")
        do {
          try file.append([UInt8](repeating: 121, count: 60))
          preconditionFailure("the file grew beyond its limit")
        } catch let error as RunFileError {
          precondition(error.reason == "File too large")
        }
        let expected = String(repeating: "x", count: 60) + "foreign\n"
        let isComplete = try tests.text(folder + "/rows") == expected
        precondition(isComplete)
      }
    }
  }

  // MARK: What stands beside

  @Test(arguments: ["link", "pipe", "folder", "file"])
  func aSimilarNameBesideTheFileIsSomebodyElses(_ kind: String) throws {
    try withTemporaryFolder { folder in
      try Data("theirs".utf8).write(to: URL(filePath: folder + "/victim"))
      let beside = folder + "/rows.new"
      switch kind {
      case "link": symlink("victim", beside)
      case "pipe": mkfifo(beside, 0o600)
      case "folder": mkdir(beside, 0o700)
      default: try Data("theirs".utf8).write(to: URL(filePath: beside))
      }
      let file = try RunFile(creating: folder + "/rows", content: Array("old\n".utf8))
      try file.replace(with: Array("new\n".utf8))
      try file.append("row\n")
      try file.close()
      #expect(try text(folder + "/rows") == "new\nrow\n" && text(folder + "/victim") == "theirs")
      #expect(try names(folder) == ["rows", "rows.new", "victim"])
      if kind == "file" { #expect(try text(beside) == "theirs") }
    }
  }

  @Test func aLongNameLeavesRoomForAnotherContent() throws {
    try withTemporaryFolder { folder in
      let name = String(repeating: "x", count: 255)
      let file = try RunFile(creating: "\(folder)/\(name)", content: [65])
      try file.replace(with: [66])
      #expect(try file.content() == [66] && names(folder) == [name])
    }
  }

  // MARK: Files of other kinds

  @Test(arguments: [[UInt8](), [66], [UInt8](repeating: 66, count: 5000)])
  func namesOfOneFileStayTogether(_ content: [UInt8]) throws {
    try withTemporaryFolder { folder in
      let file = try RunFile(creating: folder + "/rows", content: Array("old rows\n".utf8))
      link(folder + "/rows", folder + "/second")
      try file.replace(with: content)
      try file.append([67])
      try file.append([68])
      #expect(file.size == content.count + 2)
      #expect(try file.content() == content + [67, 68])
      try file.close()
      for name in ["rows", "second"] {
        let written = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
        #expect(Array(written) == content + [67, 68])
      }
      #expect(try names(folder) == ["rows", "second"])
    }
  }

  #if os(Linux)
  // Where devices cannot be made there is nothing to replace.
  @Test func aDeviceIsNotReplaced() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/null"
      guard mknod(path, S_IFCHR | 0o600, 1 << 8 | 3) == 0,
        let file = try? RunFile(reopening: path)
      else { return }
      try file.append("row\n")
      let error = #expect(throws: RunFileError.self) { try file.replace(with: [65]) }
      #expect(error?.reason == "it is not a regular file" && error?.action == .replace)
      try file.close()
      var status = stat()
      #expect(stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
      #expect(try names(folder) == ["null"])
    }
  }

  @Test func aMountedFileIsFilledWhereItIs() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let path = folder + "/rows"
        for name in ["/rows", "/source"] {
          try RunFile(creating: folder + name, content: Array("old\n".utf8)).close()
        }
        guard mountFile(folder + "/source", over: path) else { return }
        defer { umount(path) }
        let file = try RunFile(reopening: path)
        try file.replace(with: Array("new\n".utf8))
        try file.append("row\n")
        try file.close()
        let isWhole = try SharedFileTests().text(folder + "/source") == "new\nrow\n"
        precondition(isWhole)
        let isRight = try SharedFileTests().names(folder) == ["rows", "source"]
        precondition(isRight)
      }
    }
  }
  #endif
}
