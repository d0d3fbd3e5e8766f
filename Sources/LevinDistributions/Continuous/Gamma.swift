public import LevinTensor

/// The gamma distribution of positive numbers, with shape `concentration` and inverse scale `rate`.
///
/// log p(x) = a log b + (a - 1) log x - b x - log Γ(a) for x > 0, where a is `concentration` and b is `rate`,
/// both above 0.
public struct Gamma: Distribution {
  /// The shape parameter.
  public let concentration: Tensor
  /// The inverse of the scale.
  public let rate: Tensor
  /// The shape that the parameters broadcast to.
  public let batchShape: [Int]

  /// Creates a gamma distribution for each element of the broadcast parameters.
  public init(concentration: Tensor, rate: Tensor) {
    (self.concentration, self.rate) = (
      concentration.real(beside: rate), rate.real(beside: concentration)
    )
    batchShape = Shape.broadcast(self.concentration.shape, self.rate.shape, for: "Gamma")
  }

  /// Creates a gamma distribution for each element of the broadcast parameters.
  public init(_ concentration: Tensor, _ rate: Tensor) {
    self.init(concentration: concentration, rate: rate)
  }

  /// One number.
  public var eventShape: [Int] { [] }

  /// Finite numbers above 0.
  public var support: Constraint { .positive }

  /// concentration / rate.
  public var mean: Tensor { concentration / rate }

  /// concentration / rate².
  public var variance: Tensor { concentration / rate.square() }

  /// The log-density; at 0 its limit, below 0 and at infinity -inf.
  ///
  /// Large concentrations keep their digits: it is that of a Poisson distribution, but for factors.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: concentration)
    let isOutside = (value .< 0) .| value.isInfinite
    let inside = `where`(isOutside, 1, value)
    let logScaled = inside.log() + rate.log()
    let exponent = gammaExponent(concentration - 1, rate * inside, log: logScaled)
    return (exponent + logScale.cast(to: exponent.dtype)).impossible(where: isOutside)
  }

  // log b - log Γ(a), of which the exponent has a part.
  private var logScale: Tensor {
    rate.precise(in: batchShape).log() - concentration.precise(in: batchShape).stirlingRest()
  }

  /// Gamma draws from NumPy's stream; one that would be rounded to 0 is moved inside the support.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let least = concentration.leastDraw
    return draws(shape, of: [concentration, rate], by: self, isPositive) {
      max(generator.standardGamma($0[0]) / $0[1], least)
    }
  }
}

extension Gamma: ReparameterizedDistribution {
  /// The numbers of ``sample(_:using:)``, with gradients by implicit reparameterisation.
  ///
  /// A draw moves with a parameter so that its distribution function stays the same; those with respect
  /// to `concentration` are first derivatives only.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    moving(sample(shape, using: &generator))
  }

  /// Drawn numbers as a function of the parameters.
  package func moving(_ numbers: Tensor) -> Tensor {
    let fixedRate = rate.detached().cast(to: .float64)
    let slope = gammaQuantileSlope(concentration, numbers.cast(to: .float64) * fixedRate)
    let moving = numbers.moving(slope / fixedRate, with: concentration)
    // 1 in value: draws are inversely proportional to the rate.
    return rate.requiresGradient ? moving * (rate.detached() / rate) : moving
  }
}
