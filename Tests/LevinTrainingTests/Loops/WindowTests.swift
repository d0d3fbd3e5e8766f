import Levin
import LevinTraining
import Testing

/// A model whose loss is the product of a weight and the batch.
private final class Product: LightningModule {
  @Parameter var weight: Tensor
  private let learningRate: Double

  init(_ start: Float, learningRate: Double) {
    self.learningRate = learningRate
    weight = [start]
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = (weight * batch).sum()
    log("train_loss", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(SGD(parameters, learningRate: learningRate))
  }
}

/// Batches of a number that may be told.
private struct Stream: BatchSource {
  let numbers: [Float]
  let isCounted: Bool
  var batchesPerEpoch: Int? { isCounted ? numbers.count : nil }

  func makeBatches(epoch: Int) -> BatchStream<Tensor> {
    BatchStream(numbers.lazy.map { Tensor([$0]) })
  }
}

/// Writes down what became of each batch.
private final class Outcomes: Callback {
  private(set) var outcomes: [StepOutcome] = []

  override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) { outcomes.append(outcome) }
}

@Suite struct WindowTests {
  @Test func aLossIsReportedUndividedByTheWindow() throws {
    let (outcomes, probe) = (Outcomes(), Probe())
    let settings = TrainerSettings(maxEpochs: 1, accumulateGradientBatches: 4)
    let result = try quietTrainer(settings, [outcomes, probe]).fit(
      Product(2, learningRate: 0), train: loader([1, 2, 6, 3, 8], batchSize: 1))
    #expect(
      outcomes.outcomes == [
        .accumulated(loss: 2), .accumulated(loss: 4), .accumulated(loss: 12), .taken(loss: 6),
        .taken(loss: 16),
      ])
    #expect(result.loss?.value == 8 && probe.values("train_loss") == [8])
  }

  @Test(arguments: [true, false]) func theLastBatchOfEachEpochIsKnownInAdvance(
    isCounted: Bool
  ) throws {
    let outcomes = Outcomes()
    let model = Product(0, learningRate: 1)
    let settings = TrainerSettings(maxEpochs: 3, accumulateGradientBatches: 2)
    let result = try quietTrainer(settings, [outcomes]).fit(
      model, train: Stream(numbers: [1, 3, 8], isCounted: isCounted))
    // The mean of 1 and 3, then 8 alone, in each pass over the data.
    #expect(result.steps == 6 && model.weight.item() == -30)
    let isTaken = outcomes.outcomes.map { if case .taken = $0 { true } else { false } }
    #expect(isTaken == [false, true, true, false, true, true, false, true, true])
  }
}
