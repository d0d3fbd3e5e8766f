// Fitting a zero-inflated Poisson distribution: counts that are zero half of the time, and otherwise
// follow a Poisson distribution.

import Levin
import LevinCSV
import LevinPlots

// MARK: - Random data

let trueMix = 0.5
let trueLambda = 5.0
let n = 10_000
let samples = randomCounts(n, mix: trueMix, lambda: trueLambda)

// MARK: - The model

// The models themselves are in `Models.swift`.
let model = ZIPModel(learningRate: 1, initialMixture: 0.5, initialRate: 4.5)

// Draws from the model before training.
let drawn = withSeed(1) { model().sample([n]) }
print("Mean of the data: \(samples.mean())")
print("Zeros in the data: \((samples .== 0).sum())")
print("Mean of the untrained model: \(drawn.mean())")
print("Zeros of the untrained model: \((drawn .== 0).sum())")

// MARK: - Fitting

let loader = DataLoader(TensorDataset(samples), batchSize: n)
let history = MetricsHistory()
let trainer = Trainer(
  maxEpochs: 100, directory: "logs", name: "zero-inflated-poisson",
  callbacks: [CSVLogger(), history, RunReport()])
let result = try trainer.fit(model, train: loader)

if let mixture = result.metrics.value("mixture"), let lambda = result.metrics.value("lambda") {
  print("Final mix: \(mixture)")
  print("Final lambda: \(lambda)")
}
print("True mix: \(trueMix)")
print("True lambda: \(trueLambda)")

// MARK: - Pictures

let folder = try trainer.runDirectory()
try Figure(.histogram(samples), title: "The data", xLabel: "count").write(to: folder + "/data.svg")
try Figure(.histogram(drawn), title: "Draws before training", xLabel: "count")
  .write(to: folder + "/untrained.svg")
try Figure(
  .line(movingAverage(history["train_loss"], window: 10)), xLabel: "Training iteration",
  yLabel: "Loss"
).write(to: folder + "/loss.svg")
let colors = Theme.light.cycle
try Figure(
  .line(history["lambda"], label: "lambda", color: colors[0]),
  .line(history["mixture"], label: "p", color: colors[1]),
  .horizontalLine(trueLambda, color: colors[0]), .horizontalLine(trueMix, color: colors[1]),
  xLabel: "Iteration", yLabel: "Coefficient value"
).write(to: folder + "/coefficients.svg")
try Figure.fit(of: model, to: samples, xLabel: "count").write(to: folder + "/fit.svg")
print("Figures and a report: \(folder)")

// MARK: - Several starting points

/// Fits a model that `make` makes from each mixture and rate to start from.
func fit(
  from starts: [(Float, Float)], name: String, make: @escaping @Sendable (Float, Float) -> ZIPModel
) throws -> RestartTable<ZIPModel> {
  try restarts(
    starts.count, train: loader, loss: "err", metrics: ["mixture", "lambda"]
  ) { _ in
    Trainer(maxEpochs: 100, directory: "logs", name: name, callbacks: [CSVLogger()])
  } start: { index, _ in
    let (mixture, lambda) = starts[index]
    return StartingPoint(
      make(mixture, lambda), ["mixture_init": mixture, "lambda_init": lambda])
  }
}

// From the points that the notebook drew at random.
let zipTable = try fit(from: zipStarts, name: "zip-restarts") { mixture, lambda in
  ZIPModel(learningRate: 1, initialMixture: mixture, initialRate: lambda)
}
print("\nZIPModel\n\(zipTable)")

// MARK: - A distribution of one's own

let distZIPTable = try fit(from: distZIPStarts, name: "distzip-restarts") { mixture, lambda in
  DistZIPModel(learningRate: 1, initialMixture: mixture, initialRate: lambda)
}
print("\nDistZIPModel\n\(distZIPTable)")
