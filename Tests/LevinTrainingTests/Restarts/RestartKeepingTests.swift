import Levin
import LevinTestKit
import Testing

@testable import LevinTraining

/// The best epoch of a start, in memory.
@Suite struct RestartKeepingTests {
  // SGD at a rate of 0.1 on data of 0 takes a start to 0.8 of itself at each epoch: 10, 8, 6.4, 5.12, 4.096,
  // 3.2768, ... Validation data of 5 are nearest at 5.12, after epoch 2.
  private func table(
    _ keeping: RestartKeeping, epochs: Int = 8, monitor: String? = "val_loss", threads: Int = 2,
    mode: MonitorMode = .min, starts: [Float] = [10, 20],
    callbacks: @escaping @Sendable () -> [Callback] = { [] }
  ) throws -> RestartTable<Location> {
    try restarts(
      starts.count, threads: threads, train: loader([0, 0]), validation: loader([5, 5]),
      metrics: ["location"], monitor: monitor, mode: mode, keeping: keeping
    ) { _ in
      quietTrainer(epochs, callbacks())
    } start: { index, _ in
      StartingPoint(Location(starts[index]), ["start": starts[index]])
    }
  }

  /// The value of a start after so many epochs, by hand.
  private func location(_ start: Float, after epochs: Int) -> Float {
    (0..<epochs).reduce(start) { value, _ in value - Float(0.1) * (2 * value) }
  }

  @Test func theModelIsThatOfTheBestEpoch() throws {
    let table = try table(.best)
    let row = table.rows[0]
    let kept = row.model.location.item(as: Float.self)
    #expect(abs(kept - 5.12) < 1e-5 && abs(kept - location(10, after: 3)) < 1e-6)
    #expect(row.bestEpoch == 2)
    #expect(row.score == Double((5 - kept) * (5 - kept)))
    // 20 comes to 5.24288 after epoch 5.
    #expect(table.rows[1].bestEpoch == 5)
    #expect(abs(table.rows[1].model.location.item() - 5.24288) < 1e-5)
    #expect(table.best?.index == 0)
    // The numbers of the row are of that epoch, and the fit's result is that of its end.
    #expect(abs(try #require(table["loss"])[0] - 6.4 * 6.4) < 1e-4)
    #expect(abs(try #require(table["location"])[0] - 6.4) < 1e-5)
    #expect(row.result.epochs == 8 && row.result.metrics["val_loss"] != row.score)
    #expect(table.description.split(separator: "\n")[1].hasSuffix("as of epoch 2"))
  }

  @Test func theLastEpochIsKeptUnlessAskedOtherwise() throws {
    let row = try table(.last).rows[0]
    #expect(abs(row.model.location.item(as: Float.self) - location(10, after: 8)) < 1e-6)
    #expect(row.bestEpoch == nil && row.score == row.result.metrics["val_loss"])
  }

  @Test func itIsTheModelOfACheckpointOfTheSameMetric() throws {
    try withTemporaryFolder { folder in
      let paths = Locked<[String]>([])
      let table = try restarts(
        1, train: loader([0, 0]), validation: loader([5, 5]), monitor: "val_loss", keeping: .best
      ) { _ in
        let checkpoint = ModelCheckpoint(monitor: "val_loss")
        let probe = Probe()
        probe.trainEnd = { paths.withLock { $0 = [checkpoint.bestModelPath ?? ""] } }
        return quietTrainer(8, directory: folder, [checkpoint, probe])
      } start: { _, _ in
        StartingPoint(Location(10))
      }
      let other = Location()
      try other.loadWeights(from: paths.withLock { $0[0] })
      #expect(other.location.item() == table.rows[0].model.location.item())
    }
  }

  @Test func buffersGoBackWithTheParameters() throws {
    let table = try restarts(
      2, train: loader([0, 0]), validation: loader([5, 5]), monitor: "val_loss", keeping: .best
    ) { _ in
      quietTrainer(8)
    } start: { index, _ in
      StartingPoint(CountingLocation([10, 20][index]))
    }
    #expect(table.rows.map { $0.model.steps.item(as: Int.self) } == [3, 6])
  }

  @Test func aTrialOfTheValidationIsNoMoment() throws {
    // 5 would be the best of all, before anything is learnt.
    let table = try restarts(
      1, train: loader([0, 0]), validation: loader([5, 5]), monitor: "val_loss", keeping: .best
    ) { _ in
      quietTrainer(TrainerSettings(maxEpochs: 3, sanityValidationBatches: .all))
    } start: { _, _ in
      StartingPoint(Location(5))
    }
    #expect(table.rows[0].bestEpoch == 0)
    #expect(abs(table.rows[0].model.location.item(as: Float.self) - location(5, after: 1)) < 1e-6)
  }

