// Mixtures of normal distributions: models of which group each observation is from, where the group is
// summed out and the rest is fitted.

import Levin

// MARK: - A model in one dimension

/// Numbers from two groups with places of their own and one scale.
///
/// With data it says how likely they are; without, it draws `count` of them. `enumerate` has inference sum
/// over the two values of each assignment.
func mixture(_ data: Tensor?, count: Int) {
  let weights = sample("weights", Dirichlet(.full([2], 0.5)))
  let scale = sample("scale", LogNormal(0, 0.5))
  let locs = plate("components", 2) { sample("locs", Normal(0, 4)) }
  plate("data", count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    sample("obs", Normal(locs[assignment], scale), observed: data)
  }
}

// MARK: - Simulated data

/// The names of what is to be found.
let sites: Set = ["weights", "scale", "locs"]

heading("100 numbers from the model")
let simulation = withSeed(2022) { Trace { mixture(nil, count: 100) } }
printValues(simulated: simulation.latentValues)
print()
printHistogram(simulation["obs"].value)

// MARK: - Inference

typealias Model = (_ data: Tensor?, _ count: Int) -> Void

/// A fit of point estimates, before its first step.
func inference(
  _ model: @escaping Model, plates: Int, start: StartStrategy = .median()
) -> (svi: SVI<Tensor>, guide: AutoDelta<Tensor>) {
  let conditioned = { (data: Tensor) in model(data, data.count) }
  let guide = AutoDelta(conditioned, expose: sites, start: start)
  let svi = SVI(conditioned, guide, loss: TraceEnumELBO(maxPlateNesting: plates)) {
    Adam($0, learningRate: 0.1, betas: (0.8, 0.99))
  }
  return (svi, guide)
}

/// Takes steps, and prints the loss before the first and after every hundred.
func fit(_ svi: SVI<Tensor>, _ data: Tensor, steps: Int) throws {
  for step in 0..<steps {
    let loss = try svi.step(data)
    if step.isMultiple(of: 100) { print("step", column("\(step)", width: 4), column(loss)) }
  }
  print("step", column("\(steps)", width: 4), column(try svi.evaluate(data)))
}

// Data of the same model that Pyro drew.
let recorded = try Recording("gmm1d")

heading("gmm1d: a fit from the default start")
let (svi, guide) = inference(mixture, plates: 1)
try withSeed(1) { try fit(svi, recorded.data, steps: 500) }
for warning in svi.warnings { print("warning:", warning) }

// The density of Dirichlet(0.5) has no bound where a weight comes to 0. A start from which one group takes
// all the numbers leads there, and the loss falls for ever; only near the truth is there an optimum to stop
// at. The last table has a fit from there.
heading("gmm1d: the parameters")
printValues(simulated: recorded.truth, fitted: guide.median())

// MARK: - A better start

/// Equal weights, a scale that fits the spread of the data, and places of random observations.
func dataDriven(_ data: Tensor) -> StartStrategy {
  StartStrategy { site in
    let shape = site.value.shape
    switch site.name {
    case "weights": return .full(shape, 1 / Double(site.value.count))
    case "scale": return (data.variance(axis: 0).mean() / 2).sqrt().expanded(to: shape)
    default:
      let count = data.rank == 1 ? 2 : 3
      let rows = data[Tensor.permutation(data.count)[0..<count]]
      return rows.shape == shape ? rows : rows.transposed()
    }
  }
}

/// The best of a hundred such starts: the one with the smallest loss before the first step.
func bestStart(_ model: @escaping Model, _ data: Tensor, plates: Int) throws -> Int {
  var best = (seed: 0, loss: Double.infinity)
  for seed in 0..<100 {
    let (svi, _) = inference(model, plates: plates, start: dataDriven(data))
    let loss = try withSeed(seed) { try svi.evaluate(data) }
    if loss < best.loss { best = (seed, loss) }
  }
  print("best of 100 starts: seed \(best.seed), loss \(column(best.loss, width: 0))")
  return best.seed
}

/// Fits a model to data from the best start, and prints the estimates.
func fitFromBestStart(
  _ model: @escaping Model, _ data: Tensor, plates: Int, simulated: [String: Tensor]
) throws {
  let seed = try bestStart(model, data, plates: plates)
  let (svi, guide) = inference(model, plates: plates, start: dataDriven(data))
  try withSeed(seed) { try fit(svi, data, steps: 500) }
  for warning in svi.warnings { print("warning:", warning) }
  print()
  printValues(simulated: simulated, fitted: guide.median())
}

/// The same for recorded data, of which the best optimum is known.
func fitFromBestStart(_ model: @escaping Model, _ recorded: Recording) throws {
  heading("\(recorded.name): a fit from the best of 100 data-driven starts")
  let optimum = column(recorded.optimum, width: 0)
  print("the best optimum with all weights above 0 has loss \(optimum)")
  try fitFromBestStart(
    model, recorded.data, plates: recorded.maxPlateNesting, simulated: recorded.truth)
}

try fitFromBestStart(mixture, recorded)

// MARK: - Two dimensions

/// Prints the shapes of all sites in a run with 11 observations.
func printShapes(_ run: () -> Void) {
  let trace = withSeed(0) { Trace(run) }
  trace.computeLogProb()
  print(trace.formatShapes())
}

let planar: [(name: String, model: Model)] = [
  ("gmm2d_shared", sharedScaleMixture), ("gmm2d_component", componentScaleMixture),
  ("gmm2d_component_alt", alternateComponentScaleMixture),
  ("gmm2d_dimension", dimensionScaleMixture),
]
for (name, model) in planar {
  heading("\(name): shapes")
  printShapes { model(nil, 11) }
  if name == "gmm2d_dimension" {
    heading("\(name): shapes with the assignments enumerated along axis -2")
    printShapes { withEnumeration(firstAvailableDim: -2) { model(nil, 11) } }
  }
  // The smallest loss to begin with need not lead to the smallest in the end.
  try fitFromBestStart(model, Recording(name))
}

// MARK: - The last fit of the notebook

heading("100 points with a scale for each coordinate, and a fit from the default start")
let simulated = withSeed(59) { Trace { dimensionScaleMixture(nil, count: 100) } }
let points = simulated["obs"].value
let (planarSVI, planarGuide) = inference(dimensionScaleMixture, plates: 2)
try withSeed(1) { try fit(planarSVI, points, steps: 100) }
print()
printValues(simulated: simulated.latentValues, fitted: planarGuide.median())

// The default start knows nothing of the data, and this one has far to go.
heading("the same 100 points: a fit from the best of 100 data-driven starts")
try fitFromBestStart(
  dimensionScaleMixture, points, plates: 2, simulated: simulated.latentValues)

// MARK: - Every fit that Pyro recorded, from where it began

heading("Levin from the starts of Pyro's fits; the optimum is exact")
print(
  column("dataset", width: 20) + column("start", width: 23)
    + "steps  loss_first   loss_last     optimum")
for (name, model) in [("gmm1d", mixture)] + planar {
  let recorded = try Recording(name)
  for run in recorded.runs {
    let (svi, _) = inference(
      model, plates: recorded.maxPlateNesting, start: .values(run.start))
    let first = try svi.evaluate(recorded.data)
    for _ in 0..<run.steps { try svi.step(recorded.data) }
    let losses = [first, try svi.evaluate(recorded.data), recorded.optimum]
    print(
      column(name, width: 20) + column(run.name, width: 23)
        + column(Double(run.steps), width: 5, decimals: 0)
        + losses.map { column($0, width: 12, decimals: 6) }.joined())
  }
}
