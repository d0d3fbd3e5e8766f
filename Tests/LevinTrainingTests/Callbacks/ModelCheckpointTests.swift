import Foundation
import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

@Suite struct ModelCheckpointTests {
  private let folder = TemporaryFolder()

  private func files(_ below: String = "") -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path + below)) ?? []
    return names.map { $0.replacing(".safetensors", with: "") }.sorted()
  }

  private func checkpoint(
    _ filename: String = "{epoch}-{step}", monitor: String? = nil, mode: MonitorMode = .min,
    saveTopK: Int = 1, saveLast: Bool = false, everyNTrainSteps: Int? = nil,
    everyNEpochs: Int? = nil, trainTimeInterval: Duration? = nil
  ) -> ModelCheckpoint {
    ModelCheckpoint(
      directory: folder.path, filename: filename, monitor: monitor, mode: mode,
      saveTopK: saveTopK, saveLast: saveLast, everyNTrainSteps: everyNTrainSteps,
      everyNEpochs: everyNEpochs, trainTimeInterval: trainTimeInterval)
  }

  private func fit(
    _ scores: [Double], _ callback: Callback, batches: Int = 1,
    _ change: (inout TrainerSettings) -> Void = { _ in }
  ) throws {
    var settings = TrainerSettings(maxEpochs: scores.count)
    change(&settings)
    let data = loader([Float](repeating: 1, count: batches), batchSize: 1)
    try quietTrainer(settings, [callback])
      .fit(Replay(scores), train: data, validation: loader([1]))
  }

  @Test(arguments: [
    (2, ["epoch=2", "epoch=4"]), (3, ["epoch=2", "epoch=3", "epoch=4"]), (0, []),
    (-1, ["epoch=0", "epoch=1", "epoch=2", "epoch=3", "epoch=4"]), (1, ["epoch=4"]),
  ])
  func theBestAreKept(_ count: Int, _ expected: [String]) throws {
    let callback = checkpoint("{epoch}", monitor: "score", saveTopK: count)
    try fit([10, 9, 2.8, 5, 2.5], callback)
    #expect(files() == expected)
    #expect(callback.bestModelScore == (count == 0 ? nil : 2.5))
  }

  @Test func theBestMayBeTheHighest() throws {
    let callback = checkpoint("{epoch}", monitor: "score", mode: .max, saveTopK: 2)
    try fit([1, 3, 2, 0, 2.5], callback)
    #expect(files() == ["epoch=1", "epoch=4"])
  }

  @Test func withoutAMonitorTheNewestIsKept() throws {
    let callback = checkpoint()
    try fit([1, 2, 3], callback, batches: 5)
    #expect(files() == ["epoch=2-step=15"])
    #expect(callback.bestModelPath == folder.path + "/epoch=2-step=15.safetensors")
  }

  @Test func aFixedNameStaysTheSame() throws {
    let callback = checkpoint("model")
    try fit([1, 2, 3], callback)
    #expect(files() == ["model"])
  }

  @Test(arguments: [(0, []), (1, [0, 1, 2, 3, 4]), (2, [1, 3]), (3, [2])])
  func epochsBetweenSaves(_ interval: Int, _ epochs: [Int]) throws {
    try fit([1, 2, 3, 4, 5], checkpoint("{epoch}", saveTopK: -1, everyNEpochs: interval))
    #expect(files() == epochs.map { "epoch=\($0)" })
  }

  @Test func stepsBetweenSaves() throws {
    try fit([1, 2], checkpoint("{step}", saveTopK: -1, everyNTrainSteps: 16), batches: 64)
    #expect(
      Set(files()) == Set(stride(from: 16, through: 128, by: 16).map { "step=\($0)" }))
  }

  @Test func timeBetweenSaves() throws {
    var time = 0.0
    let callback = ModelCheckpoint(
      folder.path, "{step}", nil, .min, -1, false, nil, nil, .seconds(60), now: { time })
    let model = Scripted { model, batch, _ in
      time += 7
      return (model.weight * batch).square().mean()
    }
    let data = loader([Float](repeating: 1, count: 64), batchSize: 1)
    try quietTrainer(2, [callback]).fit(model, train: data)
    #expect(files().count == 14)
  }

  @Test func lastIsWrittenAlongWithSavesAndAtTheEnd() throws {
    let callback = checkpoint(saveTopK: 0, saveLast: true)
    try fit([1, 2], callback)
    #expect(files() == ["last"])
    #expect(callback.lastModelPath == folder.path + "/last.safetensors")
  }

  @Test(arguments: [MonitorMode.min, .max]) func aNaNIsKeptUntilANumberComes(
    _ mode: MonitorMode
  ) throws {
    let callback = checkpoint("{epoch}", monitor: "score", mode: mode)
    try fit([.nan, 3, .nan], callback)
    #expect(files() == ["epoch=1"] && callback.bestModelScore == 3)
  }

  @Test func validationsWithinAnEpochSaveEachTime() throws {
    let callback = checkpoint("{step}", monitor: "score", saveTopK: -1)
    try fit([5, 4, 3, 2, 1], callback, batches: 10) {
      $0.maxEpochs = 1
      $0.validationInterval = .batches(2)
    }
    #expect(Set(files()) == Set([2, 4, 6, 8, 10].map { "step=\($0)" }))
  }

  @Test func aSaveByStepsComparesByTheFreshValue() throws {
    let callback = checkpoint(
      "{step}-{score:.1f}", monitor: "score", saveTopK: -1, everyNTrainSteps: 3)
    try fit([5, 4], callback, batches: 4)
    // Due after steps 3 and 6, and done at the validations after 4 and 8.
    #expect(files() == ["step=4-score=5.0", "step=8-score=4.0"])
  }

  @Test func namesHoldMetrics() throws {
    try fit([0.25], checkpoint("run-{epoch}-{score:.3f}", monitor: "score"))
    #expect(files() == ["run-epoch=0-score=0.250"])
  }

  @Test func anotherRunInTheFolderLeavesTheOldFiles() throws {
    try fit([1], checkpoint("{epoch}"))
    try fit([1], checkpoint("{epoch}"))
    #expect(files() == ["epoch=0", "epoch=0-v1"])
  }

  @Test func settingsThatMakeNoSenseAreRefused() {
    for callback in [
      checkpoint(saveTopK: -2), checkpoint(saveTopK: 3),
      checkpoint(everyNTrainSteps: 2, everyNEpochs: 2), checkpoint("{epoch"),
      checkpoint("{score:3d}"), checkpoint(everyNTrainSteps: -1),
    ] {
      #expect(throws: TrainerError.self) { try fit([1], callback) }
    }
    #expect(throws: Never.self) { try fit([1], checkpoint(everyNTrainSteps: 0, everyNEpochs: 0)) }
  }

  @Test func anUnknownMonitorIsRefusedAtTheFirstSave() {
    let error = #expect(throws: TrainerError.self) {
      try fit([1, 2], checkpoint(monitor: "val_los"))
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains("no metric is called 'val_los'"))
  }

  @Test func aSaveThatFailsEndsTheFitAndNamesThePath() {
    let callback = ModelCheckpoint(directory: "/dev/null/checkpoints")
    let error = #expect(throws: (any Error).self) { try fit([1], callback) }
    #expect("\(error.map { "\($0)" } ?? "")".contains("/dev/null/checkpoints"))
  }

  @Test func weightsAreReadBackAlone() throws {
    let callback = checkpoint()
    let model = Location()
    try quietTrainer(3, [callback]).fit(model, train: loader([1, 2]))
    let other = Location()
    try other.loadWeights(from: try #require(callback.bestModelPath))
    #expect(other.location.item() == model.location.item())
  }

  @Test func epochsCountWhereValidationsDo() throws {
    let callback = checkpoint("{epoch}-{step}", saveTopK: -1, everyNEpochs: 2)
    try fit([8, 7, 6, 5, 4, 3, 2, 1], callback, batches: 4) {
      $0.maxEpochs = 4
      $0.validationInterval = .batches(2)
    }
    #expect(files() == ["epoch=1-step=6", "epoch=1-step=8", "epoch=3-step=14", "epoch=3-step=16"])
  }

  @Test(arguments: ["loss_step", "loss_epoch"]) func aSaveByAMetricOfTrainingWaitsForNothing(
    _ monitor: String
  ) throws {
    final class Logging: ValidatingModule {
      @Parameter var weight: Tensor = [1]
      func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
        let loss = (weight * batch).square().mean()
        log("loss", loss, onStep: true, onEpoch: true)
        return loss
      }
      func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", 1.0) }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 0.01))
      }
    }
    let callback = checkpoint("{step}", monitor: monitor, saveTopK: -1, everyNTrainSteps: 3)
    try quietTrainer(2, [callback]).fit(
      Logging(), train: loader([1, 2, 3, 4], batchSize: 1), validation: loader([1]))
    // The mean over an epoch is known from the second on.
    #expect(files() == (monitor == "loss_step" ? ["step=3", "step=6"] : ["step=6"]))
  }

  @Test func namesMayLeadIntoFoldersAndHoldAnyMetric() throws {
    let model = Scripted { model, batch, _ in
      log("a/b.c", 0.5)
      return (model.weight * batch).square().mean()
    }
    try quietTrainer(1, [checkpoint("run/{epoch}-{a/b.c:.1f}")]).fit(model, train: loader([1]))
    #expect(files("/run") == ["epoch=0-a-b.c=0.5"])
    for _ in 0..<3 { try fit([1], checkpoint("{epoch}")) }
    #expect(files() == ["epoch=0", "epoch=0-v1", "epoch=0-v2", "run"])
  }

  @Test(arguments: ["", "/x", "x/", "last"]) func namesThatAreNoneAreRefused(_ name: String) {
    #expect(throws: TrainerError.self) { try fit([1], checkpoint(name, saveLast: true)) }
  }

  @Test func aFolderThatGoesAwayEndsTheFitAndNamesThePath() throws {
    let settings = TrainerSettings(maxEpochs: 3)
    let removing = Probe()
    removing.epochEnd = { trainer in
      if trainer.currentEpoch == 1 {
        try FileManager.default.removeItem(atPath: trainer.runDirectory())
      }
    }
    let trainer = Trainer(
      settings, directory: folder.path, callbacks: [removing, ModelCheckpoint()],
      progressBar: false,
      summary: false, console: Transcript().console)
    let error = #expect(throws: CheckpointError.self) {
      try trainer.fit(Location(), train: loader([1]))
    }
    #expect(error?.path.hasPrefix(folder.path + "/version_0/checkpoints/") == true)
    #expect(files() == [])
  }

  @Test func aMetricThatNoSaveCameToIsToldOf() throws {
    let callback = checkpoint(monitor: "score", everyNTrainSteps: 100)
    let text = Transcript()
    let trainer = Trainer(
      TrainerSettings(maxEpochs: 1), callbacks: [callback], progressBar: false, summary: false,
      console: text.console)
    try trainer.fit(Replay([1]), train: loader([1]), validation: loader([1]))
    #expect(text.text.contains("ModelCheckpoint has never looked at 'score'"))
    #expect(throws: TrainerError.self) {
      try quietTrainer(1, [callback]).fit(Location(), train: loader([1]))
    }
  }

  // MARK: Averages

  @Test func theWeightsOfAFileAreTheAveragesThatWereValidated() throws {
    let callback = checkpoint(monitor: "val_loss", saveLast: true)
    let data = loader([1, 2, 3, 4], batchSize: 1)
    func fit(_ epochs: Int, _ callbacks: [Callback], _ resume: Resume?) throws -> Location {
      let model = Location()
      try quietTrainer(epochs, [WeightAveraging()] + callbacks)
        .fit(model, train: data, validation: loader([2]), resume: resume)
      return model
    }
    let whole = try fit(4, [], nil)
    let half = try fit(2, [callback], nil)
    let last = Location(9)
    try last.loadWeights(from: try #require(callback.lastModelPath))
    #expect(last.location.item() == half.location.item())
    let best = Location(9)
    try best.loadWeights(from: try #require(callback.bestModelPath))
    let score = (best.location.item() - 2) * (best.location.item() - 2)
    #expect(abs(score - (callback.bestModelScore ?? .nan)) < 1e-6)
    // The values of training are not lost.
    let rest = try fit(4, [], .path(try #require(callback.lastModelPath)))
    #expect(rest.location.item() == whole.location.item())
  }

  // MARK: Going on

  @Test func aFitThatWasStoppedWithinAnEpochKnowsItsBestFile() throws {
    let callback = checkpoint("{epoch}-{step}", monitor: "score")
    let stopping = Probe()
    stopping.batchEnd = { trainer, _ in if trainer.globalStep == 5 { trainer.stop() } }
    let trainer = quietTrainer(3, [stopping, callback])
    let data = loader([1, 1, 1], batchSize: 1)
    try trainer.fit(Replay([3, 2]), train: data, validation: loader([1]))
    // The epoch that was cut short had its validation too.
    #expect(files() == ["epoch=1-step=5"])
    stopping.batchEnd = { _, _ in }
    try trainer.fit(Replay([5, 6]), train: data, validation: loader([1]), resume: .lastFit)
    #expect(files() == ["epoch=1-step=5"] && callback.bestModelScore == 2)
  }

  @Test func theFileThatAFitGoesOnFromStaysHoweverItsPathIsSpelled() throws {
    let first = checkpoint("{epoch}", monitor: "score")
    try fit([3], first)
    let link = folder.path + "-link"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
    defer { try? FileManager.default.removeItem(atPath: link) }
    for path in [
      link + "/epoch=0.safetensors",
      folder.path + "/../" + folder.path.split(separator: "/").last! + "/epoch=0.safetensors",
    ] {
      let callback = checkpoint("{epoch}", monitor: "score")
      try quietTrainer(TrainerSettings(maxEpochs: 3), [callback]).fit(
        Replay([2, 1]), train: loader([1]), validation: loader([1]), resume: .path(path))
      #expect(files().contains("epoch=0") && callback.bestModelScore == 1)
    }
  }

  @Test func aLaterFitMayReplaceTheFileThatAnEarlierOneWentOnFrom() throws {
    let callback = checkpoint("{epoch}", monitor: "score")
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 2), [callback])
    try fit([3], checkpoint("{epoch}", monitor: "score"))
    let path = folder.path + "/epoch=0.safetensors"
    try trainer.fit(Replay([2]), train: loader([1]), validation: loader([1]), resume: .path(path))
    try FileManager.default.removeItem(atPath: path)
    try trainer.fit(Replay([2, 1]), train: loader([1]), validation: loader([1]))
    #expect(!files().contains("epoch=0"))
  }

  @Test func aFitGoesOnFromAFile() throws {
    func run(_ epochs: Int, _ model: Location, _ callbacks: [Callback], _ resume: Resume?) throws {
      let data = DataLoader(
        TensorDataset(Tensor([1, 5, 2, 4, 3] as [Float])), batchSize: 2, shuffle: .seeded(1))
      try quietTrainer(TrainerSettings(maxEpochs: epochs), callbacks)
        .fit(model, train: data, resume: resume)
    }
    let whole = Location()
    try run(6, whole, [], nil)
    let path = folder.path + "/last.safetensors"
    try run(2, Location(), [checkpoint(saveLast: true)], nil)
    let rest = Location()
    try run(6, rest, [], .path(path))
    #expect(rest.location.item() == whole.location.item())
  }

  @Test func theLastFileOfAFolderOfOnesOwnIsFound() throws {
    let trainer = quietTrainer(3, directory: "/nowhere", [checkpoint(saveLast: true)])
    #expect(throws: TrainerError.self) {
      try trainer.fit(Location(), train: loader([1]), resume: .last)
    }
    try fit([1], checkpoint(saveLast: true))
    let result = try trainer.fit(
      Replay([2, 3]), train: loader([1]), validation: loader([1]), resume: .last)
    #expect(result.steps == 3)
  }

  @Test func theFileThatAFitGoesOnFromStays() throws {
    try fit([3], checkpoint("{epoch}"))
    let path = folder.path + "/epoch=0.safetensors"
    try quietTrainer(TrainerSettings(maxEpochs: 3), [checkpoint("{epoch}")]).fit(
      Replay([2, 1]), train: loader([1]), validation: loader([1]), resume: .path(path))
    #expect(files() == ["epoch=0", "epoch=2"])
  }

  @Test func anErrorLeavesWhereTheFitStopped() throws {
    struct Stop: Error {}
    let failing = Probe()
    failing.batchEnd = { trainer, _ in if trainer.globalStep == 5 { throw Stop() } }
    let callback = checkpoint(saveLast: true)
    let data = loader([1, 2, 3], batchSize: 1)
    let whole = Location()
    try quietTrainer(3).fit(whole, train: data)
    #expect(throws: Stop.self) {
      try quietTrainer(3, [failing, callback]).fit(Location(), train: data)
    }
    let rest = Location()
    let result = try quietTrainer(3).fit(
      rest, train: data, resume: .path(try #require(callback.lastModelPath)))
    #expect(rest.location.item() == whole.location.item() && result.steps == 9)
  }

  @Test func withoutAFileThereIsNothingToGoOnWith() {
    for resume in [Resume.last, .best] {
      #expect(throws: TrainerError.self) {
        try quietTrainer(1, directory: folder.path).fit(
          Location(), train: loader([1]), resume: resume)
      }
    }
    #expect(throws: CheckpointError.self) {
      try quietTrainer(1).fit(
        Location(), train: loader([1]), resume: .path(folder.path + "/none.safetensors"))
    }
  }
}
