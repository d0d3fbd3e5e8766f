import Foundation
import Levin
import Testing

@testable import LevinTraining

@Suite struct DefaultCheckpointTests {
  private let folder = TemporaryFolder()

  private func trainer(
    _ epochs: Int = 3, _ callbacks: [Callback] = [], checkpoints: Bool = true, fastDevRun: Int = 0
  ) -> Trainer {
    Trainer(
      maxEpochs: epochs, fastDevRun: fastDevRun, directory: folder.path, callbacks: callbacks,
      checkpoints: checkpoints, progressBar: false, summary: false)
  }

  private func files(_ below: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path + below)) ?? []).sorted()
  }

  @Test func aFitLeavesWhereItStopped() throws {
    let whole = Location()
    try quietTrainer(5).fit(whole, train: loader([1, 2]))
    let result = try trainer().fit(Location(), train: loader([1, 2]))
    #expect(result.directory == folder.path + "/version_0")
    #expect(files("/version_0/checkpoints") == ["last.safetensors"])
    let rest = Location()
    try trainer(5).fit(rest, train: loader([1, 2]), resume: .last)
    #expect(rest.location.item() == whole.location.item())
  }

  @Test func anErrorLeavesWhereItStoppedToo() throws {
    struct Stop: Error {}
    let failing = Probe()
    failing.batchEnd = { _, index in if index == 1 { throw Stop() } }
    let data = loader([1, 2, 3], batchSize: 1)
    #expect(throws: Stop.self) { try trainer(1, [failing]).fit(Location(), train: data) }
    let result = try trainer(1).fit(Location(), train: data, resume: .last)
    #expect(result.steps == 3)
  }

  @Test func oneOfTheUsersTakesItsPlace() throws {
    let own = ModelCheckpoint(filename: "{epoch}", saveLast: false)
    try trainer(2, [own]).fit(Location(), train: loader([1]))
    #expect(files("/version_0/checkpoints") == ["epoch=1.safetensors"])
  }

  @Test func withoutCheckpointsNothingIsWritten() throws {
    let result = try trainer(checkpoints: false).fit(Location(), train: loader([1]))
    #expect(result.directory == nil && files("") == [])
    #expect(throws: TrainerError.self) {
      try trainer(1, [ModelCheckpoint()], checkpoints: false).fit(Location(), train: loader([1]))
    }
  }

  @Test func trialsAndFitsWithoutABatchLeaveNone() throws {
    try trainer(fastDevRun: 1).fit(Location(), train: loader([1]))
    #expect(files("") == [])
    try trainer(0).fit(Location(), train: loader([1]))
    #expect(files("/version_0/checkpoints") == [])
  }

  @Test func restartsLeaveNone() throws {
    let path = folder.path
    _ = try restarts(2, train: loader([1])) { _ in
      Trainer(maxEpochs: 1, directory: path, progressBar: false, summary: false)
    } start: { _, _ in
      StartingPoint(Location())
    }
    #expect(files("") == [])
  }

  @Test func aFolderThatCannotBeMadeEndsTheFitBeforeItsFirstStep() throws {
    let model = Location(7)
    let trainer = Trainer(
      maxEpochs: 1, directory: "/dev/null/logs", progressBar: false, summary: false)
    #expect(throws: TrainerError.self) { try trainer.fit(model, train: loader([1])) }
    #expect(model.location.item() == 7)
  }
}
