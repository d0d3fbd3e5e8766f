public import LevinTensor

/// The Dirichlet distribution of K proportions that add up to 1.
///
/// log p(x) = Σ (a[k] - 1) log x[k] + log Γ(Σ a[k]) - Σ log Γ(a[k]), where a is `concentration`, above 0.
public struct Dirichlet: Distribution {
  /// The weights, along the last axis; their sum says how close draws are to the mean.
  public let concentration: Tensor

  /// Creates a Dirichlet distribution for each vector along the last axis of `concentration`.
  public init(concentration: Tensor) {
    require(
      concentration.rank > 0,
      "Dirichlet: concentration is a single number; its last axis must go over the proportions")
    self.concentration = concentration.real
  }

  /// Creates a Dirichlet distribution for each vector along the last axis of `concentration`.
  public init(_ concentration: Tensor) { self.init(concentration: concentration) }

  /// The shape of `concentration` without its last axis.
  public var batchShape: [Int] { concentration.shape.dropLast() }

  /// The number of proportions, K.
  public var eventShape: [Int] { concentration.shape.suffix(1) }

  /// Vectors of proportions that add up to 1.
  public var support: Constraint { .simplex }

  private var total: Tensor { concentration.sum(axis: -1, keepingDimensions: true) }

  /// a / Σ a.
  public var mean: Tensor { concentration / total }

  /// m (1 - m) / (Σ a + 1), where m is the mean.
  public var variance: Tensor { mean * (1 - mean) / (total + 1) }

  /// The log-density at vectors along the last axis; where a proportion is 0 its limit, and -inf for what is not a
  /// vector of proportions.
  ///
  /// Large concentrations keep their digits; see ``ProportionPowers``.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    checkEvent(of: value)
    let value = value.observed(with: concentration)
    let a = concentration.precise(in: concentration.shape)
    let powers = ProportionPowers(
      total: a.sum(axis: -1, keepingDimensions: true), count: eventShape[0],
      dtype: concentration.dtype)
    let exponents = powers.exponent(concentration, value, log: value.log())
    let normalizer = powers.logTotal + powers.share(a).sum(axis: -1, keepingDimensions: true)
    let logDensity =
      exponents.sum(axis: -1, keepingDimensions: true) + powers.excess(value)
      + normalizer.cast(to: exponents.dtype)
    return logDensity.squeezed(axis: -1)
      .impossible(where: .!(support.check(value) .| value.isNaN.any(axis: -1)))
  }

  /// Gamma draws divided by their sum, or pieces of a stick if all weights are small, from NumPy's stream.
  ///
  /// A proportion that would be rounded to 0 is the least positive number instead.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    requireSampleShape(shape)
    let weights: [Double]
    do { weights = try concentration.detached().evaluated().scalars } catch {
      return Tensor(fault: error, shape: shape + concentration.shape, dtype: concentration.dtype)
    }
    if !isPositive(weights) { return impossibleDraws(shape, dtype: concentration.dtype) }
    let size = eventShape[0]
    let least = concentration.leastDraw
    let count = shape.reduce(1, *) * batchShape.reduce(1, *)
    var numbers: [Double] = []
    numbers.reserveCapacity(count * size)
    var start = 0
    for _ in 0..<(size == 0 ? 0 : count) {
      let vector = generator.dirichlet(weights[start..<(start + size)])
      numbers += vector.map { max($0, least) }
      start = (start + size) % weights.count
    }
    let drawn = Tensor(
      numbers, shape: shape + concentration.shape, dtype: concentration.dtype)
    try? evaluate(drawn)
    return drawn
  }
}

extension Dirichlet: ReparameterizedDistribution {
  /// The numbers of ``sample(_:using:)``, with gradients by implicit reparameterisation.
  ///
  /// Each proportion is a beta draw and moves with its weight so that its distribution function stays the
  /// same, while the others keep their ratios. Derivatives are first ones only.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    moving(sample(shape, using: &generator))
  }

  /// Drawn proportions as a function of the concentration.
  package func moving(_ numbers: Tensor) -> Tensor {
    guard concentration.requiresGradient else { return numbers }
    let x = numbers.cast(to: .float64)
    let a = concentration.detached().cast(to: .float64)
    let rest =
      x.cumulativeSum(axis: -1, exclusive: true)
      + x.cumulativeSum(axis: -1, reversed: true, exclusive: true)
    let others = a.sum(axis: -1, keepingDimensions: true) - a
    let slope = betaQuantileSlopes(a, others, x, rest: rest).a / rest
    let safe = `where`(slope.isFinite, slope, 0).detached().cast(to: concentration.dtype)
    // 0 in value.
    let push = safe * (concentration - concentration.detached())
    return numbers + push - numbers * push.sum(axis: -1, keepingDimensions: true)
  }
}

extension PCG64 {
  /// One vector of the Dirichlet distribution, as NumPy's `dirichlet`.
  fileprivate mutating func dirichlet(_ weights: ArraySlice<Double>) -> [Double] {
    if let most = weights.max(), most < 0.1 { return brokenStick(weights) }
    let parts = weights.map { standardGamma($0) }
    let factor = 1 / parts.reduce(0, +)
    return parts.map { $0 * factor }
  }

  // With small weights all gammas can underflow; the pieces of a stick cannot all.
  private mutating func brokenStick(_ weights: ArraySlice<Double>) -> [Double] {
    var rests = [0.0]
    for weight in weights.reversed() { rests.append(rests[rests.count - 1] + weight) }
    rests.reverse()
    var left = 1.0
    let pieces = zip(weights, rests.dropFirst()).dropLast().map { weight, rest in
      let share = beta(weight, rest)
      defer { left *= 1 - share }
      return left * share
    }
    return pieces + [left]
  }
}
