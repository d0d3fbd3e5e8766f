// Fitting a mixture of two beta distributions: proportions with a peak near 0 and another near 1.

import Levin
import LevinCSV
import LevinPlots

// MARK: - Random data

let n = 10_000
let samples = randomProportions(n).cast(to: .float32)

// MARK: - The model

// The model itself is in `Models.swift`. Training can get stuck at a loss of -0.1; these starting values lead to the right
// optimum.
var torch = MersenneTwister(seed: 1)
let model = BetaMixtureModel(learningRate: 1, random: &torch)

// Draws from the model before training.
let drawn = withSeed(1) { model().sample([n]) }
print("Mean of the data: \(samples.mean())")
print("Mean of the untrained model: \(drawn.mean())")

// MARK: - Fitting

let loader = DataLoader(TensorDataset(samples), batchSize: n)
let history = MetricsHistory()
let trainer = Trainer(
  maxEpochs: 100, directory: "logs", name: "beta-mixture",
  callbacks: [CSVLogger(), history, RunReport()])
let result = try trainer.fit(model, train: loader)

if let loss = result.loss { print("Final loss: \(loss)") }
print("Final concentrations: \(model.concentrations)")
print("Final weights: \(model.weights)")

// MARK: - Pictures

let folder = try trainer.runDirectory()
try Figure(.histogram(samples, bins: 50), title: "The data").write(to: folder + "/data.svg")
try Figure(.histogram(drawn, bins: 50), title: "Draws before training")
  .write(to: folder + "/untrained.svg")
try Figure(
  .line(movingAverage(history["train_loss"], window: 10)), xLabel: "iteration", yLabel: "loss"
).write(to: folder + "/loss.svg")
try Figure.fit(of: model, to: samples, bins: 50).write(to: folder + "/fit.svg")
print("Figures and a report: \(folder)")

// MARK: - Several starting points

// Those that end at -0.11 are stuck: both components are the same, or one has no weight.
let table = try fitBetaMixtures(to: loader, seeds: 6) { _ in
  Trainer(
    maxEpochs: 100, directory: "logs", name: "beta-mixture-restarts", callbacks: [CSVLogger()])
}
print("\n\(table)")
try Figure.restarts(table, title: "Six starting points").write(to: folder + "/restarts.svg")
