public import LevinTensor

/// All mass on one value.
///
/// log p(x) is `logDensity` where x equals the value and -inf elsewhere. A `logDensity` other than 0 stands for
/// the density that a value had where it was drawn, such as before a transform.
public struct Delta: Distribution {
  /// The value, of shape batch shape + event shape.
  public let value: Tensor
  /// The log-probability of the value; it broadcasts to the batch shape.
  public let logDensity: Tensor
  /// The number of the value's rightmost axes that make one event.
  public let eventRank: Int
  /// Whether no `logDensity` was given, so that the value's log-probability is 0.
  package let isCertain: Bool

  /// Creates a distribution on each event of `value`.
  ///
  /// - Parameters:
  ///   - value: The value of every draw.
  ///   - logDensity: The log-probability of the value; 0 when left out.
  ///   - eventRank: The number of rightmost axes that make one event: Pyro's `event_dim`.
  public init(value: Tensor, logDensity given: Tensor? = nil, eventRank: Int = 0) {
    let logDensity = given ?? Tensor(0)
    isCertain = given == nil
    require(
      eventRank >= 0 && eventRank <= value.rank,
      "Delta: an event of \(eventRank) axes cannot be made of a value of shape \(value.shape)")
    (self.value, self.logDensity, self.eventRank) = (value, logDensity.real, eventRank)
    require(
      Shape.expands(logDensity.shape, to: batchShape),
      "Delta: logDensity of shape \(logDensity.shape) does not broadcast to batch shape "
        + "\(batchShape), of a value of shape \(value.shape) with \(eventRank) event axes")
  }

  /// Creates a distribution on each event of `value`; see ``init(value:logDensity:eventRank:)``.
  public init(_ value: Tensor, logDensity: Tensor? = nil, eventRank: Int = 0) {
    self.init(value: value, logDensity: logDensity, eventRank: eventRank)
  }

  /// The shape of the value without its event axes.
  public var batchShape: [Int] { value.shape.dropLast(eventRank) }

  /// The last `eventRank` sizes of the value's shape.
  public var eventShape: [Int] { value.shape.suffix(eventRank) }

  /// Finite numbers.
  public var support: Constraint { .independent(.real, eventRank) }

  /// The value.
  public var mean: Tensor { value }

  /// Zeros.
  public var variance: Tensor { Tensor.zeros(value.shape, dtype: value.real.dtype) }

  /// `logDensity` where all of an event equals the value's, -inf elsewhere.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    checkEvent(of: value)
    let isEqual = value .== self.value
    let isHit = isEqual.all(axes: Array((isEqual.rank - eventRank)..<isEqual.rank))
    let density = logDensity.cast(to: value.observed(with: self.value.real).dtype)
    return `where`(isHit, density, -Tensor.infinity(density.dtype))
  }

  /// The value, as often as asked for.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let values = value.detached().expanded(to: shape + value.shape)
    try? evaluate(values)
    return values
  }
}

extension Delta: ReparameterizedDistribution {
  /// The value, as often as asked for, with its gradient.
  public func reparameterizedSample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    value.expanded(to: shape + value.shape)
  }
}
