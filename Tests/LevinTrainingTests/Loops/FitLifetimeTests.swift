import Levin
import LevinTraining
import Testing

@Suite struct FitLifetimeTests {
  @Test func aTrainerLetsGoOfModelAndDataWhenAFitIsOver() throws {
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 2))
    weak var model: Scheduled?
    weak var marker: Marker?
    try {
      let fitted = Scheduled()
      let source = Marked(marker: Marker())
      (model, marker) = (fitted, source.marker)
      try trainer.fit(fitted, train: source)
      try trainer.validate(fitted, source)
    }()
    #expect(model == nil && marker == nil)
    #expect(trainer.keptState != nil && trainer.globalStep == 4 && !trainer.isFitting)
  }

  @Test func afterAnErrorTheyAreLetGoToo() {
    struct Stop: Error {}
    let failing = Probe()
    failing.batchEnd = { _, _ in throw Stop() }
    let trainer = quietTrainer(TrainerSettings(maxEpochs: 2), [failing])
    weak var model: Scheduled?
    do {
      let fitted = Scheduled()
      model = fitted
      #expect(throws: Stop.self) { try trainer.fit(fitted, train: Marked(marker: Marker())) }
    }
    #expect(model == nil && !trainer.isFitting)
  }

  private final class Marker {}

  private struct Marked: BatchSource {
    let marker: Marker

    var batchesPerEpoch: Int? { 2 }

    func makeBatches(epoch: Int) -> BatchStream<Tensor> {
      BatchStream([Tensor([1] as [Float]), Tensor([2] as [Float])])
    }
  }
}

/// A model with a schedule of its rate, which refers back to the fit.
private final class Scheduled: ValidatingModule {
  @Parameter var weight: Tensor = [1]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * batch).square().mean() }

  func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", batch.sum()) }

  func configureOptimizers() -> OptimizerConfiguration {
    let optimizer = SGD(parameters, learningRate: 0.01)
    return OptimizerConfiguration(optimizer, ExponentialLR(optimizer, gamma: 0.5))
  }
}
