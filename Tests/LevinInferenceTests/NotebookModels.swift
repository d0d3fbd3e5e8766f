import Levin

// The models and the data of the two notebooks.

/// Counts that are zero half of the time, in an order that NumPy's generator gives.
let inflatedCounts: Tensor = {
  var random = PCG64(seed: 0)
  let counts = random.poisson(5, shape: [10_000, 1])
  return random.binomial(trials: 1, probability: 0.5, shape: [10_000, 1]) * counts
}()

/// Proportions with two peaks, in double precision.
let bimodalProportions: Tensor = {
  var random = PCG64(seed: 0)
  func beta(_ a: Double, _ b: Double) -> Tensor {
    random.beta(a, b, shape: [10_000, 1], dtype: .float64)
  }
  let isHigh = random.binomial(trials: 1, probability: 0.5, shape: [10_000, 1], dtype: .float64)
  let high = beta(10, 1.5)
  return isHigh * high + (1 - isHigh) * beta(1.5, 10)
}()

class ZIPModel: DistributionModule {
  @Parameter var mixtureLogit: Tensor
  @Parameter var rawRate: Tensor

  init(_ initialMixture: Double = 0.5, _ initialRate: Double = 4.5) {
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
    log("err", loss)
    log("mixture", mixture)
    log("lambda", rate)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 1.0))
  }
}

final class DistZIPModel: ZIPModel {
  override func forward() -> any Distribution { ZeroInflatedPoisson(gate: mixture, rate: rate) }
}

final class BetaMixtureModel: DistributionModule {
  @Parameter var unusedFirst: Tensor
  @Parameter var unusedSecond: Tensor
  @Parameter var rawConcentrations: Tensor
  @Parameter var mixtureLogits: Tensor

  init(seed: Int) {
    var random = MersenneTwister(seed: seed)
    unusedFirst = random.randn(shape: [2])
    unusedSecond = random.randn(shape: [2])
    rawConcentrations = random.randn(shape: [2, 2])
    mixtureLogits = random.randn(shape: [2])
  }

  var concentrations: Tensor { rawConcentrations.softplus() }
  var weights: Tensor { mixtureLogits.softmax(axis: 0) }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: weights), Beta(concentrations[.all, 0], concentrations[.all, 1]))
  }

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    let loss = -forward().logProb(batch).mean()
    log("err", loss)
    return loss
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: 1.0))
  }
}

/// A trainer of 100 epochs that says nothing.
func quietTrainer(_ callbacks: [Callback] = [], maxEpochs: Int = 100) -> Trainer {
  Trainer(maxEpochs: maxEpochs, callbacks: callbacks, progressBar: false, summary: false)
}

/// All observations as one batch.
func fullBatch(_ data: Tensor) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(data), batchSize: max(data.count, 1))
}

/// Keeps what was logged, epoch by epoch.
final class History: Callback {
  private(set) var epochs: [[String: Double]] = []

  override func onMetrics(
    _ trainer: Trainer, _ module: any LightningModule, record: MetricsRecord
  ) {
    epochs.append(Dictionary(record.metrics.map { ($0.name, $0.value.value) }) { $1 })
  }
}
