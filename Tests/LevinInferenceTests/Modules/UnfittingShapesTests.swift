import Levin
import LevinInference
import Testing

/// A regression whose distribution is given by a closure.
private final class Regression: ConditionalDistributionModule, ValidatingModule {
  @Parameter var weights: Tensor = [0.5, 0.1]
  let make: @Sendable (Tensor, Tensor) -> any Distribution

  init(_ make: @escaping @Sendable (Tensor, Tensor) -> any Distribution) { self.make = make }

  func forward(_ input: Tensor) -> any Distribution { make(input, weights) }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    -forward(batch.0).logProb(batch.1).mean()
  }

  func validationStep(_ batch: (Tensor, Tensor), batchIndex: Int) {
    log("val_loss", trainingStep(batch, batchIndex: batchIndex))
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.1))
  }
}

/// A model of numbers whose distribution is given by a closure.
private final class Location: DistributionModule {
  @Parameter var loc: Tensor = [0]
  let make: @Sendable (Tensor) -> any Distribution

  init(_ make: @escaping @Sendable (Tensor) -> any Distribution) { self.make = make }

  func forward() -> any Distribution { make(loc) }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { -forward().logProb(batch).mean() }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.1))
  }
}

@Suite struct UnfittingShapesTests {
  private func shapes(_ body: () throws -> Void) -> UnfittingShapes? {
    do {
      try body()
      return nil
    } catch DistributionModuleError.unfittingShapes(let shapes) {
      return shapes
    } catch {
      Issue.record("another error: \(error)")
      return nil
    }
  }

  private func fit(
    _ target: [Int], _ make: @escaping @Sendable (Tensor, Tensor) -> any Distribution
  ) -> UnfittingShapes? {
    let input = Tensor.ones([6, 3])
    let model = Regression(make)
    let found = shapes {
      try quietTrainer().fit(
        model, train: DataLoader(TensorDataset(input, Tensor.ones(target)), batchSize: 6))
    }
    if found != nil { #expect(model.weights.scalars == [0.5, Double(Float(0.1))]) }
    return found
  }

  @Test func aColumnOfTargetsForARowOfDistributionsIsRefused() throws {
    let found = try #require(
      fit([6, 1]) { Normal($0.sum(axis: -1) * $1[0], $1[1].exp()) })
    #expect(found.shape == [6, 1] && found.batchShape == [6] && found.eventShape == [])
    #expect(found.broadcast == [6, 6] && found.role == .training)
    let sentence = """
      Regression: the training data have shape [6, 1] and Normal has batch shape [6]: together they would be \
      broadcast to [6, 6]; reshape the data or what the distribution is made of, so that each observation has its own
      """
    #expect("\(DistributionModuleError.unfittingShapes(found))" == sentence)
  }

  @Test func aRowOfTargetsForAColumnOfDistributionsIsRefused() {
    #expect(fit([6]) { Normal($0[.all, 0..<1] * $1[0], $1[1].exp()) }?.broadcast == [6, 6])
  }

  @Test func aColumnOfLabelsIsRefused() {
    #expect(
      fit([6, 1]) { Categorical(logits: $0 * $1[0]) }?.batchShape == [6])
    #expect(fit([6]) { Categorical(logits: $0 * $1[0]) } == nil)
    #expect(fit([6, 1]) { Bernoulli(logits: ($0 * $1[0]).sum(axis: -1)) }?.broadcast == [6, 6])
  }

  @Test func shapesThatDoNotBroadcastAreRefused() {
    let found = fit([6, 2]) { Normal($0 * $1[0], 1) }
    #expect(found?.broadcast == .some(nil) && found?.batchShape == [6, 3])
  }

  @Test func eventsAreSeenToo() {
    for target in [[6, 1], [6], [6, 2]] {
      let found = fit(target) { Normal($0 * $1[0], 1).toEvent(1) }
      #expect(found?.eventShape == [3] && found?.broadcast == .some(nil), "\(target)")
    }
    let square = fit([6]) {
      Normal($0.sum(axis: -1, keepingDimensions: true) * Tensor.ones([6]) * $1[0], 1).toEvent(1)
    }
    #expect(square?.batchShape == [6] && square?.eventShape == [6])
    #expect(fit([6]) { Normal($0.sum(axis: -1) * $1[0], 1).toEvent(1) } == nil)
    let found = fit([6, 1, 3]) { Normal($0 * $1[0], 1).toEvent(1) }
    #expect(found?.eventShape == [3] && found?.broadcast == [6, 6, 3])
    #expect(fit([6, 3]) { Normal($0 * $1[0], 1).toEvent(1) } == nil)
  }

  @Test func oneSideMayGrow() {
    #expect(fit([6]) { Normal($1[0], $0[0, 0]) } == nil)
    #expect(fit([6, 1]) { Normal(($0 * $1[0]).sum(axis: -1, keepingDimensions: true), 1) } == nil)
    #expect(fit([6, 1]) { _, weights in Normal(weights[0..<1], 1) } == nil)
    #expect(fit([6, 1]) { Normal($0 * $1[0], 1) } == nil)
  }

  @Test func validationDataAreLookedAtToo() {
    let model = Regression { Normal($0.sum(axis: -1) * $1[0], $1[1].exp()) }
    let input = Tensor.ones([6, 3])
    let found = shapes {
      try quietTrainer().fit(
        model, train: DataLoader(TensorDataset(input, Tensor.ones([6])), batchSize: 6),
        validation: DataLoader(TensorDataset(input, Tensor.ones([6, 1])), batchSize: 6))
    }
    #expect(found?.role == .validation)
    #expect(model.weights[0].item() == 0.5)
  }

  @Test func modelsWithoutInputsAreLookedAtToo() {
    func fit(_ data: [Int], _ make: @escaping @Sendable (Tensor) -> any Distribution)
      -> UnfittingShapes?
    {
      shapes { try quietTrainer().fit(Location(make), train: fullBatch(Tensor.ones(data))) }
    }
    #expect(fit([6, 1]) { Normal($0 + Tensor([1, 2, 3]), 1) }?.broadcast == [6, 3])
    #expect(fit([6, 2]) { Normal($0 + Tensor([1, 2, 3]), 1) }?.broadcast == .some(nil))
    #expect(fit([6, 1]) { Normal($0, 1) } == nil)
    #expect(fit([6]) { Normal($0, 1) } == nil)
    #expect(fit([6, 3]) { Normal($0 + Tensor([1, 2, 3]), 1) } == nil)
  }

  @Test func aMixtureOfDifferentSupportsTrains() {
    let found = shapes {
      let model = Location { loc in
        MixtureSameFamily(
          Categorical(probs: [0.5, 0.5]),
          TransformedDistribution(
            LogNormal(loc + Tensor([0, 0]), 0.5), [AffineTransform([0, 3], 1)]))
      }
      try quietTrainer().fit(model, train: fullBatch(Tensor.full([200], 1)))
    }
    #expect(found == nil)
  }
}
