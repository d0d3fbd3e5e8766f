import Levin

/// The costs of everything beside the arithmetic.
let overheadBenchmarks: [Benchmark] = [
  Benchmark(name: "node", rows: 1, microseconds: nodeTime),
  Benchmark(name: "plan-hit", rows: 200, microseconds: planHitTime),
  Benchmark(name: "trainer-step", rows: 1) { trainerTime(stepsPerEpoch: 1000) },
  Benchmark(name: "trainer-epoch", rows: 1) { trainerTime(stepsPerEpoch: 1) },
]

// Not a literal, which takes the dtype of its neighbour and so becomes another node at every use.
private func numbers(_ values: Float...) -> Tensor { Tensor(values) }

/// Making one node and releasing it, in graphs of 200.
@Sendable private func nodeTime() -> Double {
  let (start, increment) = (numbers(1, 2, 3, 4), numbers(5, 6, 7, 8))
  func makeGraph() {
    var value = start
    for _ in 0..<200 { value = value + increment }
  }
  let time = Stopwatch.microseconds { repetitions in
    Stopwatch.seconds { for _ in 0..<repetitions { makeGraph() } }
  }
  return time / 200
}

/// Evaluating a graph of 200 nodes over four numbers, whose plan exists.
///
/// Making the nodes and releasing them does not count.
@Sendable private func planHitTime() -> Double {
  let start = numbers(0.1, 0.2, 0.3, 0.4).requiringGradient()
  let (slope, offset) = (numbers(0.5, 0.4, 0.3, 0.2), numbers(1, 2, 3, 4))
  // 25 times 8 nodes.
  func makeGraph() -> Tensor {
    var value = start
    for _ in 0..<25 {
      let gate = (value * slope + offset).sigmoid()
      let distance = gate - value
      value = (distance * distance + gate).maximum(value) * slope
    }
    return value
  }
  return Stopwatch.microseconds { repetitions in
    (0..<repetitions).reduce(0) { time, _ in
      let graph = makeGraph()
      return time + Stopwatch.seconds { evaluateOrStop(graph) }
    }
  }
}

/// A step of the `Trainer` with one parameter and one observation, in epochs of so many steps.
private func trainerTime(stepsPerEpoch: Int) -> Double {
  let dataset = TensorDataset(Tensor.linspace(-1, 1, count: stepsPerEpoch))
  let loader = DataLoader(dataset, batchSize: 1)
  return Stopwatch.microseconds { repetitions in
    // A fit has costs of its own before and after: enough steps make them small.
    let epochs = (max(repetitions, 1000) + stepsPerEpoch - 1) / stepsPerEpoch
    let trainer = Trainer(maxEpochs: epochs, checkpoints: false, progressBar: false, summary: false)
    let model = LocationModel()
    let time = Stopwatch.seconds {
      do { try trainer.fit(model, train: loader) } catch { fatalError("\(error)") }
    }
    return time * Double(repetitions) / Double(epochs * stepsPerEpoch)
  }
}

private final class LocationModel: LightningModule {
  @Parameter var location: Tensor = [0.5]

  func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor {
    (batch - location).square().mean()
  }

  func configureOptimizers() -> OptimizerConfiguration {
    .init(Adam(parameters, learningRate: Fit.learningRate))
  }
}
