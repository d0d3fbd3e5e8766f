import Levin
import LevinInference
import Testing

/// A model of proportions.
private final class BetaModel: DistributionModule, ValidatingModule {
  @Parameter var raw: Tensor = [1, 1]

  func forward() -> any Distribution { Beta(raw[0].softplus(), raw[1].softplus()) }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { -forward().logProb(batch).mean() }

  func validationStep(_ batch: Tensor, batchIndex: Int) {
    log("val_loss", -forward().logProb(batch).mean())
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.1))
  }
}

/// A model of counts.
private class CountModel: DistributionModule {
  @Parameter var rawRate: Tensor = [4.5]

  func forward() -> any Distribution { Poisson(rate: rawRate.softplus()) }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { -forward().logProb(batch).mean() }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.1))
  }
}

/// Another distribution of the same parameters.
private final class InflatedModel: CountModel {
  override func forward() -> any Distribution {
    ZeroInflatedPoisson(gate: [0.5], rate: rawRate.softplus())
  }
}

/// A model of counts whose mean depends on an input.
private final class CountRegression: ConditionalDistributionModule {
  @Parameter var weights: Tensor = [0, 0]

  func forward(_ input: Tensor) -> any Distribution {
    Poisson(rate: exp(weights[0] + weights[1] * input))
  }

  func trainingStep(_ batch: (Tensor, Tensor), batchIndex: Int) -> Tensor {
    -forward(batch.0).logProb(batch.1).mean()
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 0.05))
  }
}

@Suite struct DistributionModuleTests {
  private func failure(_ body: () throws -> Void) -> OutsideSupport? {
    do {
      try body()
      return nil
    } catch DistributionModuleError.outsideSupport(let observation) {
      return observation
    } catch {
      Issue.record("another error: \(error)")
      return nil
    }
  }

  @Test(arguments: [-1, 2.5, .nan, .infinity])
  func aNumberThatIsNoCountIsNamedBeforeTheFirstStep(_ bad: Float) throws {
    let data = Tensor([3, 0, 1, bad, 2, -7] as [Float], shape: [6, 1])
    let model = CountModel()
    let found = failure { try quietTrainer().fit(model, train: fullBatch(data)) }
    let observation = try #require(found)
    #expect(observation.index == [3, 0])
    #expect(observation.value == Double(bad) || (observation.value.isNaN && bad.isNaN))
    #expect(observation.role == .training)
    #expect(model.rawRate.item() == 4.5)
  }

  @Test(arguments: [0, 1, -0.25, 1.5, .nan])
  func aNumberThatIsNoProportionIsNamed(_ bad: Float) throws {
    let data = Tensor([0.5, bad] as [Float])
    let found = failure { try quietTrainer().fit(BetaModel(), train: fullBatch(data)) }
    #expect(try #require(found).index == [1])
  }

  @Test func validationDataAreCheckedToo() throws {
    let found = failure {
      try quietTrainer().fit(
        BetaModel(), train: fullBatch([0.5, 0.25]), validation: fullBatch([0.5, 0.75, 1]))
    }
    let observation = try #require(found)
    #expect(observation.role == .validation)
    #expect(observation.index == [2])
  }

  @Test func theErrorSaysWhatIsWrongAndWhere() throws {
    let data = Tensor([0.5, 0.1, 1.1] as [Float], shape: [3, 1])
    let found = failure { try quietTrainer().fit(BetaModel(), train: fullBatch(data)) }
    let error = DistributionModuleError.outsideSupport(try #require(found))
    let sentence = """
      BetaModel: the training data at [2, 0] is 1.1, which is not a number between 0 and 1, both \
      excluded, as Beta needs; correct the data or choose a distribution that can produce it
      """
    #expect("\(error)" == sentence)
  }

  @Test func targetsOfARegressionAreChecked() throws {
    let dataset = TensorDataset([0, 1, 2], [1, 2, -3])
    let loader = DataLoader(dataset, batchSize: 3)
    let found = failure { try quietTrainer().fit(CountRegression(), train: loader) }
    let observation = try #require(found)
    #expect(observation.index == [2])
    #expect(observation.value == -3)
    #expect(observation.distribution == "Poisson")
  }

  @Test func aRegressionFindsTheSlope() throws {
    var random = PCG64(seed: 2)
    let input = random.uniform(in: -1..<1, shape: [4000])
    let model = CountRegression()
    let rate = exp(0.5 + 1.2 * input)
    let target = Poisson(rate: rate).sample([], using: &random)
    let loader = DataLoader(TensorDataset(input, target), batchSize: 4000)
    try quietTrainer(maxEpochs: 300).fit(model, train: loader)
    let fitted = model.weights.scalars
    #expect(abs(fitted[0] - 0.5) < 0.05 && abs(fitted[1] - 1.2) < 0.05)
    #expect(model([0.0]).mean.shape == [1])
  }

  @Test func aModelIsCalledLikeAFunction() {
    let model = CountModel()
    let drawn = withSeed(0) { model().sample([1000]) }
    #expect(drawn.shape == [1000, 1])
    #expect(model() is Poisson)
    #expect(InflatedModel()() is ZeroInflatedPoisson)
  }
}
