import Foundation
import Levin
import LevinTraining
import Testing

/// Logs scores in validations, with schedules of epochs and of steps.
private final class Scheduled: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  private var scores: [Double]
  private let interval: OptimizerConfiguration.Interval

  init(_ scores: [Double], _ interval: OptimizerConfiguration.Interval) {
    (self.scores, self.interval) = (scores, interval)
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * batch).square().mean() }

  func validationStep(_ batch: Tensor, batchIndex: Int) { log("score", scores.removeFirst()) }

  func configureOptimizers() -> OptimizerConfiguration {
    let optimizer = SGD(parameters, learningRate: 0.5)
    return .init(optimizer, ExponentialLR(optimizer, gamma: 0.5), interval: interval)
  }
}

@Suite struct CheckpointMomentTests {
  private let folder = TemporaryFolder()
  private let data = loader([1, 1, 1, 1], batchSize: 1)

  private func run(_ name: String) throws -> State {
    try Checkpoint.load(from: folder.path + "/\(name).safetensors").run
  }

  private func callbacks(_ name: String) throws -> State {
    try run(name).tree("session").tree("callbacks")
  }

  private func steps(_ name: String) throws -> Int {
    try run(name).tree("session").tree("progress").integer("step")
  }

  @Test func theStateOfACallbackInAFileIsThatOfItsEpoch() throws {
    let stopping = EarlyStopping(monitor: "score", patience: 9)
    let noting = LambdaCallback()
    var states: [State] = []
    noting.onTrainEpochEnd = { _, _ in states.append(stopping.state()) }
    let checkpoint = ModelCheckpoint(
      directory: folder.path, filename: "{epoch}", saveTopK: -1, saveLast: false)
    try quietTrainer(5, [stopping, noting, checkpoint]).fit(
      Replay([5, 4, 6, 7, 3]), train: data, validation: loader([1]))
    #expect(states.count == 5)
    for (epoch, state) in states.enumerated() {
      let kept = try callbacks("epoch=\(epoch)").tree("EarlyStopping(score, min)")
      #expect(kept == state)
      #expect(try kept.integer("waitCount") == [0, 0, 1, 2, 0][epoch])
      #expect(try kept.real("bestScore") == [5, 4, 4, 4, 3][epoch])
    }
  }

  @Test func scoreAndScheduleInAFileAreThoseOfItsMoment() throws {
    let scores = [5.0, 4, 6, 3]
    let checkpoint = ModelCheckpoint(
      directory: folder.path, filename: "{step}", monitor: "score", saveTopK: -1, saveLast: false)
    let settings = TrainerSettings(maxEpochs: 2, validationInterval: .batches(2))
    try quietTrainer(settings, [checkpoint]).fit(
      Scheduled(scores, .step), train: data, validation: loader([1]))
    for (index, step) in [2, 4, 6, 8].enumerated() {
      let kept = try callbacks("step=\(step)").tree("ModelCheckpoint(score, min, )")
      let pairs = zip(try kept.list("paths"), try kept.list("scores"))
      let own = pairs.first { $0.0 == .text(folder.path + "/step=\(step).safetensors") }
      #expect(own?.1 == .real(scores[index]))
      #expect(try kept.list("scores").count == index + 1)
      let schedule = try run("step=\(step)").tree("schedules").tree("0").tree("schedule")
      #expect(try schedule.integer("lastEpoch") == step)
      #expect(try steps("step=\(step)") == step)
    }
  }

  @Test func schedulesOfStepsAreAdvancedBeforeASave() throws {
    let checkpoint = ModelCheckpoint(
      directory: folder.path, filename: "{step}", saveTopK: -1, everyNTrainSteps: 1)
    try quietTrainer(1, [checkpoint]).fit(Scheduled([1], .step), train: data)
    for step in 1...4 {
      let schedule = try run("step=\(step)").tree("schedules").tree("0").tree("schedule")
      #expect(try schedule.integer("lastEpoch") == step)
      let rate = 0.5 * pow(0.5, Double(step))
      #expect(try schedule.list("learningRates") == [.real(rate)])
    }
  }

  @Test func schedulesOfEpochsAreAdvancedByWhoGoesOnFromASave() throws {
    func fit(_ epochs: Int, _ callbacks: [Callback], _ resume: Resume?) throws -> [Double] {
      var rates: [Double] = []
      let probe = Probe()
      probe.batchEnd = { trainer, _ in rates.append(trainer.optimizers[0].learningRate) }
      try quietTrainer(epochs, [probe] + callbacks).fit(
        Scheduled([], .epoch), train: loader([1]), resume: resume)
      return rates
    }
    let checkpoint = ModelCheckpoint(directory: folder.path, filename: "{epoch}", saveTopK: -1)
    #expect(try fit(4, [checkpoint], nil) == [0.5, 0.25, 0.125, 0.0625])
    for epoch in 0..<3 {
      let path = folder.path + "/epoch=\(epoch).safetensors"
      let rest = [0.25, 0.125, 0.0625].dropFirst(epoch)
      #expect(try fit(4, [], .path(path)) == Array(rest))
    }
  }

  @Test func lastIsNotWrittenWhereNothingElseIs() throws {
    let looking = LambdaCallback()
    var found: [Int?] = []
    looking.onTrainEpochStart = { _, _ in found.append(try? steps("last")) }
    let checkpoint = ModelCheckpoint(directory: folder.path, saveTopK: -1, everyNEpochs: 2)
    try quietTrainer(5, [looking, checkpoint]).fit(Replay([]), train: loader([1]))
    #expect(found == [nil, nil, 2, 2, 4])
    // And once more at the end.
    #expect(try steps("last") == 5)
  }

  @Test func checkpointsAreWrittenAfterTheHooksOfAllOthers() throws {
    final class Counting: Callback {
      var count = 0
      var onSave: () -> Void = {}

      override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
        count += 1
        onSave()
      }
      override func state() -> State {
        var state = State()
        state["count"] = .integer(count)
        return state
      }
      override func restore(from state: State) throws { count = try state.integer("count") }
    }
    let counting = Counting()
    var files: [Int] = []
    counting.onSave = {
      let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
      files.append(names?.count ?? 0)
    }
    let checkpoint = ModelCheckpoint(
      directory: folder.path, filename: "{epoch}", saveTopK: -1, saveLast: false)
    let trainer = quietTrainer(2, [checkpoint, counting])
    try trainer.fit(Replay([]), train: loader([1]))
    #expect(files == [0, 1])
    #expect(try callbacks("epoch=0").tree("Counting").integer("count") == 1)
    #expect(trainer.callbacks.first === checkpoint)
  }
}
