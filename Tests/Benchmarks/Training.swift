import Levin

/// Fits whose peers are in `peers/`: the same data, starting values and steps.
let trainingBenchmarks: [Benchmark] =
  [10_000, 1_000_000].flatMap { rows in
    [
      Benchmark.fit("zip", rows: rows) {
        let counts = inflatedCounts(rows)
        return { Fit(ZIPModel(), counts) }
      },
      Benchmark.fit("distzip", rows: rows) {
        let counts = inflatedCounts(rows)
        return { Fit(DistZIPModel(), counts) }
      },
      Benchmark.fit("beta", rows: rows) {
        let proportions = bimodalProportions(rows)
        return { Fit(BetaMixtureModel(), proportions) }
      },
    ]
  } + [linearRegression, perceptron]

// MARK: - Distributions

/// Counts that are zero half of the time.
private func inflatedCounts(_ rows: Int) -> Tensor {
  var random = PCG64(seed: 0)
  let counts = random.poisson(5, shape: [rows, 1])
  let samples = random.binomial(trials: 1, probability: 0.5, shape: [rows, 1]) * counts
  evaluateOrStop(samples)
  return samples
}

/// Proportions with two peaks.
private func bimodalProportions(_ rows: Int) -> Tensor {
  var random = PCG64(seed: 0)
  let isHigh = random.binomial(trials: 1, probability: 0.5, shape: [rows, 1], dtype: .float64)
  let high = random.beta(10, 1.5, shape: [rows, 1], dtype: .float64)
  let low = random.beta(1.5, 10, shape: [rows, 1], dtype: .float64)
  let samples = (isHigh * high + (1 - isHigh) * low).cast(to: .float32)
  evaluateOrStop(samples)
  return samples
}

/// A model whose forward pass is a distribution of the data.
private protocol DistributionFit: Module {
  func forward() -> any Distribution
}

extension Fit {
  /// Maximum likelihood.
  fileprivate convenience init(_ model: any DistributionFit, _ samples: Tensor) {
    self.init(model.parameters) { -model.forward().logProb(samples).mean() }
  }
}

private class ZIPModel: DistributionFit {
  @Parameter var mixtureLogit: Tensor = [0.5]
  @Parameter var rawRate: Tensor = [4.5]

  var mixture: Tensor { mixtureLogit.sigmoid() }
  var rate: Tensor { rawRate.softplus() }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: concatenate([mixture, 1 - mixture])),
      Poisson(rate: concatenate([[0], rate])))
  }
}

private final class DistZIPModel: ZIPModel {
  override func forward() -> any Distribution { ZeroInflatedPoisson(gate: mixture, rate: rate) }
}

private final class BetaMixtureModel: DistributionFit {
  @Parameter var rawConcentrations: Tensor = [[-0.45, -0.166], [-1.52, 0.38]]
  @Parameter var mixtureLogits: Tensor = [-1.03, -0.56]

  var concentrations: Tensor { rawConcentrations.softplus() }
  var weights: Tensor { mixtureLogits.softmax(axis: 0) }

  func forward() -> any Distribution {
    MixtureSameFamily(
      Categorical(probs: weights), Beta(concentrations[.all, 0], concentrations[.all, 1]))
  }
}
