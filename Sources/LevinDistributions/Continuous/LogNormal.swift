public import LevinTensor

/// The distribution of exp(z), where z is normal of mean `loc` and standard deviation `scale`.
///
/// log p(x) = -(log x - loc)² / (2 scale²) - log x - log scale - log √(2π) for x > 0, with scale > 0.
public struct LogNormal: Distribution {
  /// The mean of the logarithm, finite.
  public let loc: Tensor
  /// The standard deviation of the logarithm, above 0.
  public let scale: Tensor
  private let logarithm: Normal

  /// Creates a log-normal distribution for each element of the broadcast parameters.
  public init(loc: Tensor, scale: Tensor) {
    logarithm = Normal(loc: loc, scale: scale)
    (self.loc, self.scale) = (logarithm.loc, logarithm.scale)
  }

  /// Creates a log-normal distribution for each element of the broadcast parameters.
  public init(_ loc: Tensor, _ scale: Tensor) { self.init(loc: loc, scale: scale) }

  /// The shape that `loc` and `scale` broadcast to.
  public var batchShape: [Int] { logarithm.batchShape }

  /// One number.
  public var eventShape: [Int] { [] }

  /// Finite numbers above 0.
  public var support: Constraint { .positive }

  /// exp(loc + scale² / 2).
  public var mean: Tensor { exp(loc + scale.square() * 0.5) }

  /// (exp(scale²) - 1) exp(2 loc + scale²).
  public var variance: Tensor { expm1(scale.square()) * exp(loc * 2 + scale.square()) }

  /// The log-density; -inf outside of the support, at 0 too.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: loc)
    let isOutside = (value .<= 0) .| value.isInfinite
    // Outside, neither the logarithm nor its gradient is used.
    let logValue = `where`(isOutside, 1, value).log()
    let inside = logarithm.logProb(logValue) - logValue
    return `where`(isOutside, -Tensor.infinity(inside.dtype), inside)
  }

  /// exp(loc + scale z), of standard normals z from NumPy's stream.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let numbers = exp(logarithm.sample(shape, using: &generator))
    try? evaluate(numbers)
    return numbers
  }
}

extension LogNormal: ReparameterizedDistribution {
  /// exp(loc + scale z), of standard normals z from NumPy's stream.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    exp(logarithm.reparameterizedSample(shape, using: &generator))
  }
}
