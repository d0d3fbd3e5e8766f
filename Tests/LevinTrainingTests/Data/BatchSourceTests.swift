import Levin
import LevinTraining
import Testing

/// A stream of unknown length, other data in each epoch, that may fail.
private struct Counting: BatchSource {
  struct Broken: Error {}
  var epochs: [[Float]]
  var failsAt: Int?

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    var index = 0
    let values = epochs[epoch % epochs.count]
    return BatchStream {
      if index == failsAt { throw Broken() }
      guard index < values.count else { return nil }
      defer { index += 1 }
      return LoadedBatch(Tensor([values[index]]), observationCount: 1)
    }
  }
}

private final class Checking: Location, DataCheckingModule {
  struct Objection: Error { let index: Int }
  var looked: [Int] = []

  func check(_ data: Tensor, role: DataRole, firstIndex: Int) throws {
    looked.append(data.count)
    if let bad = data.scalars.firstIndex(where: { $0 < 0 }) {
      throw Objection(index: firstIndex + bad)
    }
  }
}

private struct Trial: Sendable {
  let dose: Tensor
  let response: Tensor
}

private final class DoseModel: LightningModule {
  @Parameter var slope: Tensor = [0]

  func trainingStep(_ batch: Trial, batchIndex: Int) -> Tensor {
    (batch.response - batch.dose * slope).square().mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.05))
  }
}

private final class FourColumns: LightningModule {
  @Parameter var slope: Tensor = [0]

  func trainingStep(_ batch: (Tensor, Tensor, Tensor, Tensor, Tensor), batchIndex: Int) -> Tensor {
    ((batch.4 - (batch.0 + batch.1 + batch.2 + batch.3) * slope).square()).mean()
  }
  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: 0.002))
  }
}

@Suite struct BatchSourceTests {
  @Test func aStreamOfUnknownLengthIsFitted() throws {
    let probe = Probe()
    let source = Counting(epochs: [[1, 2, 3], [4]])
    let result = try quietTrainer(2, [probe]).fit(Location(0, learningRate: 0), train: source)
    #expect(result.steps == 4 && result.epochs == 2 && result.stopReason == .maxEpochs)
    #expect(probe.records.map(\.step) == [2, 3])
    let means = probe.values("train_loss")
    #expect(means.count == 2 && abs(means[0] - 14.0 / 3) < 1e-12 && means[1] == 16)
  }

  @Test func anErrorOfTheSourceComesOutUnchanged() {
    #expect(throws: Counting.Broken.self) {
      try quietTrainer(2).fit(Location(), train: Counting(epochs: [[1, 2]], failsAt: 1))
    }
  }

  // To know whether there is another batch would take it from the stream.
  @Test func anEpochOfUnknownLengthThatWasStoppedDoesNotCount() throws {
    let probe = Probe()
    probe.batchEnd = { trainer, _ in if trainer.globalStep == 3 { trainer.stop() } }
    let source = Counting(epochs: [[1, 2, 3]])
    let result = try quietTrainer(5, [probe]).fit(Location(), train: source)
    #expect(result.epochs == 0 && result.steps == 3 && result.stopReason == .requested)
  }

  @Test func anEpochWithoutBatchesIsRefused() {
    for epochs: [[Float]] in [[[]], [[1], []]] {
      let error = #expect(throws: TrainerError.self) {
        try quietTrainer(2).fit(Location(), train: Counting(epochs: epochs))
      }
      #expect(error?.description.contains("training data is empty") == true)
    }
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(2).fit(Location(), train: loader([1]), validation: Counting(epochs: [[]]))
    }
    #expect(error?.description.contains("validation data is empty") == true)
  }

  @Test func aBatchWithoutObservationsIsRefused() {
    struct Weightless: BatchSource {
      func makeBatches(epoch: Int) -> BatchStream<Tensor> {
        BatchStream([Tensor([Float(1)])]) { _ in 0 }
      }
    }
    #expect(throws: TrainerError.self) { try quietTrainer(1).fit(Location(), train: Weightless()) }
  }

  @Test func aStreamsBatchesAreLookedAtWhenTheyCome() throws {
    let model = Checking(0, learningRate: 0.1)
    let error = #expect(throws: Checking.Objection.self) {
      try quietTrainer(2).fit(model, train: Counting(epochs: [[1, 2], [3, -1]]))
    }
    // The second of its epoch.
    #expect(error?.index == 1)
    #expect(model.looked == [1, 1, 1, 1])
    #expect(model.location.item() != 0)
  }

  @Test func dataThatCanBeReadAgainAreLookedAtOnceBeforeTheFirstStep() throws {
    let model = Checking(0, learningRate: 0.1)
    let numbers = [Float](repeating: 1, count: 100_000)
    let data = DataLoader(
      TensorDataset(Tensor(numbers)), batchSize: 1 << 15, shuffle: .seeded(1))
    try quietTrainer(2).fit(model, train: data)
    // In pieces, so that memory is bounded.
    #expect(model.looked == [65_536, 34_464])
    var bad = numbers
    bad[70_000] = -1
    let error = #expect(throws: Checking.Objection.self) {
      try quietTrainer(2).fit(
        Checking(), train: DataLoader(TensorDataset(Tensor(bad)), batchSize: 10))
    }
    #expect(error?.index == 70_000)
  }

  @Test func aBatchMayBeAStructureOfTheUsers() throws {
    let dose: Tensor = [1, 2, 3, 4]
    let data = TensorDataset(tensors: [dose, dose * 2]) { Trial(dose: $0[0], response: $0[1]) }
    let model = DoseModel()
    try quietTrainer(100).fit(model, train: DataLoader(data, batchSize: 2, shuffle: .seeded(0)))
    #expect(abs(model.slope.item() - 2) < 1e-4)
  }

  @Test func aBatchMayBeATupleOfAnyLength() throws {
    let x: Tensor = [1, 2, 3, 4]
    let data = TensorDataset(x, x, x, x, x * 8)
    let (_, _, _, _, last) = data.all
    #expect(last.scalars == [8, 16, 24, 32])
    let model = FourColumns()
    try quietTrainer(100).fit(model, train: DataLoader(data, batchSize: 4))
    #expect(abs(model.slope.item() - 2) < 1e-4)
  }

  @Test func validationTakesAnySource() throws {
    let probe = Probe()
    try quietTrainer(1, [probe]).fit(
      Location(0, learningRate: 0), train: loader([1]), validation: Counting(epochs: [[2, 4]]))
    #expect(probe.values("val_loss") == [10])
  }

  @Test func restartsTakeAnySource() throws {
    let table = try restarts(2, train: Counting(epochs: [[1, 2]])) { _ in
      quietTrainer(1)
    } start: {
      index, _ in
      StartingPoint(Location(Float(index), learningRate: 0))
    }
    #expect(table["loss"] == [2.5, 0.5])
  }
}
