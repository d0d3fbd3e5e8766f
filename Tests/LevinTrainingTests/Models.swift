import Foundation
import Levin
import LevinTestKit

/// A model of one number: the loss is the mean squared distance of the data from it.
class Location: ValidatingModule {
  @Parameter var location: Tensor
  let learningRate: Double

  init(_ start: Float = 0, learningRate: Double = 0.1) {
    self.learningRate = learningRate
    location = [start]
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = (batch - location).square().mean()
    log("train_loss", loss)
    log("location", location)
    return loss
  }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    log("val_loss", (batch - location).square().mean())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: learningRate))
  }
}

/// A model whose training step is a closure.
final class Scripted: LightningModule {
  @Parameter var weight: Tensor = [1]
  @Parameter var other: Tensor = [1]
  private let step: (Scripted, Tensor, Int) -> Tensor

  init(_ step: @escaping (Scripted, Tensor, Int) -> Tensor) { self.step = step }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { step(self, batch, batchIndex) }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.01))
  }
}

/// A callback that runs closures.
final class Probe: Callback {
  var batchEnd: (Trainer, Int) throws -> Void = { _, _ in }
  var epochEnd: (Trainer) throws -> Void = { _ in }
  var trainEnd: () -> Void = {}
  private(set) var records: [MetricsRecord] = []
  private(set) var tornDown = 0
  private(set) var errors: [any Error] = []

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) throws {
    try batchEnd(trainer, batchIndex)
  }

  override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) throws {
    try epochEnd(trainer)
  }

  override func onTrainEnd(_ trainer: Trainer, _ module: any LightningModule) { trainEnd() }

  override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) { records.append(record) }

  override func onException(_ trainer: Trainer, _ module: any LightningModule, error: any Error) {
    errors.append(error)
  }

  override func teardown(_ trainer: Trainer, _ module: any LightningModule) { tornDown += 1 }

  /// The values of a metric over all records.
  func values(_ name: String) -> [Double] {
    records.flatMap { $0.metrics.filter { $0.name == name }.map(\.value.value) }
  }
}

/// Collects what a trainer would write to standard error, under a clock that is set by hand.
final class Transcript {
  private(set) var text = ""
  var time = 0.0
  private let isTerminal: Bool

  init(isTerminal: Bool = false) { self.isTerminal = isTerminal }

  var console: Console {
    Console(isTerminal: isTerminal, write: { self.text += $0 }, now: { self.time })
  }

  var lines: [String] { text.split(separator: "\n").map(String.init) }
}

/// A trainer that keeps quiet.
func quietTrainer(
  _ maxEpochs: Int, directory: String = "logs", name: String = "", _ callbacks: [Callback] = []
) -> Trainer {
  Trainer(
    maxEpochs: maxEpochs, directory: directory, name: name, callbacks: callbacks,
    progressBar: false, summary: false, console: Transcript().console)
}

func loader(_ numbers: [Float], batchSize: Int? = nil) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(Tensor(numbers)), batchSize: batchSize ?? numbers.count)
}

/// A trainer that keeps quiet.
func quietTrainer(_ settings: TrainerSettings, _ callbacks: [Callback] = []) -> Trainer {
  Trainer(
    settings, callbacks: callbacks, progressBar: false, summary: false,
    console: Transcript().console)
}

/// A model that logs a number of a list in each validation, under the name `score`.
final class Replay: ValidatingModule {
  @Parameter var weight: Tensor = [1]
  private var scores: [Double]

  init(_ scores: [Double]) { self.scores = scores }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * batch).square().mean() }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    if batchIndex == 0 { log("score", scores.isEmpty ? .nan : scores.removeFirst()) }
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.01))
  }
}

/// A folder that goes with the test.
final class TemporaryFolder: Sendable {
  let path = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString

  init() {
    try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}
