import LevinTestKit
import Testing

@testable import LevinTensor

/// The contents of `Fixtures/order.json`: what PyTorch and NumPy gave.
struct OrderFixture: Decodable, Sendable {
  let cases: [Case]

  /// An operation on one input.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let operation: String
    let input: Values
    let results: [Values]
    let axis: Int?
    let keeping: Bool?
    let reversed: Bool?
    let exclusive: Bool?
    let descending: Bool?
    let largest: Bool?
    let count: Int?
    let right: Bool?
    let boundaries: Values?
    /// The orders of quantiles, and whether they are an axis rather than one number.
    let orders: [Double]?
    let several: Bool?
    let interpolation: String?
    let weights: Values?
    let minimumLength: Int?
    let bins: Int?
    let range: [Double]?
    let edges: [Double]?
    let density: Bool?
    /// Of a weighted sum of the first result.
    let gradient: Values?
    /// Of a weighted sum of the gradient; 0 when left out.
    let second: Values?

    var testDescription: String {
      let flags = [
        ("keeping", keeping), ("reversed", reversed), ("exclusive", exclusive),
        ("descending", descending), ("largest", largest), ("right", right), ("several", several),
        ("density", density), ("weights", weights.map { _ in true }),
      ]
      let set = flags.compactMap { $0.1 == true ? $0.0 : nil } + [interpolation].compactMap { $0 }
      let along = axis.map { " along \($0)" } ?? ""
      return ([operation + " of \(input.dtype) \(input.shape)" + along] + set).joined(
        separator: ", ")
    }
  }

  /// Numbers with a shape.
  struct Values: Decodable, Sendable {
    let shape: [Int]
    let dtype: String
    let numbers: [FixtureNumber]

    var doubles: [Double] { numbers.map(\.value) }

    var tensor: Tensor {
      let type = DType.allCases.first { "\($0)" == dtype }
      return Tensor(doubles, shape: shape, dtype: type)
    }
  }

  private static let shared: OrderFixture = {
    do {
      return try Fixture.load("order")
    } catch {
      preconditionFailure("Tests/Fixtures/order.json: \(error)")
    }
  }()

  /// The cases of some operations.
  static func cases(_ operations: String...) -> [Case] {
    shared.cases.filter { operations.contains($0.operation) }
  }
}

extension OrderFixture.Case {
  /// The results of a function that differ from the fixture's, in words; empty if they agree.
  func mismatches(_ function: (Tensor) -> [Tensor]) -> [String] {
    let found = function(input.tensor)
    var failures = zip(found, results).compactMap { difference($0, $1, "result") }
    if found.count != results.count { failures.append("\(found.count) results") }
    guard let gradient else { return failures }
    let x = input.tensor.requiringGradient()
    let first = Self.derivative(of: function(x)[0], at: x)
    failures += [difference(first, gradient, "gradient")].compactMap { $0 }
    let next = Self.derivative(of: first, at: x)
    if let second {
      return failures + [difference(next, second, "second derivative")].compactMap { $0 }
    }
    return failures + (next.scalars.allSatisfy { $0 == 0 } ? [] : ["a second derivative"])
  }

  // Of the sum of all elements times 1, -1/2, 1/3, ...
  private static func derivative(of result: Tensor, at x: Tensor) -> Tensor {
    let weights = (0..<result.elementCount).map { ($0 % 2 == 0 ? 1 : -1) / Double($0 + 1) }
    let total = (result * Tensor(weights, shape: result.shape)).sum()
    return gradients(of: total, at: [x])[0] ?? Tensor.zeros(x.shape, dtype: .float64)
  }

  private func difference(
    _ found: Tensor, _ expected: OrderFixture.Values, _ name: String
  ) -> String? {
    guard found.shape == expected.shape, "\(found.dtype)" == expected.dtype else {
      return "\(name): \(found.dtype) \(found.shape), not \(expected.dtype) \(expected.shape)"
    }
    let (a, b) = (found.scalars, expected.doubles)
    let scale = b.filter(\.isFinite).reduce(1) { max($0, abs($1)) }
    let bound = (found.dtype == .float32 ? 1e-6 : 1e-13) * scale
    let isClose = zip(a, b).allSatisfy { $0 == $1 || abs($0 - $1) <= bound || $0.isNaN && $1.isNaN }
    return isClose ? nil : "\(name): \(a), not \(b)"
  }
}
