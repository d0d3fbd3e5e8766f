// Mixtures of normal distributions: models of which group each observation is from, where the group is
// summed out and the rest is fitted.

import Levin
import LevinPlots

// MARK: - Simulated data

/// The names of what is to be found.
let sites: Set = ["weights", "scale", "locs"]

// The models are in `Models.swift`; this one is of numbers from two groups.
heading("100 numbers from the model")
let simulation = withSeed(2022) { Trace { mixture(nil, count: 100) } }
printValues(simulated: simulation.latentValues)
print()
let data = simulation["obs"].value
printHistogram(data)

// MARK: - Inference

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
@discardableResult
func fit(_ svi: SVI<Tensor>, _ data: Tensor, steps: Int) throws -> [Double] {
  var losses: [Double] = []
  for step in 0..<steps {
    let loss = try svi.step(data)
    losses.append(loss)
    if step.isMultiple(of: 100) { print("step", column("\(step)", width: 4), column(loss)) }
  }
  print("step", column("\(steps)", width: 4), column(try svi.evaluate(data)))
  return losses
}

heading("a fit from the default start")
let (svi, guide) = inference(mixture, plates: 1)
let losses = try withSeed(1) { try fit(svi, data, steps: 500) }
for warning in svi.warnings { print("warning:", warning) }
print()
printValues(simulated: simulation.latentValues, fitted: guide.median())

// The density of Dirichlet(0.5) has no bound where a weight comes to 0. A start from which one group takes
// all the numbers leads there, and the loss falls for ever; only near the truth is there an optimum to stop
// at.

// MARK: - A better start

/// Equal weights, a scale that fits the spread of the data, and centres at random observations.
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
@discardableResult
func fitFromBestStart(
  _ model: @escaping Model, _ data: Tensor, plates: Int, simulated: [String: Tensor]
) throws -> [String: Tensor] {
  let seed = try bestStart(model, data, plates: plates)
  let (svi, guide) = inference(model, plates: plates, start: dataDriven(data))
  _ = try withSeed(seed) { try fit(svi, data, steps: 500) }
  for warning in svi.warnings { print("warning:", warning) }
  print()
  let fitted = guide.median()
  printValues(simulated: simulated, fitted: fitted)
  return fitted
}

heading("the same numbers: a fit from the best of 100 data-driven starts")
try fitFromBestStart(mixture, data, plates: 1, simulated: simulation.latentValues)

// MARK: - The same fit by a trainer, with its pictures

heading("the same fit by a trainer, which leaves a report")
let guideOfTrainer = AutoDelta(
  { mixture($0, count: $0.count) }, expose: sites, start: dataDriven(data))
let module = try withSeed(try bestStart(mixture, data, plates: 1)) {
  try SVIModule(
    { mixture($0, count: $0.count) }, guideOfTrainer, loss: TraceEnumELBO(maxPlateNesting: 1),
    prototype: data
  ) { Adam($0, learningRate: 0.1, betas: (0.8, 0.99)) }
}
let trainer = Trainer(
  maxEpochs: 500, directory: "logs", name: "gaussian-mixture", callbacks: [RunReport()],
  progressBar: false, summary: false)
print(
  try trainer.fit(module, train: DataLoader(TensorDataset(data), batchSize: data.count)).stopReason)
let folder = try trainer.runDirectory()
try Figure(.histogram(data, bins: 12), title: "100 numbers from two groups")
  .write(to: folder + "/data.svg")
try Figure(
  .line(losses), title: "Convergence of SVI", xLabel: "iters", yLabel: "loss", yScale: .log,
  width: 1000, height: 300
).write(to: folder + "/losses.svg")
print("figures and a report: \(folder)")

// MARK: - Two dimensions

/// Prints the shapes of all sites in a run with 11 observations.
func printShapes(_ run: () -> Void) {
  let trace = withSeed(0) { Trace(run) }
  trace.computeLogProb()
  print(trace.formatShapes())
}

// They differ in what shares a scale, and are in `Models.swift` too.
let planar: [(name: String, model: Model)] = [
  ("one scale", sharedScaleMixture), ("a scale for each group", componentScaleMixture),
  ("a scale for each group, the axes turned", alternateComponentScaleMixture),
  ("a scale for each coordinate", dimensionScaleMixture),
]
for (name, model) in planar {
  heading("\(name): shapes")
  printShapes { model(nil, 11) }
}
heading("a scale for each coordinate: shapes with the assignments enumerated along axis -2")
printShapes { withEnumeration(firstAvailableDim: -2) { dimensionScaleMixture(nil, count: 11) } }

// MARK: - Fits in two dimensions

for (name, model) in planar {
  let simulated = withSeed(59) { Trace { model(nil, 100) } }
  let points = simulated["obs"].value
  heading("100 points, \(name): a fit from the default start")
  let (svi, guide) = inference(model, plates: 2)
  _ = try withSeed(1) { try fit(svi, points, steps: 100) }
  print()
  printValues(simulated: simulated.latentValues, fitted: guide.median())
  // The default start knows nothing of the data, and may have far to go.
  heading("the same points: a fit from the best of 100 data-driven starts")
  let fitted = try fitFromBestStart(
    model, points, plates: 2, simulated: simulated.latentValues)
  let components = Components(fitted)
  let figure = Figure(
    Axes(
      marks: [.scatter(points[.all, 0], points[.all, 1], label: "data", opacity: 0.7)]
        + components.marks, title: "100 points, \(name)", xLabel: "x", yLabel: "y"))
  try figure.write(
    to: folder + "/\(name.filter { $0 != "," }.split(separator: " ").joined(separator: "-")).svg")
}
