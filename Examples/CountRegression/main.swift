// A regression of counts with many zeros: visits to the doctor, by age, income, insurance and clinic. The fit is one of
// statisticians, to the last digits, with standard errors from the curvature of the likelihood.

import Foundation
import Levin
import LevinCSV
import LevinPlots

// MARK: - The data

// A folder may be given as an argument.
let folder = CommandLine.arguments.dropFirst().first ?? NSTemporaryDirectory()
let path = URL(fileURLWithPath: folder).appendingPathComponent("visits.csv").path
try writeVisits(to: path, count: 2_000)
let (inputs, counts) = try readVisits(from: path)
print("file: \(path)")
print("observations: \(counts.count)")
print("zeros: \((counts .== 0).sum())")

// MARK: - Fitting

// The model is in `Models.swift`.
let model = CountRegression()
let data = TensorDataset(inputs, counts)
let names = Truth.rate.map { "rate \($0.0)" } + Truth.gate.map { "gate \($0.0)" }
let report = RunReport { _ in
  zip(names, zip(model.estimates, model.standardErrors((inputs, counts)))).map {
    RunReport.Estimate(name: $0, value: $1.0, standardError: $1.1)
  }
}
let trainer = Trainer(
  maxEpochs: 20, directory: "logs", name: "count-regression",
  callbacks: [CSVLogger(), report, Convergence(gradientTolerance: 1e-6)])
let result = try trainer.fit(model, train: DataLoader(data, batchSize: data.count))

// MARK: - Estimates, their standard errors, and the truth

let estimates = model.estimates
let errors = model.standardErrors((inputs, counts))
let truth = (Truth.rate + Truth.gate).map(\.1)
for (index, name) in names.enumerated() {
  print("\(name): \(estimates[index])")
  print("\(name) standard error: \(errors[index])")
  print("\(name) truth: \(truth[index])")
}

if let loss = result.loss { print("loss: \(loss)") }
print("gradient norm: \(model.gradientNorm((inputs, counts)))")
if let optimizer = trainer.optimizers.first as? LBFGS {
  print("evaluations: \(optimizer.evaluationCount)")
}
print("reason: \(result.stopReason)")

// MARK: - Pictures

let folderOfRun = try trainer.runDirectory()
try Figure(.histogram(counts), title: "Visits", xLabel: "count").write(
  to: folderOfRun + "/data.svg")
let positions = estimates.indices.map(Double.init)
try Figure(
  .errorBars(positions, estimates, errors: errors.map { 1.96 * $0 }, label: "95 % interval"),
  .scatter(positions, truth, label: "truth", size: 7),
  .bars(names, estimates.map { _ in Double.nan }), yLabel: "coefficient"
).write(to: folderOfRun + "/coefficients.svg")
print("figures: \(folderOfRun)")
