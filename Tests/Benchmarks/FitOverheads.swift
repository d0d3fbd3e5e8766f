import Foundation
import Levin
import LevinCSV
import LevinNN
import LevinTraining

/// The processor time that a fit takes in each step over a loop written by hand, in its two regimes: many batches an epoch,
/// and one.
///
/// `fit-loop` is a step of that loop. `fit-…` is a trainer with nothing else, `fit-logged-…` one with a CSV logger that writes each step's loss, checkpoints
/// every minute, an early stop and a progress bar. `peers/lightning_overheads.py` has the same in Lightning.
let fitOverheadBenchmarks: [Benchmark] = [16, 10_000].flatMap { rows in
  [
    Benchmark(name: "fit-loop", rows: rows) { loopTime(rows) },
    overhead("fit-steps", rows) { .init(rows, stepsPerEpoch: $0, isLogged: false) },
    overhead("fit-epochs", rows) { _ in .init(rows, stepsPerEpoch: 1, isLogged: false) },
    overhead("fit-logged-steps", rows) { .init(rows, stepsPerEpoch: $0, isLogged: true) },
    overhead("fit-logged-epochs", rows) { _ in .init(rows, stepsPerEpoch: 1, isLogged: true) },
  ]
}

private let stepCount = 2000

private func loopTime(_ rows: Int) -> Double {
  let times = (0..<Stopwatch.sampleCount).map { _ in
    MeasuredFit(rows, stepsPerEpoch: 1, isLogged: false).secondsOfLoop(stepCount)
  }
  return times.sorted()[Stopwatch.sampleCount / 2] / Double(stepCount) * 1e6
}

/// The median difference between a fit and the loop just before it, so that what else the machine does counts for both.
private func overhead(
  _ name: String, _ rows: Int, _ make: @escaping @Sendable (_ steps: Int) -> MeasuredFit
) -> Benchmark {
  Benchmark(name: name, rows: rows) {
    let differences = (0..<Stopwatch.sampleCount).map { _ in
      let fit = make(stepCount)
      let bare = fit.secondsOfLoop(stepCount)
      return fit.secondsOfFit(stepCount) - bare
    }
    return differences.sorted()[Stopwatch.sampleCount / 2] / Double(stepCount) * 1e6
  }
}

/// A model and its data, trained by a loop and by a trainer.
private struct MeasuredFit {
  private let data: Tensor
  private let stepsPerEpoch: Int
  private let isLogged: Bool
  // Steps before the clock starts, in which plans are made.
  private static let warmUp = 20

  init(_ rows: Int, stepsPerEpoch: Int, isLogged: Bool) {
    var random = PCG64(seed: 0)
    data = random.normal(loc: 3, scale: 2, shape: [rows])
    evaluateOrStop(data)
    (self.stepsPerEpoch, self.isLogged) = (stepsPerEpoch, isLogged)
  }

  /// The seconds that some steps of a loop written by hand take.
  func secondsOfLoop(_ steps: Int) -> Double {
    let model = NormalModel(isLogged: false, from: Self.warmUp, count: steps)
    let optimizer = Adam(model.parameters, learningRate: Fit.learningRate)
    do {
      for index in 0...(Self.warmUp + steps) {
        var step = Step(model.trainingStep(data, batchIndex: index), optimizer: optimizer)
        _ = try step.take()
      }
    } catch { fatalError("\(error)") }
    return model.seconds
  }

  /// The seconds that as many steps of a fit take.
  func secondsOfFit(_ steps: Int) -> Double {
    let folder = FileManager.default.temporaryDirectory.path + "/levin-" + UUID().uuidString
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = NormalModel(isLogged: isLogged, from: Self.warmUp, count: steps)
    let settings = TrainerSettings(maxSteps: Self.warmUp + steps + 1)
    let trainer = Trainer(
      settings, directory: folder, callbacks: isLogged ? Self.callbacks : [],
      progressBar: isLogged, summary: false, console: Self.console)
    do { try fit(model, trainer) } catch { fatalError("\(error)") }
    return model.seconds
  }

  private func fit(_ model: NormalModel, _ trainer: Trainer) throws {
    if stepsPerEpoch == 1 {
      try trainer.fit(model, train: DataLoader(TensorDataset(data), batchSize: data.count))
    } else {
      try trainer.fit(model, train: RepeatedBatch(batch: data, count: stepsPerEpoch))
    }
  }

  private static var callbacks: [Callback] {
    [
      CSVLogger(), EarlyStopping(monitor: "loss", patience: .max),
      ModelCheckpoint(trainTimeInterval: .seconds(60)),
    ]
  }

  // A terminal that is not there.
  private static var console: Console {
    Console(isTerminal: true, write: { _ in }, now: Console.clock)
  }
}

/// An epoch that consists of one batch, a number of times.
private struct RepeatedBatch: BatchSource {
  let batch: Tensor
  let count: Int

  var batchesPerEpoch: Int? { count }

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream(repeatElement(batch, count: count))
  }
}

/// A normal distribution that takes the time that its thread spends between two of its steps.
private final class NormalModel: LightningModule {
  @Parameter var mean: Tensor = Tensor(Float(0))
  @Parameter var logScale: Tensor = Tensor(Float(0))
  private let isLogged: Bool
  private let first: Int
  private let last: Int
  private var calls = 0
  private var start = 0.0
  private(set) var seconds = 0.0

  /// - Parameters:
  ///   - first: The index of the step at whose beginning the clock starts.
  ///   - count: The number of steps that count.
  init(isLogged: Bool, from first: Int, count: Int) {
    (self.isLogged, self.first, last) = (isLogged, first, first + count)
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    if calls == first { start = Self.threadSeconds }
    if calls == last { seconds = Self.threadSeconds - start }
    calls += 1
    let distance = (batch - mean) * exp(-logScale)
    let loss = (0.5 * distance.square() + logScale).mean() + 0.9189385
    if isLogged { log("loss", loss, onStep: true, progressBar: true) }
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: Fit.learningRate))
  }

  // Differences of some microseconds drown in what other programs take from the time that passes.
  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
