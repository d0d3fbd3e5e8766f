import Foundation
import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

private final class Asking: Callback {
  override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) throws {
    _ = try trainer.runDirectory()
  }
}

@Suite struct RunOutcomeTests {
  private func outcome(_ folder: String) throws -> [String: Any]? {
    let path = folder + "/version_0/result.json"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let data = try Data(contentsOf: URL(filePath: path))
    return try JSONSerialization.jsonObject(with: data) as? [String: Any]
  }

  @Test func aRunLeavesTheReasonForItsEndAndItsMetrics() throws {
    try withTemporaryFolder { folder in
      let probe = Probe()
      probe.batchEnd = { trainer, _ in
        log("say \"it\"\n", Double.nan)
        log("far", -Double.infinity)
        if trainer.globalBatch == 3 { trainer.stop("enough \\ now") }
      }
      let trainer = quietTrainer(5, directory: folder, [Asking(), probe])
      let result = try trainer.fit(Location(), train: loader([1, 2], batchSize: 1))
      let outcome = try #require(try outcome(folder))
      #expect(outcome["stop_reason"] as? String == "requested")
      #expect(outcome["stop_detail"] as? String == "enough \\ now")
      #expect(outcome["epochs"] as? Int == result.epochs && outcome["steps"] as? Int == 3)
      #expect(outcome["loss"] as? Double == result.loss?.value)
      #expect(outcome["error"] is NSNull)
      let metrics = try #require(outcome["metrics"] as? [String: Any])
      #expect(metrics["say \"it\"\n"] as? String == "nan" && metrics["far"] as? String == "-inf")
    }
  }

  @Test func aRunThatFailsLeavesItsError() throws {
    struct Broken: Error, CustomStringConvertible { let description = "the disk is on fire" }
    try withTemporaryFolder { folder in
      let probe = Probe()
      probe.batchEnd = { _, _ in throw Broken() }
      let trainer = quietTrainer(5, directory: folder, [Asking(), probe])
      #expect(throws: Broken.self) { try trainer.fit(Location(), train: loader([1])) }
      let outcome = try #require(try outcome(folder))
      #expect(outcome["stop_reason"] as? String == "failed")
      #expect(outcome["error"] as? String == "the disk is on fire")
    }
  }

  @Test func aRunThatGoesOnHasNoEndUntilItEndsAgain() throws {
    try withTemporaryFolder { folder in
      let checkpoint = ModelCheckpoint()
      let first = quietTrainer(2, directory: folder, [checkpoint])
      try first.fit(Location(), train: loader([1]))
      #expect(try outcome(folder)?["epochs"] as? Int == 2)
      let probe = Probe()
      var ends: [Bool] = []
      probe.batchEnd = { _, _ in ends.append(try outcome(folder) != nil) }
      let second = quietTrainer(3, directory: folder, [ModelCheckpoint(), probe])
      try second.fit(Location(), train: loader([1]), resume: .last)
      #expect(ends == [false])
      #expect(try outcome(folder)?["epochs"] as? Int == 3)
    }
  }

  @Test func aFolderThatSomebodyElsePutThereIsLeftAlone() throws {
    try withTemporaryFolder { folder in
      let probe = Probe()
      probe.batchEnd = { _, _ in
        let run = folder + "/version_0"
        try FileManager.default.moveItem(atPath: run, toPath: folder + "/moved")
        try FileManager.default.createDirectory(atPath: run, withIntermediateDirectories: false)
      }
      var text = ""
      let console = Console(isTerminal: false, write: { text += $0 }, now: { 0 })
      let trainer = Trainer(
        maxEpochs: 1, directory: folder, callbacks: [Asking(), probe], progressBar: false,
        summary: false, console: console)
      try trainer.fit(Location(), train: loader([1]))
      #expect(try outcome(folder) == nil)
      #expect(text.contains("no longer that of the run"))
    }
  }

  @Test func aRunThatWritesNothingElseLeavesNone() throws {
    try withTemporaryFolder { folder in
      let trainer = Trainer(
        maxEpochs: 1, directory: folder, checkpoints: false, progressBar: false, summary: false)
      try trainer.fit(Location(), train: loader([1]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
  }
}
