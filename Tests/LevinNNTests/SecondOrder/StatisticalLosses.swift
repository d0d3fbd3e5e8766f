import Levin
import LevinTestKit

/// A loss of parameters in double precision, of the kind that statisticians minimize to the last digit.
struct StatisticalLoss {
  let parameters: [Parameter]
  let value: () -> Tensor

  /// The Euclidean norm of the gradient at the unconstrained values.
  var gradientNorm: Double {
    gradients(of: value(), at: parameters.map(\.unconstrained)).compactMap { $0 }
      .reduce(0) { $0 + $1.square().sum().item() }.squareRoot()
  }

  // MARK: - The notebooks' models

  private static func counts(_ size: Int) -> Tensor {
    var random = PCG64(seed: 0)
    let poisson = random.poisson(5, shape: [size, 1])
    let isOpen = random.binomial(trials: 1, probability: 0.25, shape: [size, 1])
    return (isOpen * poisson).cast(to: .float64)
  }

  /// Counts that are zero or Poisson: a logit and a rate before softplus.
  static func zeroInflatedPoisson(_ mixture: Double, _ rate: Double) -> StatisticalLoss {
    let y = counts(10_000)
    let logit = Parameter(wrappedValue: Tensor([mixture]))
    let rawRate = Parameter(wrappedValue: Tensor([rate]))
    return StatisticalLoss(parameters: [logit, rawRate]) {
      let rate = rawRate.wrappedValue.softplus()
      // The first component has a rate of 0 and the probability sigmoid(logit).
      let (gate, open) = (logit.wrappedValue.logSigmoid(), (-logit.wrappedValue).logSigmoid())
      let poisson = open + xlogy(y, rate) - rate - (y + 1).logGamma()
      return -`where`(y .== 0, gate.logAddExp(poisson), poisson).mean()
    }
  }

  /// A mixture of two beta distributions, from the notebook's random starts of a seed.
  static func betaMixture(seed: Int) -> StatisticalLoss {
    var random = PCG64(seed: 0)
    let size = 10_000
    let high = random.binomial(trials: 1, probability: 0.5, shape: [size, 1], dtype: .float64)
    let y =
      high * random.beta(10, 1.5, shape: [size, 1], dtype: .float64)
      + (1 - high) * random.beta(1.5, 10, shape: [size, 1], dtype: .float64)
    var torch = MersenneTwister(seed: seed)
    _ = (torch.randn(shape: [2]), torch.randn(shape: [2]))
    let raw = Parameter(wrappedValue: torch.randn(shape: [2, 2]).cast(to: .float64))
    let logits = Parameter(wrappedValue: torch.randn(shape: [2]).cast(to: .float64))
    return StatisticalLoss(parameters: [raw, logits]) {
      let concentrations = raw.wrappedValue.softplus()
      let (a, b) = (concentrations[.all, 0], concentrations[.all, 1])
      let scale = a.logGamma() + b.logGamma() - (a + b).logGamma()
      let density = (a - 1) * y.log() + (b - 1) * (-y).log1p() - scale
      return -(density + logits.wrappedValue.logSoftmax(axis: 0)).logSumExp(axis: 1).mean()
    }
  }

  /// A mixture of two normal distributions with priors, from equal weights and two of the data.
  ///
  /// The second is one of the few of the smaller group: from other starts the loss has no bound, since a weight of 0
  /// has an infinite density.
  static func gaussianMixture(_ first: Int, _ second: Int) throws -> StatisticalLoss {
    let numbers = try Fixture.text("gmm/gmm1d.csv").split(separator: "\n").dropFirst()
      .compactMap { Double($0) }
    let data = Tensor(numbers).expandingDimensions(at: -1)
    let half: Tensor = Tensor([0.5, 0.5] as [Double])
    let weights = Parameter(wrappedValue: half, constraint: .simplex)
    let spread = (data.variance(axis: 0) / 2).sqrt()
    let scale = Parameter(wrappedValue: spread, constraint: .positive)
    let locs = Parameter(wrappedValue: Tensor([numbers[first], numbers[second]]))
    return StatisticalLoss(parameters: [weights, scale, locs]) {
      let (logWeights, scale) = (weights.wrappedValue.log(), scale.wrappedValue)
      let distance = (data - locs.wrappedValue) / scale
      let fit = (logWeights - distance.square() / 2 - scale.log()).logSumExp(axis: 1).sum()
      let prior =
        -0.5 * logWeights.sum() - scale.log().sum() - 2 * scale.log().square().sum()
        - (locs.wrappedValue / 4).square().sum() / 2
      return -(fit + prior) / Double(numbers.count)
    }
  }

  // MARK: - Regressions

  /// Counts whose logarithm is linear in features and an intercept.
  static func countRegression(features width: Int = 9) -> StatisticalLoss {
    var random = PCG64(seed: 3)
    let features = random.normal(shape: [1000, width], dtype: .float64)
    let truth = random.normal(shape: [width], dtype: .float64) * (0.9 / Double(width).squareRoot())
    let noise = random.uniform(shape: [1000], dtype: .float64)
    let y = ((features * truth).sum(axis: 1).exp() * noise * 4).floor()
    let slopes = Parameter(wrappedValue: .zeros([width], dtype: .float64))
    let intercept = Parameter(wrappedValue: .zeros([], dtype: .float64))
    return StatisticalLoss(parameters: [slopes, intercept]) {
      let logRate = (features * slopes.wrappedValue).sum(axis: 1) + intercept.wrappedValue
      return (logRate.exp() - y * logRate).mean()
    }
  }

  /// A model and its start.
  enum Kind: Sendable, Hashable {
    case zeroInflatedPoisson(Double, Double)
    case betaMixture(seed: Int)
    case gaussianMixture(Int, Int)
    case countRegression
  }

  static func make(_ kind: Kind) throws -> StatisticalLoss {
    switch kind {
    case .zeroInflatedPoisson(let mixture, let rate): zeroInflatedPoisson(mixture, rate)
    case .betaMixture(let seed): betaMixture(seed: seed)
    case .gaussianMixture(let first, let second): try gaussianMixture(first, second)
    case .countRegression: countRegression()
    }
  }

  /// The notebooks' models from their usual starts, and the regression.
  static let usual: [Kind] = [
    .zeroInflatedPoisson(0.206126, 1.271737), .zeroInflatedPoisson(0.957375, 5.609975),
    .zeroInflatedPoisson(0.113368, 9.019589), .zeroInflatedPoisson(0.024360, 2.504726),
    .zeroInflatedPoisson(0.422956, 6.300903), .zeroInflatedPoisson(0.317083, 1.335294),
    .zeroInflatedPoisson(0.569097, 3.339710), .zeroInflatedPoisson(0.146055, 8.153884),
    .zeroInflatedPoisson(0.538195, 3.024650), .zeroInflatedPoisson(0.075363, 9.901132),
    .zeroInflatedPoisson(0.5, 4.5), .betaMixture(seed: 1), .gaussianMixture(36, 6),
    .gaussianMixture(0, 47), .countRegression,
  ]
}
