/// K - 1 real numbers to K proportions that add up to 1, piece by piece of a stick.
///
/// The share that is broken off what is left is z[i] = sigmoid(x[i] - log(K - i)) for i = 1, ..., K - 1, so
/// y[i] = z[i] Π(1 - z[j]) over j < i, and the last proportion is the rest; x = 0 gives equal ones
/// (Stan Reference Manual, "Unit simplex"). All of it is worked out on the log scale.
public struct StickBreakingTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 1.
  public var inputEventRank: Int { 1 }

  /// 1.
  public var outputEventRank: Int { 1 }

  /// K proportions along the last axis from K - 1 numbers.
  public func callAsFunction(_ x: Tensor) -> Tensor { logProportions(x).exp() }

  /// x[i] = log y[i] - log Σ y[j] over j > i, + log(K - i).
  public func inverse(_ y: Tensor) -> Tensor {
    let count = inverseShape(y.shape)[y.rank - 1]
    let rest = y.cumulativeSum(axis: -1, reversed: true, exclusive: true)
    let logRatio = y.log() - rest.log()
    return logRatio[.ellipsis, ..<count] + Self.offsets(count, y.dtype)
  }

  /// Σ log y over all K proportions: dy/dx without the last one is a triangle with z (1 - z) times what
  /// is left of the stick on its diagonal.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    logProportions(x).sum(axis: -1)
  }

  /// One more along the last axis.
  public func forwardShape(_ shape: [Int]) -> [Int] {
    Shape.requireVectors(shape, for: "StickBreakingTransform")
    return shape.dropLast() + [shape[shape.count - 1] + 1]
  }

  /// One less along the last axis.
  public func inverseShape(_ shape: [Int]) -> [Int] {
    Shape.requireVectors(shape, for: "StickBreakingTransform")
    require(
      shape[shape.count - 1] > 0,
      "StickBreakingTransform: shape \(shape) has no proportions along its last axis")
    return shape.dropLast() + [shape[shape.count - 1] - 1]
  }

  private func logProportions(_ x: Tensor) -> Tensor {
    let count = forwardShape(x.shape)[x.rank - 1] - 1
    let shifted = x - Self.offsets(count, x.dtype)
    let none = Tensor.zeros(x.shape.dropLast() + [1], dtype: shifted.dtype)
    let logKept = (-shifted).logSigmoid()
    let logLeft = concatenate([none, logKept.cumulativeSum(axis: -1)], axis: -1)
    return logLeft + concatenate([shifted.logSigmoid(), none], axis: -1)
  }

  // log(K - i) for i = 1, ..., K - 1.
  private static func offsets(_ count: Int, _ dtype: DType) -> Tensor {
    let indices = Tensor.arange(count, dtype: dtype.isFloatingPoint ? dtype : .float32)
    return (Double(count) - indices).log()
  }
}

/// K real numbers to K proportions that add up to 1: y = exp(x) / Σ exp(x).
///
/// A number added to all inputs changes nothing, so there is one input too many and no Jacobian.
public struct SoftmaxTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 1.
  public var inputEventRank: Int { 1 }

  /// 1.
  public var outputEventRank: Int { 1 }

  /// False.
  public var isBijective: Bool { false }

  /// The softmax along the last axis.
  public func callAsFunction(_ x: Tensor) -> Tensor { x.softmax(axis: -1) }

  /// log y, one of the inputs that give `y`.
  public func inverse(_ y: Tensor) -> Tensor { y.log() }

  /// Ends the process: the transform is no bijection.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    fatalError(
      "SoftmaxTransform: it takes one number more than it gives, so it has no Jacobian determinant; "
        + "use StickBreakingTransform, which biject(to: .simplex) gives")
  }

  /// `shape` itself.
  public func forwardShape(_ shape: [Int]) -> [Int] {
    Shape.requireVectors(shape, for: "SoftmaxTransform")
    return shape
  }

  /// `shape` itself.
  public func inverseShape(_ shape: [Int]) -> [Int] { forwardShape(shape) }
}

/// Real numbers to increasing ones along the last axis: y[1] = x[1], y[i] = y[i - 1] + exp(x[i]).
public struct OrderedTransform: Transform {
  /// Creates the transform.
  public init() {}

  /// 1.
  public var inputEventRank: Int { 1 }

  /// 1.
  public var outputEventRank: Int { 1 }

  /// The running sums of the first number and the exponentials of the others.
  public func callAsFunction(_ x: Tensor) -> Tensor {
    Shape.requireVectors(x.shape, for: "OrderedTransform")
    let steps = [x[.ellipsis, ..<1], x[.ellipsis, 1...].exp()]
    return concatenate(steps, axis: -1).cumulativeSum(axis: -1)
  }

  /// The first number and the logarithms of the differences; NaN where these are negative.
  public func inverse(_ y: Tensor) -> Tensor {
    Shape.requireVectors(y.shape, for: "OrderedTransform")
    let last = Swift.max(y.shape[y.rank - 1] - 1, 0)
    let differences = y[.ellipsis, 1...] - y[.ellipsis, ..<last]
    return concatenate([y[.ellipsis, ..<1], differences.log()], axis: -1)
  }

  /// Σ x[i] over i > 1.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    x[.ellipsis, 1...].sum(axis: -1)
  }

  /// `shape` itself.
  public func forwardShape(_ shape: [Int]) -> [Int] {
    Shape.requireVectors(shape, for: "OrderedTransform")
    return shape
  }

  /// `shape` itself.
  public func inverseShape(_ shape: [Int]) -> [Int] { forwardShape(shape) }
}
