import Levin

/// Counts that are zero with a probability of `1 - mix`, and otherwise Poisson counts of a rate.
func randomCounts(_ n: Int, mix: Double, lambda: Double) -> Tensor {
  var random = PCG64(seed: 0)
  let poissonSamples = random.poisson(lambda, shape: [n, 1])
  let mixSamples = random.binomial(trials: 1, probability: mix, shape: [n, 1])
  return mixSamples * poissonSamples
}

/// A mixture of two Poisson distributions, one of which has a rate of zero.
class ZIPModel: DistributionModule, HyperparameterProviding {
  @Parameter var mixtureLogit: Tensor
  @Parameter var rawRate: Tensor
  let hyperparameters: Hyperparameters
  private let learningRate: Float

  init(learningRate: Float = 1e-3, initialMixture: Float = 0.5, initialRate: Float = 1) {
    self.learningRate = learningRate
    hyperparameters = [
      "learning_rate": learningRate, "mixture_init": initialMixture, "lambda_init": initialRate,
    ]
    mixtureLogit = [initialMixture]
    rawRate = [initialRate]
  }

  var mixture: Tensor { mixtureLogit.sigmoid() }
  var rate: Tensor { rawRate.softplus() }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: concatenate([mixture, 1 - mixture])),
      Poisson(rate: concatenate([[0], rate])))
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = -forward().logProb(batch).mean()
    log("train_loss", loss)
    log("lambda", rate)
    log("mixture", mixture)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: learningRate))
  }
}

/// Counts that a gate turns into zeros, written down from their probabilities.
struct GatedPoisson: Distribution {
  let gate: Tensor
  let rate: Tensor

  var batchShape: [Int] { rate.shape }
  var eventShape: [Int] { [] }
  var support: Constraint { .nonNegativeInteger }
  var mean: Tensor { (1 - gate) * rate }
  var variance: Tensor { mean * (1 + gate * rate) }

  func logProb(_ value: Tensor) -> Tensor {
    let logZero = log(gate + (1 - gate) * exp(-rate))
    let logCount = log(1 - gate) + xlogy(value, rate) - rate - logGamma(value + 1)
    return `where`(value .== 0, logZero, logCount)
  }

  func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let isOpen = Categorical(probs: stack([gate, 1 - gate], axis: -1))
    return isOpen.sample(shape, using: &generator)
      * Poisson(rate: rate).sample(shape, using: &generator)
  }
}

/// The same model with the distribution above.
final class DistZIPModel: ZIPModel {
  override func forward() -> any Distribution { GatedPoisson(gate: mixture, rate: rate) }
}

/// The starting points that the notebook drew at random: a mixture and a rate, before sigmoid and softplus.
let zipStarts: [(Float, Float)] = [
  (0.206126, 1.271737), (0.957375, 5.609975), (0.113368, 9.019589), (0.024360, 2.504726),
  (0.422956, 6.300903), (0.317083, 1.335294), (0.569097, 3.339710), (0.146055, 8.153884),
  (0.538195, 3.024650), (0.075363, 9.901132),
]

/// Those of the second model.
let distZIPStarts: [(Float, Float)] = [
  (0.903635, 2.128501), (0.465512, 8.292895), (0.527130, 5.674198), (0.960527, 7.272479),
  (0.543747, 7.638310), (0.378267, 0.567890), (0.241634, 1.943764), (0.597536, 0.653239),
  (0.807217, 6.436518), (0.871826, 8.402232),
]
