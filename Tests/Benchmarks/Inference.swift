import Levin

/// Stochastic variational inference with a discrete choice summed out: a mixture of two normals whose
/// components share a scale, by point estimates.
let inferenceBenchmarks: [Benchmark] = [100, 100_000].map { rows in
  Benchmark(
    name: "svi", rows: rows,
    microseconds: {
      let data = mixtureData(rows)
      return Stopwatch.microseconds { repetitions in
        let svi = mixtureInference()
        for _ in 0..<3 { take(svi, data) }
        return Stopwatch.seconds { for _ in 0..<repetitions { take(svi, data) } }
      }
    },
    losses: {
      let (svi, data) = (mixtureInference(), mixtureData(rows))
      let losses = (0..<10).map { _ in take(svi, data) }
      return [(1, losses[0]), (10, losses[9])]
    })
}

@discardableResult
private func take(_ svi: SVI<Tensor>, _ data: Tensor) -> Double {
  do { return try svi.step(data) } catch { fatalError("\(error)") }
}

/// Numbers of two normals, one of which is rare.
private func mixtureData(_ rows: Int) -> Tensor {
  var random = PCG64(seed: 0)
  let isRare = random.uniform(shape: [rows], dtype: .float64) .>= 0.9175750017166138
  let noise = random.standardNormal(shape: [rows], dtype: .float64)
  let locs = `where`(isRare, Tensor([8.24577808380127]), Tensor([6.540727615356445]))
  let data = (locs + noise * 0.31486010551452637).cast(to: .float32)
  evaluateOrStop(data)
  return data
}

// The prior of the weights has a maximum inside: with that of the notebook a long fit does not stay finite.
private func mixture(_ data: Tensor) {
  let weights = sample("weights", Dirichlet(.full([2], 2)))
  let scale = sample("scale", LogNormal(0, 0.5))
  let locs = plate("components", 2) { sample("locs", Normal(0, 4)) }
  plate("data", data.count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    sample("obs", Normal(locs[assignment], scale), observed: data)
  }
}

private func mixtureInference() -> SVI<Tensor> {
  let start: [String: Tensor] = [
    "weights": [0.9, 0.1], "scale": Tensor(0.35 as Float), "locs": [6.4, 8],
  ]
  let guide = AutoDelta(
    mixture, expose: ["weights", "scale", "locs"], start: .values(start))
  return SVI(mixture, guide, loss: TraceEnumELBO(maxPlateNesting: 1)) {
    Adam($0, learningRate: 0.1, betas: (0.8, 0.99))
  }
}
