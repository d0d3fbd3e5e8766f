// Fitting a mixture of two beta distributions: proportions with a peak near 0 and another near 1.

import Levin
import LevinCSV

// MARK: - Random data

let n = 10_000

// In double precision first, as NumPy draws and mixes them.
var random = PCG64(seed: 0)
let mixSamples = random.binomial(trials: 1, probability: 0.5, shape: [n, 1], dtype: .float64)
let highSamples = random.beta(10, 1.5, shape: [n, 1], dtype: .float64)
let lowSamples = random.beta(1.5, 10, shape: [n, 1], dtype: .float64)
let mixed = mixSamples * highSamples + (1 - mixSamples) * lowSamples
let samples = mixed.cast(to: .float32)

// MARK: - The model

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

// Training can get stuck at a loss of -0.1; these starting values lead to the right place.
var torch = MersenneTwister(seed: 1)
let model = BetaMixtureModel(learningRate: 1, random: &torch)

// Draws from the model before training.
let drawn = withSeed(1) { model().sample([n]) }
print("Mean of the data: \(samples.mean())")
print("Mean of the untrained model: \(drawn.mean())")

// MARK: - Fitting

let loader = DataLoader(TensorDataset(samples), batchSize: n)
let trainer = Trainer(
  maxEpochs: 100, directory: "logs", name: "beta-mixture", callbacks: [CSVLogger()])
let result = try trainer.fit(model, train: loader)

if let loss = result.loss { print("Final loss: \(loss)") }
print("Final concentrations: \(model.concentrations)")
print("Final weights: \(model.weights)")
