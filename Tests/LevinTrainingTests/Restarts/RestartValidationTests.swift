import Levin
import Testing

@testable import LevinTraining

/// Restarts whose starts are tried on validation data and compared by a metric of choice.
@Suite struct RestartValidationTests {
  // Without a step of their own, models stay where they start.
  private static let starts: [Float] = [1, 2, 3, 4, 5]

  private func table(
    validation: [Float] = [4, 4], monitor: String? = "val_loss", mode: MonitorMode = .min,
    loss: String = "loss", metrics: [String] = [], sorted: Bool = false, threads: Int = 2
  ) throws -> RestartTable<Location> {
    try restarts(
      5, threads: threads, sorted: sorted, train: loader([2, 2]), validation: loader(validation),
      loss: loss, metrics: metrics, monitor: monitor, mode: mode
    ) { _ in
      quietTrainer(2)
    } start: { index, _ in
      StartingPoint(
        Location(Self.starts[index], learningRate: 0), ["start": Self.starts[index]])
    }
  }

  @Test func theMetricAskedForIsAColumnAndDecides() throws {
    let table = try table()
    #expect(table.columns == ["loss", "val_loss", "start"])
    #expect(table["val_loss"] == [9, 4, 1, 0, 1] && table["loss"] == [1, 0, 1, 4, 9])
    #expect(table.best?.index == 3 && table.best?.score == 0)
    #expect(table.rows.map(\.score) == [9, 4, 1, 0, 1])
    #expect(table.sorted().rows.map(\.index) == [3, 2, 4, 1, 0])
    #expect(
      table.description.split(separator: "\n").prefix(2) == [
        "   loss  val_loss  start", "0   1.0       9.0    1.0",
      ])
  }

  @Test func withoutAMetricTheLossDecides() throws {
    let table = try table(monitor: nil, metrics: ["val_loss"], sorted: true)
    #expect(table.columns == ["loss", "val_loss", "start"])
    #expect(table.rows.map(\.index) == [1, 0, 2, 3, 4])
  }

  @Test func moreMayBeBetter() throws {
    let table = try table(mode: .max, sorted: true)
    #expect(table.rows.map(\.index) == [0, 1, 2, 4, 3] && table.best?.index == 0)
  }

  @Test func aColumnIsThereOnceUnderEitherName() throws {
    #expect(
      try table(metrics: ["location", "val_loss"]).columns == [
        "loss", "location", "val_loss", "start",
      ])
    let renamed = try table(loss: "val_loss")
    #expect(renamed.columns == ["val_loss", "start"] && renamed["val_loss"] == [9, 4, 1, 0, 1])
  }

  @Test func severalSourcesHaveMetricsOfTheirOwn() throws {
    let table = try restarts(
      5, train: loader([2, 2]), validation: [loader([1, 1]), loader([5, 5])],
      metrics: ["val_loss/dataloader_idx_0"], monitor: "val_loss/dataloader_idx_1"
    ) { _ in
      quietTrainer(1)
    } start: { index, _ in
      StartingPoint(Location(Self.starts[index], learningRate: 0))
    }
    #expect(table["val_loss/dataloader_idx_0"] == [0, 1, 4, 9, 16])
    #expect(table["val_loss/dataloader_idx_1"] == [16, 9, 4, 1, 0])
    #expect(table.best?.index == 4)
  }

  @Test func validationDrawsNothingFromTraining() throws {
    func losses(_ isValidated: Bool, threads: Int) throws -> [Double]? {
      let train = DataLoader(
        TensorDataset(Tensor([1, 2, 3, 6])), batchSize: 2, shuffle: .seeded(3))
      let make: @Sendable (Int) -> Trainer = { _ in quietTrainer(5) }
      let start: @Sendable (Int, inout PCG64) -> StartingPoint<Location> = { index, random in
        StartingPoint(Location(Float(random.normal())))
      }
      if !isValidated {
        return try restarts(4, threads: threads, train: train, trainer: make, start: start)["loss"]
      }
      return try restarts(
        4, threads: threads, train: train, validation: loader([5, 6]), monitor: "val_loss",
        trainer: make, start: start)["loss"]
    }
    let plain = try losses(false, threads: 1)
    #expect(try plain == losses(true, threads: 1) && plain == losses(true, threads: 4))
  }

  @Test(arguments: [1, 3]) func aMetricThatNobodyLogsIsRefusedWithThoseThatAre(_ threads: Int) {
    let error = #expect(throws: TrainerError.self) {
      _ = try table(monitor: "val_los", threads: threads)
    }
    #expect(
      error?.description
        == "restarts: no metric is called 'val_los'; logged are 'train_loss', 'location', 'val_loss'"
    )
  }

  @Test func theRefusalComesAfterTheFirstEpoch() {
    let epochs = Locked<[Int]>([])
    #expect(throws: TrainerError.self) {
      _ = try restarts(3, threads: 1, train: loader([1]), monitor: "nothing") { _ in
        let probe = Probe()
        probe.epochEnd = { trainer in epochs.withLock { $0.append(trainer.currentEpoch) } }
        return quietTrainer(1000, [probe])
      } start: { _, _ in
        StartingPoint(Location())
      }
    }
    #expect(epochs.withLock { $0 } == [0])
  }

  @Test func aColumnThatNobodyLogsIsRefused() {
    let error = #expect(throws: TrainerError.self) { _ = try table(metrics: ["locations"]) }
    #expect(error?.description.contains("'locations'; logged are 'train_loss'") == true)
  }

  @Test func aMetricOfRareValidationsIsWaitedFor() throws {
    let table = try restarts(
      2, train: loader([2, 2]), validation: loader([4, 4]), monitor: "val_loss"
    ) { _ in
      var settings = TrainerSettings(maxEpochs: 6)
      settings.validationInterval = .epochs(3)
      return quietTrainer(settings)
    } start: { index, _ in
      StartingPoint(Location(Self.starts[index], learningRate: 0))
    }
    #expect(table["val_loss"] == [9, 4])
  }

  @Test func earlyStoppingEndsStartsByTheirOwnMetric() throws {
    // The second start goes away from the validation data, the first towards them.
    let table = try restarts(
      2, train: loader([0, 0]), validation: loader([2, 2]), monitor: "val_loss"
    ) { _ in
      quietTrainer(8, [EarlyStopping(monitor: "val_loss", patience: 2)])
    } start: { index, _ in
      StartingPoint(Location([10, 1][index]))
    }
    #expect(table.rows.map(\.result.stopReason) == [.maxEpochs, .requested])
    #expect(table.rows[1].result.epochs == 3)
    #expect(table.rows[1].result.stopDetail?.contains("val_loss") == true)
  }

  @Test func hopelessStartsEndByTheMetricAskedFor() throws {
    let table = try restarts(
      5, train: loader([2, 2]), validation: loader([4, 4]), monitor: "val_loss",
      pruning: .median(afterEpochs: 1)
    ) { _ in
      quietTrainer(3)
    } start: { index, _ in
      StartingPoint(Location(Self.starts[index], learningRate: 0))
    }
    #expect(
      table.rows.map(\.result.stopReason)
        == [.pruned, .pruned, .maxEpochs, .maxEpochs, .maxEpochs])
    #expect(
      table.rows[0].result.stopDetail
        == "after 1 epoch, val_loss 9.000 is worse than the median 1.000")
  }
}
