import Foundation
import Levin

/// The coefficients that the data are drawn with.
enum Truth {
  /// Those of the logarithm of the rate.
  static let rate = [
    ("intercept", 0.8), ("age", 0.25), ("income", -0.1), ("insured", 0.2), ("north", 0.3),
    ("south", -0.4),
  ]
  /// Those of the logit of the gate: of the probability that somebody never goes to the doctor.
  static let gate = [("intercept", -0.5), ("age", -0.4), ("income", 0.2), ("insured", -0.6)]
}

/// Writes a table of people and their visits to the doctor; its folder is made if need be.
func writeVisits(to path: String, count: Int) throws {
  var random = PCG64(seed: 0)
  let clinics = ["north", "south", "east"]
  var lines = ["age,income,clinic,insured,visits"]
  for _ in 0..<count {
    let age = random.uniform(in: 20..<80)
    let income = random.normal(loc: 40, scale: 12)
    let clinic = random.integers(in: 0..<3)
    let isInsured = random.uniform() < 0.6
    let row = [
      1, (age - 50) / 10, (income - 40) / 10, isInsured ? 1 : 0, clinic == 0 ? 1 : 0,
      clinic == 1 ? 1 : 0,
    ]
    let gate = 1 / (1 + exp(-sum(Truth.gate, row)))
    let isZero = random.uniform() < gate
    let visits = isZero ? 0 : random.poisson(exp(sum(Truth.rate, row)))
    lines.append("\(age),\(income),\(clinics[clinic]),\(isInsured),\(visits)")
  }
  let file = URL(fileURLWithPath: path)
  try FileManager.default.createDirectory(
    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
  try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: file, options: .atomic)
}

private func sum(_ coefficients: [(String, Double)], _ row: [Double]) -> Double {
  zip(coefficients, row).reduce(0) { $0 + $1.0.1 * $1.1 }
}

/// Reads the table: inputs of shape [rows, 6], in the order of the coefficients of the rate, and the counts.
func readVisits(from path: String) throws -> (inputs: Tensor, counts: Tensor) {
  let table = try CSVTable(contentsOf: path)
  let age = try (table["age"] - 50) / 10
  let income = try (table["income"] - 40) / 10
  let insured = try table["insured"].cast(to: .float64)
  // The column holds the indices of its sorted texts: east, which the others are compared with, north and south.
  let clinics = try table["clinic"].oneHot(classes: 3, dtype: .float64)
  let ones = Tensor.ones([table.count], dtype: .float64)
  let inputs = stack(
    [ones, age, income, insured, clinics[.all, 1], clinics[.all, 2]], axis: 1)
  return (inputs, try table["visits"].cast(to: .float64))
}