  @Test func aTrainingMetricIsOfItsEpochAlsoBesideValidations() throws {
    // Logged on step and on epoch; the locations 10 and so on are nearest to 6.4 in epoch 2.
    let table = try restarts(
      1, train: loader([0, 0]), validation: loader([5, 5]), monitor: "away_epoch", keeping: .best
    ) { _ in
      quietTrainer(8)
    } start: { _, _ in
      StartingPoint(CountingLocation(10))
    }
    #expect(table.rows[0].bestEpoch == 2 && table.rows[0].score < 1e-6)
    #expect(abs(table.rows[0].model.location.item() - 5.12) < 1e-5)
  }

  @Test func withoutAMetricItIsTheLeastLoss() throws {
    // A rate that is too large takes 1 to -1.4, 1.96 and so on: the first loss is the least.
    let table = try restarts(1, train: loader([0, 0]), keeping: .best) { _ in
      quietTrainer(5)
    } start: { _, _ in
      StartingPoint(Location(1, learningRate: 1.2))
    }
    #expect(table.rows[0].bestEpoch == 0 && table.rows[0].loss == 1)
    #expect(abs(table.rows[0].model.location.item() + 1.4) < 1e-6)
  }

  @Test func moreMayBeBetter() throws {
    let table = try table(.best, mode: .max)
    // 20 is farthest from 5 at first: 16 after epoch 0.
    #expect(table.rows[1].bestEpoch == 0 && table.rows[1].score > 120 && table.best?.index == 1)
  }

  @Test func aStartThatFailsLaterHasItsBestEpoch() throws {
    let table = try restarts(
      2, train: loader([0, 0]), validation: loader([5, 5]), monitor: "val_loss", keeping: .best
    ) { index in
      quietTrainer(8)
    } start: { index, _ in
      StartingPoint(BreakingLocation(10, breaksAt: index == 0 ? 4 : 100))
    }
    let row = table.rows[0]
    #expect(row.failure != nil && row.result.stopReason == .nonFinite)
    #expect(row.bestEpoch == 2 && abs(row.model.location.item() - 5.12) < 1e-5)
    #expect(row.score == table.rows[1].score)
    #expect(table["val_loss"]?[0] == row.score)
  }

  @Test func averagesAreKeptWhereValidationsLookAtThem() throws {
    let table = try table(.best, starts: [20]) { [WeightAveraging()] }
    let row = table.rows[0]
    let kept = row.model.location.item()
    let best = try #require(row.bestEpoch)
    let mean = (0...best).reduce(0.0) { $0 + 16 * pow(0.8, Double($1)) } / Double(best + 1)
    #expect(abs(kept - mean) < 1e-4 && abs(row.score - (5 - kept) * (5 - kept)) < 1e-4)
  }

  @Test func validationsWithinAnEpochCount() throws {
    let table = try restarts(
      1, train: loader([0, 0, 0, 0], batchSize: 1), validation: loader([5, 5]), monitor: "val_loss",
      keeping: .best
    ) { _ in
      var settings = TrainerSettings(maxEpochs: 2)
      settings.validationInterval = .fraction(0.25)
      return quietTrainer(settings)
    } start: { _, _ in
      StartingPoint(Location(10))
    }
    #expect(table.rows[0].bestEpoch == 0)
    #expect(abs(table.rows[0].model.location.item() - 5.12) < 1e-5)
  }

  @Test func anyNumberOfThreadsKeepsTheSame() throws {
    let starts: [Float] = [10, 20, 30, 7, 5.5]
    let one = try table(.best, threads: 1, starts: starts)
    let many = try table(.best, threads: 4, starts: starts)
    #expect(one.description == many.description)
    #expect(
      one.rows.map { $0.model.location.item() } == many.rows.map { $0.model.location.item() })
  }
}

/// A model whose loss is NaN from a step on.
private final class BreakingLocation: Location {
  private let last: Int
  private var steps = 0

  init(_ start: Float, breaksAt last: Int) {
    self.last = last
    super.init(start)
  }

  override func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    steps += 1
    let loss = super.trainingStep(batch, batchIndex: batchIndex)
    return steps > last ? loss * Float.nan : loss
  }
}

/// A model that counts its steps in a buffer, and logs how far it is from 6.4.
private final class CountingLocation: Location {
  @Buffer var steps: Tensor = [0]

  override func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    steps = steps + 1
    log("away", (location - 6.4).abs(), onStep: true, onEpoch: true)
    return super.trainingStep(batch, batchIndex: batchIndex)
  }
}
