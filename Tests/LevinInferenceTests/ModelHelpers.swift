import Foundation
import Levin
import Testing

/// The next number of a generator of one seed when `body` has drawn from it.
func nextDraw(after body: () -> Void = {}) -> Double {
  withSeed(3) {
    body()
    return Tensor.uniform([1], dtype: .float64).item()
  }
}

/// A number in double precision.
func number(_ value: Double) -> Tensor { Tensor([value], shape: []) }

/// The log-density of a normal distribution, in plain numbers.
func normalLogDensity(_ x: Double, _ loc: Double, _ scale: Double) -> Double {
  let distance = (x - loc) / scale
  return -0.5 * distance * distance - log(scale) - 0.5 * log(2 * Double.pi)
}

/// The logarithm of a sum of exponentials, in plain numbers.
func logSumExp(_ terms: [Double]) -> Double {
  let largest = terms.max() ?? -.infinity
  guard largest.isFinite else { return largest }
  return largest + log(terms.reduce(0) { $0 + exp($1 - largest) })
}

/// The error of inference that `body` throws; anything else is a failed test.
func inferenceError(_ body: () throws -> Void) -> InferenceError? {
  do {
    try body()
    Issue.record("nothing was thrown")
  } catch let error as InferenceError {
    return error
  } catch {
    Issue.record("another error: \(error)")
  }
  return nil
}

/// Another error than the one that was looked for.
struct Unexpected: Error {
  let error: (any Error)?

  init(_ error: (any Error)?) { self.error = error }
}

/// A guide made of a closure, without parameters of its own.
final class ClosureGuide: Guide {
  private let body: (Tensor) throws -> Void

  init(_ body: @escaping (Tensor) throws -> Void = { _ in }) { self.body = body }

  func callAsFunction(_ input: Tensor) throws { try body(input) }
}

/// A trainer of 100 epochs that says nothing.
func quietTrainer(_ callbacks: [Callback] = [], maxEpochs: Int = 100) -> Trainer {
  Trainer(
    maxEpochs: maxEpochs, callbacks: callbacks, checkpoints: false, progressBar: false,
    summary: false)
}

/// All observations as one batch.
func fullBatch(_ data: Tensor) -> DataLoader<Tensor> {
  DataLoader(TensorDataset(data), batchSize: max(data.count, 1))
}
