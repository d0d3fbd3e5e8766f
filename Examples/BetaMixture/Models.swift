import Levin

/// Draws from two beta distributions in turn at random, in double precision, as NumPy draws and mixes them.
func randomProportions(_ n: Int) -> Tensor {
  var random = PCG64(seed: 0)
  let mixSamples = random.binomial(trials: 1, probability: 0.5, shape: [n, 1], dtype: .float64)
  let highSamples = random.beta(10, 1.5, shape: [n, 1], dtype: .float64)
  let lowSamples = random.beta(1.5, 10, shape: [n, 1], dtype: .float64)
  return mixSamples * highSamples + (1 - mixSamples) * lowSamples
}

/// A mixture of two beta distributions.
final class BetaMixtureModel: DistributionModule, HyperparameterProviding {
  // Nothing uses the first two. They stand here as they do in the notebook: they take their turn when
  // starting values are drawn.
  @Parameter var firstParameters: Tensor
  @Parameter var secondParameters: Tensor
  @Parameter var rawConcentrations: Tensor
  @Parameter var mixtureLogits: Tensor
  private let learningRate: Float

  init(learningRate: Float = 1e-3, random: inout MersenneTwister) {
    self.learningRate = learningRate
    firstParameters = random.randn(shape: [2])
    secondParameters = random.randn(shape: [2])
    rawConcentrations = random.randn(shape: [2, 2])
    mixtureLogits = random.randn(shape: [2])
  }

  var hyperparameters: Hyperparameters { ["learning_rate": learningRate] }
  var concentrations: Tensor { rawConcentrations.softplus() }
  var weights: Tensor { mixtureLogits.softmax(axis: 0) }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: weights), Beta(concentrations[.all, 0], concentrations[.all, 1]))
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = -forward().logProb(batch).mean()
    log("train_loss", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: learningRate))
  }
}

/// Fits the model from the starting values of several seeds of PyTorch's, the best first.
func fitBetaMixtures(
  to loader: DataLoader<Tensor>, seeds: Int, trainer: @escaping @Sendable (Int) -> Trainer
) throws -> RestartTable<BetaMixtureModel> {
  try restarts(seeds, sorted: true, train: loader, trainer: trainer) { seed, _ in
    var torch = MersenneTwister(seed: seed)
    return StartingPoint(BetaMixtureModel(learningRate: 1, random: &torch), ["seed": seed])
  }
}
