public import LevinTensor

// Closed forms of the divergence between two distributions of one kind. Those of log-gamma functions are worked
// out in double precision: their terms are larger than their sum.

extension Delta: DivergentDistribution {
  /// log p - log q at the value, whatever the other distribution is.
  public func divergence(to other: any Distribution) -> Tensor? {
    logDensity - other.logProb(value)
  }
}

extension Normal: DivergentDistribution {
  /// The closed form for another `Normal`; nil for other distributions.
  ///
  /// log(s' / s) + (s² + (m - m')²) / (2 s'²) - 1/2
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Normal else { return nil }
    let ratio = scale / other.scale
    let shift = ((loc - other.loc) / other.scale).square()
    // The logarithm is not that of the square, which may be 0 or infinite.
    return (ratio.square() + shift - 1) * 0.5 - log(ratio)
  }
}

extension LogNormal: DivergentDistribution {
  /// The closed form for another `LogNormal`; nil for other distributions.
  ///
  /// That of the logarithms: the divergence does not change with the scale of values.
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? LogNormal else { return nil }
    return Normal(loc, scale).divergence(to: Normal(other.loc, other.scale))
  }
}

extension Gamma: DivergentDistribution {
  /// The closed form for another `Gamma`; nil for other distributions.
  ///
  /// a' log(b / b') + log Γ(a') - log Γ(a) + (a - a') ψ(a) + (b' - b) a / b
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Gamma else { return nil }
    let (a, b) = (concentration.double, rate.double)
    let (c, d) = (other.concentration.double, other.rate.double)
    let normalizers = c * log(b / d) + logGamma(c) - logGamma(a)
    let result = normalizers + (a - c) * a.digamma() + (d - b) * a / b
    return result.cast(to: (mean + other.mean).dtype)
  }
}

extension Beta: DivergentDistribution {
  /// The closed form for another `Beta`; nil for other distributions.
  ///
  /// log B(a', b') - log B(a, b) + (a - a') ψ(a) + (b - b') ψ(b) + (a' - a + b' - b) ψ(a + b)
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Beta else { return nil }
    func pair(_ beta: Beta) -> Tensor {
      let shape = beta.batchShape
      return stack(
        [beta.concentration1.expanded(to: shape), beta.concentration0.expanded(to: shape)],
        axis: -1)
    }
    return Dirichlet(pair(self)).divergence(to: Dirichlet(pair(other)))
  }
}

extension Dirichlet: DivergentDistribution {
  /// The closed form for another `Dirichlet`; nil for other distributions.
  ///
  /// log B(a') - log B(a) + Σ (a - a') (ψ(a) - ψ(Σ a))
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Dirichlet else { return nil }
    let (a, c) = (concentration.double, other.concentration.double)
    func logBeta(_ a: Tensor) -> Tensor {
      logGamma(a).sum(axis: -1) - logGamma(a.sum(axis: -1))
    }
    let logMeans = a.digamma() - a.sum(axis: -1, keepingDimensions: true).digamma()
    let result = logBeta(c) - logBeta(a) + ((a - c) * logMeans).sum(axis: -1)
    return result.cast(to: (concentration + other.concentration).dtype)
  }
}

extension Bernoulli: DivergentDistribution {
  /// The closed form for another `Bernoulli`; nil for other distributions.
  ///
  /// p log(p / p') + (1 - p) log((1 - p) / (1 - p')), without the outcome of probability 0.
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Bernoulli else { return nil }
    func term(_ outcome: Tensor, _ probability: Tensor) -> Tensor {
      let difference = logProb(outcome) - other.logProb(outcome)
      return `where`(probability .== 0, 0, probability * difference)
    }
    return term(1, probs) + term(0, complement)
  }
}

extension Categorical: DivergentDistribution {
  /// The closed form for another `Categorical`; nil for other distributions.
  ///
  /// Σ p log(p / p'), without the categories of probability 0.
  public func divergence(to other: any Distribution) -> Tensor? {
    guard let other = other as? Categorical else { return nil }
    require(
      categoryCount == other.categoryCount,
      "klDivergence: a Categorical has \(categoryCount) categories and the other "
        + "\(other.categoryCount)")
    return `where`(probs .== 0, 0, probs * (logits - other.logits)).sum(axis: -1)
  }
}
