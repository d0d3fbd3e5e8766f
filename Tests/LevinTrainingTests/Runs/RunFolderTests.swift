import Foundation
import Levin
import LevinTestKit
import LevinTraining
import Testing

@Suite struct RunFolderTests {
  private func make(_ folder: String, _ names: [String]) throws {
    for name in names {
      try FileManager.default.createDirectory(
        atPath: folder + "/" + name, withIntermediateDirectories: true)
    }
  }

  @Test(arguments: [
    ([], 0), (["version_0"], 1), (["version_0", "version_7"], 8),
    (["version_x", "version_", "version_-3", "versions_9", "other"], 0), (["version_010"], 11),
  ])
  func theVersionIsOneMoreThanTheHighest(_ existing: [String], _ expected: Int) throws {
    try withTemporaryFolder { folder in
      try make(folder + "/zip", existing)
      let trainer = quietTrainer(1, directory: folder, name: "zip")
      #expect(try trainer.runDirectory() == "\(folder)/zip/version_\(expected)")
    }
  }

  @Test func withoutANameVersionsLieInTheDirectory() throws {
    try withTemporaryFolder { folder in
      let path = try quietTrainer(1, directory: folder).runDirectory()
      #expect(path == folder + "/version_0")
    }
  }

  @Test(arguments: ["a\0b", "file/below", "file"])
  func aFolderThatCannotBeMadeIsAnErrorThatNamesIt(_ name: String) throws {
    try withTemporaryFolder { folder in
      try Data().write(to: URL(filePath: folder + "/file"))
      let trainer = quietTrainer(1, directory: folder, name: name)
      let error = #expect(throws: TrainerError.self) { try trainer.runDirectory() }
      #expect(error?.description.contains(folder) == true)
    }
  }

  @Test func aRunHasOneFolderAndEachFitItsOwn() throws {
    try withTemporaryFolder { folder in
      let probe = Probe()
      var seen: [String] = []
      probe.batchEnd = { trainer, _ in seen.append(try trainer.runDirectory()) }
      let trainer = quietTrainer(2, directory: folder, [probe])
      let first = try trainer.fit(Location(), train: loader([1]))
      try trainer.fit(Location(), train: loader([1]))
      let names = seen.map { String($0.dropFirst(folder.count + 1)) }
      #expect(names == ["version_0", "version_0", "version_1", "version_1"])
      #expect(first.directory == folder + "/version_0")
    }
  }

  @Test func nothingIsMadeUnlessAskedFor() throws {
    try withTemporaryFolder { folder in
      let result = try quietTrainer(2, directory: folder + "/logs").fit(
        Location(), train: loader([1]))
      #expect(result.directory == nil)
      #expect(!FileManager.default.fileExists(atPath: folder + "/logs"))
    }
  }

  @Test func runsInParallelGetFoldersOfTheirOwn() throws {
    try withTemporaryFolder { folder in
      let group = DispatchGroup()
      for _ in 0..<16 {
        DispatchQueue.global().async(group: group) {
          _ = try? quietTrainer(1, directory: folder).runDirectory()
        }
      }
      group.wait()
      let made = try FileManager.default.contentsOfDirectory(atPath: folder)
      #expect(Set(made) == Set((0..<16).map { "version_\($0)" }))
    }
  }
}
