public import LevinTensor

/// The beta distribution of proportions, with parameters `concentration1` and `concentration0`.
///
/// log p(x) = (a - 1) log x + (b - 1) log(1 - x) - log B(a, b) for 0 < x < 1, where a is
/// `concentration1`, b is `concentration0`, both above 0, and B(a, b) = Γ(a) Γ(b) / Γ(a + b).
public struct Beta: Distribution {
  /// The exponent at x, less one: the weight towards 1.
  public let concentration1: Tensor
  /// The exponent at 1 - x, less one: the weight towards 0.
  public let concentration0: Tensor
  /// The shape that the parameters broadcast to.
  public let batchShape: [Int]

  /// Creates a beta distribution for each element of the broadcast parameters.
  public init(concentration1: Tensor, concentration0: Tensor) {
    (self.concentration1, self.concentration0) = (
      concentration1.real(beside: concentration0), concentration0.real(beside: concentration1)
    )
    batchShape = Shape.broadcast(self.concentration1.shape, self.concentration0.shape, for: "Beta")
  }

  /// Creates a beta distribution for each element of the broadcast parameters.
  public init(_ concentration1: Tensor, _ concentration0: Tensor) {
    self.init(concentration1: concentration1, concentration0: concentration0)
  }

  /// One number.
  public var eventShape: [Int] { [] }

  /// Numbers between 0 and 1, both excluded.
  public var support: Constraint { .unitInterval }

  /// a / (a + b).
  public var mean: Tensor { concentration1 / (concentration1 + concentration0) }

  /// a b / ((a + b)² (a + b + 1)).
  public var variance: Tensor {
    let total = concentration1 + concentration0
    return concentration1 * concentration0 / (total.square() * (total + 1))
  }

  /// The log-density; at 0 and 1 its limit, beyond them -inf.
  ///
  /// Large concentrations keep their digits; see ``ProportionPowers``.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: concentration1)
    let (a, b) = (concentration1.precise(in: batchShape), concentration0.precise(in: batchShape))
    let powers = ProportionPowers(total: a + b, count: 2, dtype: concentration1.dtype)
    // Outside, the rest is infinite, which its exponent takes for impossible. All this depends on the data alone, and
    // so costs loops over the same data nothing.
    let isOutside = (value .< 0) .| (value .> 1)
    func inside(_ x: Tensor, else other: Double) -> Tensor {
      `where`(isOutside, Tensor.full([], other, dtype: value.dtype), x)
    }
    let exponents =
      powers.exponent(concentration1, inside(value, else: 1), log: inside(value.log(), else: 0))
      + powers.exponent(
        concentration0, inside(1 - value, else: .infinity), log: inside(log1p(-value), else: 0))
    let normalizer = powers.logTotal + powers.share(a) + powers.share(b)
    return exponents + normalizer.cast(to: exponents.dtype)
  }

  /// Ratios X / (X + Y) of gamma draws, or Jöhnk's method, from NumPy's stream.
  ///
  /// A draw that would be rounded to 0 or 1 is moved to the number next to it, inside the support.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let least = concentration1.leastDraw
    let isSingle = concentration1.dtype == .float32
    let most = isSingle ? Double(Float(1).nextDown) : 1.0.nextDown
    return draws(shape, of: [concentration1, concentration0], by: self, isPositive) {
      min(max(generator.beta($0[0], $0[1]), least), most)
    }
  }
}

extension Beta: ReparameterizedDistribution {
  /// The numbers of ``sample(_:using:)``, with gradients by implicit reparameterisation.
  ///
  /// A draw moves with a parameter so that its distribution function stays the same. Derivatives are first
  /// ones only.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    moving(sample(shape, using: &generator))
  }

  /// Drawn numbers as a function of the parameters.
  package func moving(_ numbers: Tensor) -> Tensor {
    let slopes = betaQuantileSlopes(
      concentration1, concentration0, numbers, rest: 1 - numbers.double)
    return numbers.moving(slopes.a, with: concentration1).moving(slopes.b, with: concentration0)
  }
}
