public import LevinTensor

/// The normal distribution of mean `loc` and standard deviation `scale`.
///
/// log p(x) = -(x - loc)² / (2 scale²) - log scale - log √(2π), for finite x, with scale > 0.
public struct Normal: Distribution {
  /// The mean, finite.
  public let loc: Tensor
  /// The standard deviation, above 0.
  public let scale: Tensor
  /// The shape that `loc` and `scale` broadcast to.
  public let batchShape: [Int]

  /// Creates a normal distribution for each element of the broadcast parameters.
  public init(loc: Tensor, scale: Tensor) {
    (self.loc, self.scale) = (loc.real(beside: scale), scale.real(beside: loc))
    batchShape = Shape.broadcast(self.loc.shape, self.scale.shape, for: "Normal")
  }

  /// Creates a normal distribution for each element of the broadcast parameters.
  public init(_ loc: Tensor, _ scale: Tensor) { self.init(loc: loc, scale: scale) }

  /// One number.
  public var eventShape: [Int] { [] }

  /// Finite numbers.
  public var support: Constraint { .real }

  /// `loc`.
  public var mean: Tensor { loc.expanded(to: batchShape) }

  /// scale².
  public var variance: Tensor { scale.square().expanded(to: batchShape) }

  /// The log-density; -inf at the infinities.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let value = value.observed(with: loc)
    // Terms of the parameters alone stand together, apart from the work on each value.
    return (value - loc).square() * (-0.5 / scale.square()) - (log(scale) + Self.logRootTwoPi)
  }

  /// loc + scale z, of standard normals z from NumPy's stream.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    draws(shape, of: [loc, scale], by: self, { $0[1] > 0 }) {
      $0[0] + $0[1] * generator.standardNormal()
    }
  }

  private static let logRootTwoPi = 0.918_938_533_204_672_8
}

extension Normal: ReparameterizedDistribution {
  /// loc + scale z, of standard normals z from NumPy's stream.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let standard = generator.standardNormal(shape: shape + batchShape, dtype: loc.dtype)
    return loc + scale * standard
  }
}
