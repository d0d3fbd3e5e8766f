import LevinDistributions
import LevinTensor
import Testing

@Suite struct LogProbTests {
  static let cases = DistributionFixture.shared.cases
  static let edges = DistributionFixture.shared.edges

  @Test(arguments: cases)
  func doublePrecisionAgreesWithPyTorch(_ example: DistributionFixture.Case) {
    let result = example.make().logProb(example.value.tensor())
    #expect(result.shape == example.logProb.shape)
    #expect(result.dtype == .float64)
    #expect(agree(result.scalars, example.logProb.doubles, within: 1e-13))
  }

  // For the same numbers, rounded to single precision. PyTorch's own float32 is off where terms cancel.
  @Test(arguments: cases)
  func singlePrecisionAgreesWithPyTorchsDoublePrecision(_ example: DistributionFixture.Case) {
    let result = example.make(.float32).logProb(example.value.tensor(.float32))
    #expect(result.dtype == .float32)
    #expect(agree(result.scalars, example.logProb32.doubles, within: 4e-6))
  }

  @Test(arguments: cases)
  func gradientsAgreeWithPyTorch(_ example: DistributionFixture.Case) {
    let leaves = example.leaves
    let result = gradients(of: example.weightedSum(at: leaves), at: leaves)
    let numbers = result.flatMap { $0?.scalars ?? [] }
    #expect(agree(numbers, example.gradient.doubles, within: 1e-11))
  }

  @Test(arguments: cases)
  func gradientsAgreeWithCentralDifferences(_ example: DistributionFixture.Case) {
    let leaves = example.leaves
    let result = gradients(of: example.weightedSum(at: leaves), at: leaves)
    let numbers = result.flatMap { $0?.scalars ?? [] }
    #expect(agree(numbers, centralDifferences(example), within: 2e-7))
  }

  private func centralDifferences(_ example: DistributionFixture.Case) -> [Double] {
    example.parameters.indices.flatMap { which in
      example.parameters[which].doubles.indices.map { index in
        func value(_ step: Double) -> Double {
          var parameters = example.parameters.map { $0.tensor() }
          var numbers = example.parameters[which].doubles
          numbers[index] += step
          parameters[which] = Tensor(numbers, shape: example.parameters[which].shape)
          return example.weightedSum(at: parameters).item()
        }
        let step = 1e-5 * max(0.1, abs(example.parameters[which].doubles[index]))
        return (value(step) - value(-step)) / (2 * step)
      }
    }
  }

  @Test(arguments: cases)
  func secondDerivativesAgreeWithPyTorch(_ example: DistributionFixture.Case) {
    let leaves = example.leaves
    let first = gradients(of: example.weightedSum(at: leaves), at: leaves)
    let elements = zip(first, leaves).flatMap { gradient, leaf in
      (0..<leaf.elementCount).map { gradient.map { $0.flattened() }?[$0] }
    }
    let rows = elements.flatMap { element in
      let second = element.map { gradients(of: $0, at: leaves) } ?? leaves.map { _ in nil }
      return zip(second, leaves).flatMap { row, leaf in
        row?.scalars ?? [Double](repeating: 0, count: leaf.elementCount)
      }
    }
    #expect(agree(rows, example.hessian.doubles, within: 1e-9))
  }

  @Test(arguments: edges)
  func edgesOfTheSupportAgreeWithPyTorch(_ example: DistributionFixture.Edge) {
    let parameters = example.parameters.map { $0.tensor() }
    let result = distribution(example.name, parameters).logProb(example.value.tensor())
    #expect(agree(result.scalars, example.logProb.doubles, within: 1e-12))
  }

  @Test(arguments: [
    "normal", "beta", "poisson", "zeroInflatedPoisson", "normalMixture", "poissonMixture", "gamma",
    "logNormal", "bernoulliProbs", "bernoulliLogits", "logitNormal",
  ])
  func nanGivesNaN(_ name: String) throws {
    let example = try #require(Self.cases.first { $0.name == name })
    #expect(example.make().logProb([Double.nan]).isNaN.all().item(as: Bool.self))
  }
}
