import Foundation
import LevinTestKit
import Testing

@testable import LevinTensor

// What a path leads to when an array is written: links, pipes, devices, files with permissions and further names.
@Suite struct FileWritingTests {
  private let array = Tensor([1.5, 2, 3])

  private func status(_ path: String, followsLink: Bool = true) throws -> stat {
    try #require(fileStatus(at: path, followsLink: followsLink))
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test(arguments: [0o600, 0o640, 0o755]) func permissionsAreKept(_ permissions: mode_t) throws {
    try withTemporaryFolder { folder in
      try write([1, 2, 3], to: folder + "/a.npy")
      chmod(folder + "/a.npy", permissions)
      try array.write(toNPY: folder + "/a.npy")
      #expect(try status(folder + "/a.npy").permissions == permissions)
      #expect(try Tensor(contentsOfNPY: folder + "/a.npy").scalars == [1.5, 2, 3])
      try NumPyArchive.write(["a": array], to: folder + "/a.npy")
      #expect(try status(folder + "/a.npy").permissions == permissions)
      #expect(try names(folder) == ["a.npy"])
    }
  }

  @Test func linksAreFollowedAndStay() throws {
    try withTemporaryFolder { folder in
      try FileManager.default.createDirectory(
        atPath: folder + "/far", withIntermediateDirectories: false)
      try write([1], to: folder + "/far/a.npy")
      symlink("far/a.npy", folder + "/relative")
      symlink(folder + "/relative", folder + "/second")
      symlink("far/later.npy", folder + "/dangling")
      for link in ["relative", "second", "dangling"] {
        try array.write(toNPY: "\(folder)/\(link)")
        #expect(try status("\(folder)/\(link)", followsLink: false).kind == S_IFLNK)
        #expect(try Tensor(contentsOfNPY: "\(folder)/\(link)").scalars == [1.5, 2, 3])
      }
      #expect(try names(folder + "/far") == ["a.npy", "later.npy"])
      symlink("loop", folder + "/loop")
      let error = #expect(throws: ArrayFileError.self) {
        try array.write(toNPY: folder + "/loop")
      }
      #expect(error?.problem == .unwritable("Too many levels of symbolic links"))
    }
  }

  @Test func namesOfOneFileStayTogether() throws {
    try withTemporaryFolder { folder in
      for size in [3, 5000] {
        try write([UInt8](repeating: 7, count: size), to: folder + "/a")
        unlink(folder + "/b")
        link(folder + "/a", folder + "/b")
        try array.write(toNPY: folder + "/a")
        #expect(try status(folder + "/a").st_ino == status(folder + "/b").st_ino)
        #expect(try Tensor(contentsOfNPY: folder + "/b").scalars == [1.5, 2, 3])
        #expect(try names(folder) == ["a", "b"])
      }
    }
  }

  @Test func pipesAndDevicesAreWrittenTo() throws {
    try withTemporaryFolder { folder in
      let pipe = folder + "/pipe"
      mkfifo(pipe, 0o600)
      try array.write(toNPY: folder + "/file.npy")
      let expected = try Data(contentsOf: URL(filePath: folder + "/file.npy"))
      let read = Locked<Data?>(nil)
      let group = DispatchGroup()
      DispatchQueue.global().async(group: group) {
        let data = FileHandle(forReadingAtPath: pipe)?.readDataToEndOfFile()
        read.withLock { $0 = data }
      }
      try array.write(toNPY: pipe)
      group.wait()
      #expect(read.withLock { $0 } == expected)
      #expect(try status(pipe).kind == S_IFIFO)
      try array.write(toNPY: "/dev/null")
      #expect(try status("/dev/null").kind == S_IFCHR)
      #expect(try names(folder) == ["file.npy", "pipe"])
    }
  }

