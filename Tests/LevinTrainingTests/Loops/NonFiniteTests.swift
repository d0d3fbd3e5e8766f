import Levin
import LevinTraining
import Testing

@Suite struct NonFiniteTests {
  private func failure(_ fit: () throws -> Void) throws -> NonFiniteStep {
    let error = #expect(throws: TrainerError.self) { try fit() }
    guard case .nonFinite(let step)? = error else { throw try #require(error) }
    return step
  }

  @Test func aBadGradientStopsTheFitAndIsNamed() throws {
    let probe = Probe()
    let model = Scripted { model, batch, index in
      let loss = (batch * model.weight).square().mean() + model.other.square().sum()
      log("loss", loss, onStep: true)
      // The derivative of the square root at 0 is infinite, the loss itself is not.
      return index == 2 ? loss + (model.weight - model.weight.detached()).sqrt().sum() : loss
    }
    let before = Probe()
    var weights: [[Double]] = []
    before.batchEnd = { _, _ in weights.append(model.weight.scalars + model.other.scalars) }
    let step = try failure {
      try quietTrainer(3, [probe, before]).fit(model, train: loader([1, 2, 3, 4], batchSize: 1))
    }
    #expect(step.epoch == 0 && step.step == 2)
    #expect(step.culprit == .gradient("weight"))
    #expect(step.loss.isFinite)
    #expect(step.result.steps == 2 && step.result.stopReason == .nonFinite)
    #expect(model.weight.scalars + model.other.scalars == weights.last)
    #expect(probe.records.count == 2 && probe.tornDown == 1)
  }

  @Test func aBadLossStopsTheFit() throws {
    let model = Location(2)
    let step = try failure {
      try quietTrainer(3).fit(model, train: loader([1, 2, .nan, 4], batchSize: 1))
    }
    #expect(step.step == 2 && step.loss.isNaN && step.culprit == .gradient("location"))
    #expect(model.location.item().isFinite)
  }

  @Test func aLossMayBeBadAlone() throws {
    let model = Scripted { model, batch, _ in
      (batch * model.weight).mean() + Tensor(Float.infinity)
    }
    let step = try failure { try quietTrainer(1).fit(model, train: loader([1])) }
    #expect(step.culprit == nil && step.loss == .infinity)
    #expect(step.description.contains("every gradient is finite"))
  }

  @Test func aParameterThatWasBadBeforeIsNamed() throws {
    let model = Location(.nan)
    let step = try failure { try quietTrainer(1).fit(model, train: loader([1])) }
    #expect(step.culprit == .parameter("location") && step.step == 0)
  }

  @Test func anUpdateThatOverflowsIsNamed() throws {
    let model = Location(1e30, learningRate: 1e30)
    let step = try failure { try quietTrainer(1).fit(model, train: loader([0])) }
    #expect(step.loss.isInfinite || step.culprit == .update("location"))
    #expect(model.location.item(as: Float.self) == 1e30)
  }

  @Test func largeParametersAreLookedAtToo() throws {
    final class Wide: LightningModule {
      @Parameter var weights: Tensor = Tensor.ones([3000])
      func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
        // Only the last element gets an infinite gradient.
        (weights * batch).sum() + (weights[2999] - 1).sqrt().sum()
      }
      func configureOptimizers() -> OptimizerConfiguration {
        .init(Adam(parameters, learningRate: 0.1))
      }
    }
    let model = Wide()
    let step = try failure {
      try quietTrainer(1).fit(model, train: loader([Float](repeating: 1, count: 3000)))
    }
    #expect(step.culprit == .gradient("weights"))
    #expect(model.weights.scalars.allSatisfy { $0 == 1 })
  }

  @Test func theErrorSaysWhereAndWhat() throws {
    let error = #expect(throws: TrainerError.self) {
      try quietTrainer(1).fit(Location(.nan), train: loader([1]))
    }
    #expect(
      error?.description
        == "step 0 of epoch 0 is not finite: the loss is nan, and parameter 'location' was not "
        + "finite before the step; the parameters are as before the step. "
        + "Try a smaller learning rate or other starting values, and check the data")
  }
}
