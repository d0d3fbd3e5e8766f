import Levin
import LevinTraining
import Testing

@Suite struct BatchWeightTests {
  private typealias Nested = ((Tensor, Tensor), (targets: Tensor, weights: [Tensor]))

  /// Logs the mean of the last tensor of a nested batch.
  private final class Deep: LightningModule {
    @Parameter var slope: Tensor = [0]

    func trainingStep(_ batch: Nested, batchIndex: Int) -> Tensor {
      log("mean", batch.1.weights[0].mean())
      log("batches", 1.0, onStep: true)
      return (batch.1.targets - (batch.0.0 + batch.0.1) * slope).square().mean()
    }

    func configureOptimizers() -> OptimizerConfiguration {
      .init(SGD(parameters, learningRate: 0))
    }
  }

  // Means of 1 and 2, and of 6: weighted by 2 and 1.
  @Test func aNestedBatchWeighsAsManyObservationsAsItHas() throws {
    let numbers: Tensor = [1, 2, 6]
    let data = TensorDataset<Nested>(tensors: [numbers, numbers, numbers * 2]) {
      (($0[0], $0[1]), (targets: $0[2], weights: [$0[0]]))
    }
    let probe = Probe()
    let result = try quietTrainer(1, [probe]).fit(Deep(), train: DataLoader(data, batchSize: 2))
    #expect(probe.values("mean") == [3] && probe.values("batches").count == 2)
    // The mean of 4, 16 and 144.
    #expect(abs(try #require(result.loss).value - 164.0 / 3) < 1e-5)
  }

  @Test func aSourceTellsTheWeightOfBatchesOfAnyType() throws {
    struct Source: BatchSource {
      func makeBatches(epoch: Int) -> BatchStream<Nested> {
        let batches: [Tensor] = [[1, 2], [6]]
        let nested = batches.map { (($0, $0), (targets: $0, weights: [$0])) }
        return BatchStream(nested) { $0.1.targets.count * 3 }
      }
    }
    let (probe, callback) = (Probe(), LambdaCallback())
    callback.onTrainBatchStart = { _, _, batch, _ in
      log("hook", Double((batch as! Nested).0.0.count))
    }
    try quietTrainer(1, [callback, probe]).fit(Deep(), train: Source())
    #expect(probe.values("mean") == [3])
    // (2 * 6 + 1 * 3) / 9
    #expect(abs(probe.values("hook")[0] - 15.0 / 9) < 1e-12)
  }

  @Test func validationsAreWeightedSoToo() throws {
    final class Trying: ValidatingModule {
      @Parameter var slope: Tensor = [0]
      func trainingStep(_ batch: Nested, batchIndex: Int) -> Tensor { slope.sum() }
      func validationStep(_ batch: Nested, batchIndex: Int) {
        log("val", batch.1.weights[0].mean())
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 0))
      }
    }
    let numbers: Tensor = [1, 2, 6]
    let data = TensorDataset<Nested>(tensors: [numbers]) {
      (($0[0], $0[0]), (targets: $0[0], weights: [$0[0]]))
    }
    let source = DataLoader(data, batchSize: 2)
    #expect(try quietTrainer(1).validate(Trying(), source)["val"] == 3)
  }
}
