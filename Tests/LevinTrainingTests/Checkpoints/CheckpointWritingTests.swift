import Foundation
import Levin
import LevinTensor
import LevinTestKit
import Testing

@testable import LevinTraining

/// A checkpoint takes the place of an older one when it is whole, and not before.
@Suite struct CheckpointWritingTests {
  private static func checkpoint(_ number: Int, elements: Int) -> Checkpoint {
    var model = State()
    model["x"] = .tensor(.full([elements], Double(number)))
    return Checkpoint(model: model)
  }

  private static func number(_ path: String) throws -> Double {
    try Checkpoint.load(from: path).model.tensor("x")[0].item()
  }

  private func names(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func permissionsAndLinksAreKept() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/a"
      try Self.checkpoint(1, elements: 10).write(to: path)
      chmod(path, 0o640)
      symlink("a", folder + "/last")
      try Self.checkpoint(2, elements: 20).write(to: folder + "/last")
      #expect(try Self.number(path) == 2)
      let attributes = try FileManager.default.attributesOfItem(atPath: path)
      #expect(attributes[.posixPermissions] as? Int == 0o640)
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/last") == "a")
      #expect(try names(folder) == ["a", "last"])
    }
  }

  @Test func aMissingFolderIsNamed() throws {
    let found = try problem { try Self.checkpoint(1, elements: 1).write(to: "/nowhere/a") }
    #expect(found == .unwritable("No such file or directory"))
    #expect(
      CheckpointError(path: "/nowhere/a", problem: found).description.hasPrefix(
        "/nowhere/a: cannot be written"))
  }

  @Test func aFolderWithoutPermissionLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      try withTemporaryFolder { folder in
        try Self.checkpoint(1, elements: 10).write(to: folder + "/a")
        chmod(folder, 0o555)
        // The system lets its administrator write everywhere.
        if getuid() == 0 { seteuid(65534) }
        defer {
          seteuid(getuid())
          chmod(folder, 0o755)
        }
        for name in ["a", "b"] {
          do throws(CheckpointError) {
            try Self.checkpoint(2, elements: 10).write(to: "\(folder)/\(name)")
            preconditionFailure("the folder may not be written to")
          } catch {
            precondition(error.problem == .unwritable("Permission denied"), "\(error)")
          }
        }
        let number = try Self.number(folder + "/a")
        precondition(number == 1, "\(number)")
      }
    }
  }

  @Test func aDiskWithoutRoomLeavesTheOldFile() async {
    await #expect(processExitsWith: .success) {
      limitFileSize(to: 20_000)
      try withTemporaryFolder { folder in
        try Self.checkpoint(1, elements: 10).write(to: folder + "/a")
        do throws(CheckpointError) {
          try Self.checkpoint(2, elements: 10_000).write(to: folder + "/a")
          preconditionFailure("the file grew beyond its limit")
        } catch { precondition(error.problem == .unwritable("File too large"), "\(error)") }
        let number = try Self.number(folder + "/a")
        precondition(number == 1, "\(number)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder)
        precondition(names == ["a"], "\(names)")
      }
    }
  }

  // MARK: A full disk

  #if os(Linux)
  private static func mountSmallDisk(at path: String) -> Bool {
    run("/bin/mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", path)
  }

  private static func unmount(_ path: String) { _ = run("/bin/umount", path) }

  private static func run(_ program: String, _ arguments: String...) -> Bool {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }

  private static let canMount: Bool = {
    let isMounted = try? withTemporaryFolder { folder in
      let isMounted = mountSmallDisk(at: folder)
      if isMounted { unmount(folder) }
      return isMounted
    }
    return isMounted == true
  }()

  @Test(
    .enabled(
      if: Self.canMount, "only an administrator may mount a small disk, so a full one is not tested"
    ))
  func aFullDiskLeavesTheOldFile() throws {
    try withTemporaryFolder { folder in
      try #require(Self.mountSmallDisk(at: folder))
      defer { Self.unmount(folder) }
      try Self.checkpoint(1, elements: 4_000).write(to: folder + "/a")
      let full = try problem { try Self.checkpoint(2, elements: 14_000).write(to: folder + "/a") }
      #expect(full == .unwritable("No space left on device"))
      #expect(try Self.number(folder + "/a") == 1)
      #expect(try names(folder) == ["a"])
      try Self.checkpoint(3, elements: 4_000).write(to: folder + "/a")
      #expect(try Self.number(folder + "/a") == 3)
    }
  }
  #endif

  // MARK: A process that is killed

  private static let order = "LEVIN_KILLED_CHILD"

  // A process writes again and again, and another thread of it ends it without a word when the file beside has some of
  // its bytes.
  @Test func aKilledProcessLeavesAWholeFile() async throws {
    var random = PCG64(seed: 9)
    let isLong = ProcessInfo.processInfo.environment["LEVIN_LONG_RUN"] == "1"
    for _ in 0..<(isLong ? 50 : 4) {
      let (count, bytes) = (random.integers(in: 1..<6), random.integers(in: 1..<600_000))
      let folder = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(atPath: folder) }
      setenv(Self.order, "\(count) \(bytes) \(folder)", 1)
      await #expect(processExitsWith: .signal(SIGKILL)) { try Self.writeUntilKilled() }
      unsetenv(Self.order)

      let number = try Self.number(folder + "/a")
      #expect(number >= Double(count))
      let left = try Checkpoint.load(from: folder + "/a").model.tensor("x")
      #expect(left.shape == [200_000] && (left .== number).all().item() == 1)
      try Self.checkpoint(1000, elements: 10).write(to: folder + "/a")
      #expect(try Self.number(folder + "/a") == 1000)
    }
  }

  private static func writeUntilKilled() throws {
    let words = ProcessInfo.processInfo.environment[order]?.split(separator: " ") ?? []
    let (count, bytes, folder) = (try #require(Int(words[0])), Int(words[1]) ?? 0, String(words[2]))
    let written = Locked(0)
    Thread.detachNewThread {
      while true {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        let partial = names.first { $0.hasSuffix(".partial") }.map { folder + "/" + $0 }
        let size = partial.flatMap { fileStatus(at: $0)?.st_size } ?? 0
        if written.withLock({ $0 }) >= count, size >= bytes { kill(getpid(), SIGKILL) }
      }
    }
    for number in 1... {
      try checkpoint(number, elements: 200_000).write(to: folder + "/a")
      written.withLock { $0 = number }
    }
  }
}
