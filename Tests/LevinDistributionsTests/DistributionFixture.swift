import LevinDistributions
import LevinTensor
import LevinTestKit
import Testing

/// The contents of `Fixtures/distributions.json`: what PyTorch and NumPy gave.
struct DistributionFixture: Decodable, Sendable {
  let cases: [Case]
  let edges: [Edge]
  let large: [Large]
  let huge: [Large]
  let samples: [String: Values]
  let divergences: [Divergence]
  let slopes: [Slopes]

  /// A distribution with its values in double precision.
  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let parameters: [Values]
    let value: Values
    let logProb: Values
    let logProb32: Values
    /// With respect to all parameters, one after the other, as the Hessian.
    let gradient: Values
    let hessian: Values
    let mean: Values
    let variance: Values

    var testDescription: String { name }
  }

  /// Values at and beyond the edge of a support.
  struct Edge: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let parameters: [Values]
    let value: Values
    let logProb: Values

    var testDescription: String { name }
  }

  /// Parameters at which the terms of a density are far larger than it, in numbers that single precision holds.
  struct Large: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let parameters: [Values]
    let value: Values
    let logProb: Values
    /// With respect to all parameters, one after the other.
    let gradient: Values

    var testDescription: String { name }
  }

  /// The divergence of two distributions of one kind.
  struct Divergence: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let first: [Values]
    let second: [Values]
    let divergence: Values

    var testDescription: String { name }
  }

  /// The gradients of a weighted sum of draws, as in `alternatingSum`, with respect to each parameter.
  struct Slopes: Decodable, Sendable, CustomTestStringConvertible {
    let name: String
    let parameters: [Values]
    let draws: Values
    let gradients: [Values]

    var testDescription: String { name }
  }

  /// Numbers with a shape.
  struct Values: Decodable, Sendable {
    let shape: [Int]
    let numbers: [FixtureNumber]

    var doubles: [Double] { numbers.map(\.value) }

    func tensor(_ dtype: DType = .float64) -> Tensor {
      Tensor(doubles, shape: shape, dtype: dtype)
    }
  }

  static let shared: DistributionFixture = {
    do {
      return try Fixture.load("distributions")
    } catch {
      preconditionFailure("Tests/Fixtures/distributions.json: \(error)")
    }
  }()
}

/// The distribution that a name of the fixture stands for.
func distribution(_ name: String, _ parameters: [Tensor]) -> any Distribution {
  let p = parameters
  switch name {
  case "normal": return Normal(p[0], p[1])
  case "beta": return Beta(p[0], p[1])
  case "poisson": return Poisson(rate: p[0])
  case "zeroInflatedPoisson": return ZeroInflatedPoisson(gate: p[0], rate: p[1])
  case "categoricalProbs": return Categorical(probs: p[0])
  case "categoricalLogits": return Categorical(logits: p[0])
  case "normalMixture", "batchedNormalMixture":
    return MixtureSameFamily(Categorical(probs: p[0]), Normal(p[1], p[2]))
  case "betaMixture": return MixtureSameFamily(Categorical(probs: p[0]), Beta(p[1], p[2]))
  case "poissonMixture":
    return MixtureSameFamily(Categorical(probs: p[0]), Poisson(rate: p[1]))
  case "logNormal": return LogNormal(p[0], p[1])
  case "gamma": return Gamma(p[0], p[1])
  case "dirichlet", "sparseDirichlet": return Dirichlet(p[0])
  case "bernoulliProbs": return Bernoulli(probs: p[0])
  case "bernoulliLogits": return Bernoulli(logits: p[0])
  case "independentNormal": return Normal(p[0], p[1]).toEvent(1)
  case "logitNormal":
    return TransformedDistribution(
      Normal(p[0], p[1]), [AffineTransform(0, 0.5), SigmoidTransform()])
  case "logisticNormal":
    return TransformedDistribution(
      Independent(Normal(p[0], p[1]), 1), [StickBreakingTransform()])
  default: preconditionFailure("no distribution is called '\(name)'")
  }
}

extension DistributionFixture.Case {
  func make(_ dtype: DType = .float64) -> any Distribution {
    distribution(name, parameters.map { $0.tensor(dtype) })
  }

  /// The parameters as points at which gradients can be taken.
  var leaves: [Tensor] { parameters.map { $0.tensor().requiringGradient() } }

  /// The sum of the log-probabilities times 1, -1/2, 1/3, ...
  func weightedSum(at parameters: [Tensor]) -> Tensor {
    alternatingSum(distribution(name, parameters).logProb(value.tensor()))
  }
}

/// The sum of the elements times 1, -1/2, 1/3, ...
func alternatingSum(_ numbers: Tensor) -> Tensor {
  let coefficients = (0..<numbers.elementCount).map { ($0 % 2 == 0 ? 1 : -1) / Double($0 + 1) }
  return (numbers * Tensor(coefficients, shape: numbers.shape)).sum()
}

/// The derivative of the log-probability of `value` with respect to a parameter, at one of its values.
func logProbSlope(
  _ value: Double, _ make: (Tensor) -> any Distribution, at parameter: Double
) -> Double {
  let leaf = Tensor([parameter]).requiringGradient()
  return gradients(of: make(leaf).logProb(Tensor([value])).sum(), at: [leaf])[0]?.item() ?? .nan
}

/// Whether numbers agree within `tolerance`, absolute up to 1 and relative above.
///
/// Infinities agree with themselves, and NaN with NaN.
func agree(_ mine: [Double], _ theirs: [Double], within tolerance: Double) -> Bool {
  mine.count == theirs.count
    && zip(mine, theirs).allSatisfy { a, b in
      a == b || (a.isNaN && b.isNaN) || abs(a - b) <= tolerance * max(1, abs(b))
    }
}
