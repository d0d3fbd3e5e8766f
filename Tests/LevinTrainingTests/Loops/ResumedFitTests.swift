import Foundation
import Levin
import LevinTraining
import Testing

/// Counts how often it is given a state.
private final class Restored: Callback {
  private(set) var count = 0
  var atStart: (Trainer) -> Void = { _ in }

  override func onTrainStart(_ trainer: Trainer, _ module: any LightningModule) { atStart(trainer) }

  override func state() -> State {
    var state = State()
    state["own"] = .integer(1)
    return state
  }

  override func restore(from state: State) throws {
    count += 1
    #expect(try state.integer("own") == 1)
  }
}

@Suite struct ResumedFitTests {
  private struct Stop: Error {}
  private let folder = TemporaryFolder()
  private let data = DataLoader(
    TensorDataset(Tensor([1, 7, 2, 5, 3, 8] as [Float])), batchSize: 2, shuffle: .seeded(3))

  // Stopped by an error after four of nine batches.
  private func file() throws -> String {
    let failing = Probe()
    failing.batchEnd = { trainer, _ in if trainer.globalBatch == 4 { throw Stop() } }
    let checkpoint = ModelCheckpoint(directory: folder.path)
    let trainer = quietTrainer(3, [failing, Restored(), checkpoint])
    #expect(throws: Stop.self) { try trainer.fit(Location(), train: data) }
    return try #require(checkpoint.lastModelPath)
  }

  @Test func aCallbackIsGivenItsStateOnceAndTheStepsAddUp() throws {
    let path = try file()
    let before = try Checkpoint.load(from: path).run.tree("session").tree("progress")
    let (restored, probe) = (Restored(), Probe())
    var batches = 0
    probe.batchEnd = { _, _ in batches += 1 }
    let result = try quietTrainer(3, [probe, restored]).fit(
      Location(), train: data, resume: .path(path))
    #expect(restored.count == 1)
    #expect(try before.integer("step") + batches - 1 == 9 && result.steps == 9)
    // One that begins anew is given none.
    try quietTrainer(3, [restored]).fit(Location(), train: data)
    #expect(restored.count == 1)
  }

  @Test func aFitThatGoesOnWithinAnEpochHasTheSameBatchesAndNoWarning() throws {
    let whole = Location()
    try quietTrainer(3).fit(whole, train: data)
    let text = Transcript()
    let trainer = Trainer(
      TrainerSettings(maxEpochs: 3), callbacks: [Restored()], progressBar: false, summary: false,
      console: text.console)
    let rest = Location()
    try trainer.fit(rest, train: data, resume: .path(try file()))
    #expect(rest.location.item() == whole.location.item())
    // The file knows of a checkpoint callback that this trainer has not.
    #expect(text.lines.count == 1 && text.text.contains("without the callback 'ModelCheckpoint"))
  }

  @Test func laterFilesAreThoseOfTheWholeFit() throws {
    func fit(_ name: String, _ callbacks: [Callback], _ resume: Resume?) throws {
      let checkpoint = ModelCheckpoint(
        directory: folder.path + "/" + name, filename: "{step}", saveTopK: -1, everyNTrainSteps: 1)
      let trainer = quietTrainer(3, callbacks + [checkpoint])
      _ = try withSeed(1) { try trainer.fit(Location(), train: data, resume: resume) }
    }
    try fit("whole", [], nil)
    for step in [1, 3, 4] {
      let stopping = Probe()
      stopping.batchEnd = { trainer, _ in if trainer.globalStep == step { trainer.stop() } }
      try fit("part", [stopping], nil)
      try fit("rest\(step)", [], .path(folder.path + "/part/last.safetensors"))
      for later in step + 1...9 {
        func file(_ name: String) throws -> Checkpoint {
          try Checkpoint.load(from: folder.path + "/\(name)/step=\(later).safetensors")
        }
        let (expected, found) = (try file("whole"), try file("rest\(step)"))
        #expect(found.model == expected.model)
        for part in ["optimizer", "data", "stepping", "schedules", "generator"] {
          #expect(try found.run.tree(part) == expected.run.tree(part), "\(part), step \(later)")
        }
        #expect(
          try found.run.tree("session").tree("progress")
            == expected.run.tree("session").tree("progress"))
      }
      try FileManager.default.removeItem(atPath: folder.path + "/part")
    }
  }

  // MARK: Counts at an error

  @Test(arguments: [0, 1, 4, 8]) func theBatchOfAnErrorIsNotCounted(_ moment: Int) throws {
    final class Failing: LightningModule {
      @Parameter var weight: Tensor = [0]
      var left: Int
      init(_ left: Int) { self.left = left }
      func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
        if left == 0 { throw Stop() }
        left -= 1
        return (batch - weight).square().mean()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 0.1))
      }
    }
    let callback = LambdaCallback()
    var (begun, epochs) = (0, 0)
    callback.onTrainBatchStart = { _, _, _, _ in begun += 1 }
    callback.onTrainEpochStart = { _, _ in epochs += 1 }
    var counts: [Int] = []
    callback.onException = { trainer, _, _ in
      counts = [trainer.globalBatch, trainer.globalStep, trainer.currentEpoch]
    }
    let trainer = quietTrainer(3, [callback])
    #expect(throws: Stop.self) { try trainer.fit(Failing(moment), train: data) }
    // Those that are done: of batches one less than were begun, of epochs too.
    #expect(counts == [moment, moment, moment / 3])
    #expect(begun == moment + 1 && epochs == moment / 3 + 1)
    #expect(trainer.result?.steps == moment && trainer.result?.epochs == moment / 3)
    // A fit that goes on begins with the same counts.
    let restored = Restored()
    var reloaded: [Int] = []
    restored.atStart = { reloaded = [$0.globalBatch, $0.globalStep, $0.currentEpoch] }
    let state = try #require(trainer.keptState)
    try quietTrainer(3, [restored]).fit(Failing(99), train: data, resume: .state(state))
    #expect(reloaded == counts)
  }
}
