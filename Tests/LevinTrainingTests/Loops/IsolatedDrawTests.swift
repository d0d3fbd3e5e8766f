import Levin
import LevinTraining
import Testing

/// A model that draws in each of its steps.
private final class Drawing: ValidatingModule, TestingModule, PredictingModule {
  @Parameter var weight: Tensor = [1]
  private let count: Int

  init(_ count: Int) { self.count = count }

  private func draw() -> Tensor {
    (0..<count).map { _ in Tensor.uniform([1]) }.reduce(Tensor([Float(0)]), +)
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * draw()).sum() }
  func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", draw()) }
  func testStep(_ batch: Tensor, batchIndex: Int) { log("test", draw()) }
  func predictStep(_ batch: Tensor, batchIndex: Int) -> Tensor { draw() }
  func configureOptimizers() -> OptimizerConfiguration { .init(SGD(parameters, learningRate: 1)) }
}

@Suite struct IsolatedDrawTests {
  private struct Stop: Error {}

  // What is drawn before and after `body`.
  private func draws(_ body: () throws -> Void) rethrows -> [Double] {
    try withSeed(7) {
      let before = Tensor.uniform([2]).scalars
      try body()
      return before + Tensor.uniform([2]).scalars
    }
  }

  private var expected: [Double] { withSeed(7) { Tensor.uniform([4]).scalars } }

  @Test func aSectionWithItsOwnSeedLeavesTheGeneratorAsItFoundIt() {
    let inside = draws { withSeed(3) { _ = withSeed(4) { Tensor.normal([5]).scalars } } }
    #expect(inside == expected)
    let failing = draws {
      try? withSeed(3) {
        _ = Tensor.uniform([9]).scalars
        throw Stop()
      }
    }
    #expect(failing == expected)
  }

  @Test(arguments: [1, 5]) func aFitDrawsFromNothingOutside(_ count: Int) throws {
    let data = loader([1, 2, 3], batchSize: 1)
    let fitted = try draws {
      let settings = TrainerSettings(maxEpochs: 2, sanityValidationBatches: 1)
      try quietTrainer(settings).fit(Drawing(count), train: data, validation: data)
    }
    #expect(fitted == expected)
    let evaluated = try draws {
      let trainer = quietTrainer(1)
      try trainer.validate(Drawing(count), data)
      try trainer.test(Drawing(count), data)
      _ = try trainer.predict(Drawing(count), data)
    }
    #expect(evaluated == expected)
  }

  @Test func aFitThatFailsDrawsFromNothingOutside() {
    let probe = Probe()
    probe.batchEnd = { _, _ in throw Stop() }
    let failed = draws {
      _ = try? quietTrainer(1, [probe]).fit(Drawing(3), train: loader([1]))
    }
    #expect(failed == expected && probe.errors.count == 1)
  }
}
