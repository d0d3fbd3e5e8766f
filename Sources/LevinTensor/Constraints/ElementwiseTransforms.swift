/// Leaves values as they are: y = x.
public struct IdentityTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 0.
  public var inputEventRank: Int { 0 }

  /// 0.
  public var outputEventRank: Int { 0 }

  /// `x` itself.
  public func callAsFunction(_ x: Tensor) -> Tensor { x }

  /// `y` itself.
  public func inverse(_ y: Tensor) -> Tensor { y }

  /// Zeros of the shape of `x`.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    Tensor.zeros(x.shape, dtype: x.dtype.isFloatingPoint ? x.dtype : .float32)
  }
}

/// Real numbers to positive ones: y = exp(x).
public struct ExpTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 0.
  public var inputEventRank: Int { 0 }

  /// 0.
  public var outputEventRank: Int { 0 }

  /// exp(x).
  public func callAsFunction(_ x: Tensor) -> Tensor { x.exp() }

  /// log y.
  public func inverse(_ y: Tensor) -> Tensor { y.log() }

  /// x.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor { x }
}

/// Real numbers to those between 0 and 1: y = 1 / (1 + exp(-x)).
public struct SigmoidTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 0.
  public var inputEventRank: Int { 0 }

  /// 0.
  public var outputEventRank: Int { 0 }

  /// 1 / (1 + exp(-x)), which rounds to 1 above about 17 in `float32` and 37 in `float64`.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.sigmoid() }

  /// log y - log(1 - y): infinite at 0 and 1, NaN beyond, and nothing moved inside.
  public func inverse(_ y: Tensor) -> Tensor { y.log() - (-y).log1p() }

  /// log y + log(1 - y), worked out from x without cancellation.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    x.logSigmoid() + (-x).logSigmoid()
  }
}

/// Real numbers to positive ones, nearly unchanged far above 0: y = log(1 + exp(x)).
public struct SoftplusTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 0.
  public var inputEventRank: Int { 0 }

  /// 0.
  public var outputEventRank: Int { 0 }

  /// log(1 + exp(x)).
  public func callAsFunction(_ x: Tensor) -> Tensor { x.softplus() }

  /// y + log(1 - exp(-y)), accurate also for small y; NaN below 0.
  public func inverse(_ y: Tensor) -> Tensor { y + (-((-y).expm1())).log() }

  /// log(1 / (1 + exp(-x))).
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor { x.logSigmoid() }
}

/// Numbers moved and stretched: y = loc + scale x.
public struct AffineTransform: Transform {
  /// The image of 0.
  public let loc: Tensor
  /// The factor, of either sign but not 0.
  public let scale: Tensor

  /// Creates a transform whose parameters broadcast with the values.
  public init(_ loc: Tensor, _ scale: Tensor) { (self.loc, self.scale) = (loc, scale) }

  /// 0.
  public var inputEventRank: Int { 0 }

  /// 0.
  public var outputEventRank: Int { 0 }

  /// loc + scale x, of the broadcast shape.
  public func callAsFunction(_ x: Tensor) -> Tensor { loc + scale * x }

  /// (y - loc) / scale.
  public func inverse(_ y: Tensor) -> Tensor { (y - loc) / scale }

  /// log |scale|, of the broadcast shape.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    // A Swift number as scale takes the dtype of the values before its logarithm is rounded.
    scale.cast(to: (x * scale).dtype).abs().log().expanded(to: forwardShape(x.shape))
  }

  /// `shape` broadcast with the parameters.
  public func forwardShape(_ shape: [Int]) -> [Int] {
    let ofParameters = Shape.broadcast(loc.shape, scale.shape, for: "AffineTransform")
    return Shape.broadcast(shape, ofParameters, for: "AffineTransform")
  }

  /// `shape` broadcast with the parameters.
  public func inverseShape(_ shape: [Int]) -> [Int] { forwardShape(shape) }
}