  #if os(Linux)
  @Test func aMountedFileIsFilledWhereItIs() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        let path = folder + "/a.npy"
        try write([1], to: path)
        try write([UInt8](repeating: 7, count: 5000), to: folder + "/source")
        guard mountFile(folder + "/source", over: path) else { return }
        defer { umount(path) }
        try Tensor([1.5, 2, 3]).write(toNPY: path)
        let isComplete = try Tensor(contentsOfNPY: folder + "/source").scalars == [1.5, 2, 3]
        precondition(isComplete)
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        precondition(names == ["a.npy", "source"], "\(names)")
      }
    }
  }

  @Test func aFullDeviceIsAnError() throws {
    let error = #expect(throws: ArrayFileError.self) { try array.write(toNPY: "/dev/full") }
    #expect(error?.problem == .unwritable("No space left on device"))
    #expect(try status("/dev/full").kind == S_IFCHR)
  }
  #endif

  @Test func standardOutputTakesTheArrayAfterWhatWasPrinted() async throws {
    let result = try await #require(
      processExitsWith: .success, observing: [\.standardOutputContent]
    ) {
      print("before", terminator: "")
      try Tensor([1.5, 2, 3]).write(toNPY: "/dev/stdout")
      print("after", terminator: "")
    }
    let output = result.standardOutputContent
    let written = try withTemporaryFolder { folder in
      try array.write(toNPY: folder + "/file.npy")
      return try Data(contentsOf: URL(filePath: folder + "/file.npy"))
    }
    #expect(Data(output).range(of: Data("before".utf8) + written + Data("after".utf8)) != nil)
  }

  @Test func aPipeThatNobodyReadsIsAnErrorAndNoSignal() async {
    await #expect(processExitsWith: .success) {
      var ends: [Int32] = [0, 0]
      pipe(&ends)
      close(ends[0])
      do {
        try Tensor([1]).write(toNPY: "/dev/fd/\(ends[1])")
        preconditionFailure("nobody reads")
      } catch let error as ArrayFileError {
        precondition(error.problem == .unwritable("Broken pipe"), "\(error)")
      }
    }
  }

  @Test func whatDoesNotFitLeavesTheOldFileWhole() async {
    await #expect(processExitsWith: .success) {
      limitFileSize(to: 5000)
      try withTemporaryFolder { folder in
        let old = [UInt8](repeating: 7, count: 3000)
        try write(old, to: folder + "/alone")
        try write(old, to: folder + "/a")
        link(folder + "/a", folder + "/b")
        symlink("a", folder + "/link")
        for name in ["alone", "a", "link"] {
          do {
            try Tensor.ones([10_000]).write(toNPY: "\(folder)/\(name)")
            preconditionFailure("the file grew beyond its limit")
          } catch let error as ArrayFileError {
            precondition(error.problem == .unwritable("File too large"), "\(error)")
          }
          let content = try Data(contentsOf: URL(filePath: "\(folder)/\(name)"))
          precondition(Array(content) == old)
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        precondition(names == ["a", "alone", "b", "link"], "\(names)")
      }
    }
  }

  @Test func noFileTakesAStandardDescriptor() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        try NumPyArchive.write(["a": Tensor([1, 2])], to: folder + "/a.npz")
        for closed in [[0], [1], [2], [0, 2], [0, 1, 2]] as [[Int32]] {
          let kept = closed.map { duplicate($0) }
          for descriptor in closed { close(descriptor) }
          let archive = try NumPyArchive(folder + "/a.npz")
          let opened = openFile(folder + "/b", O_WRONLY | O_CREAT)
          let areFree = closed.allSatisfy { fcntl($0, F_GETFD) < 0 }
          try Tensor([1, 2]).write(toNPY: folder + "/c.npy")
          let isRead = try archive["a"].scalars == [1, 2]
          for (old, descriptor) in zip(kept, closed) { dup2(old, descriptor) }
          precondition(areFree && opened > 2 && isRead, "\(closed)")
          close(opened)
        }
      }
    }
  }
}
