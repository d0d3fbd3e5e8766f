/// A condition on values: where a distribution has its mass, or what a parameter may be.
///
///     let counts = Constraint.nonNegativeInteger
///     counts.check([0, 3, -1, 0.5])   // [true, true, false, false]
///
/// It is about single numbers, or about the rightmost `eventRank` axes together. NaN meets no constraint.
/// ``biject(to:)`` gives a transform from real numbers onto the values that meet it.
public struct Constraint: Sendable, CustomStringConvertible {
  /// The kind of value that meets the constraint, with its article: `a positive number`.
  public let description: String
  /// The number of rightmost axes that meet the constraint together; 0 for single numbers.
  public let eventRank: Int
  /// Whether the values that meet the constraint can be counted, as integers can.
  public let isDiscrete: Bool
  let bijection: (any Transform)?
  let parametrization: (any Transform)?
  private let holds: @Sendable (Tensor) -> Tensor
  // A number that meets a constraint without a bijection.
  private let example: Double
  /// Booleans for each element along axes that meet the constraint each by itself; nil where there are none.
  package private(set) var holdsAtEach: (@Sendable (Tensor) -> Tensor)?
  /// Whether a mask leaves elements out.
  package private(set) var isRelaxed = false

  /// Describes a condition of one's own.
  ///
  /// - Parameters:
  ///   - description: The kind of value that meets it, to follow "is not" in an error.
  ///   - eventRank: The number of rightmost axes that meet it together.
  ///   - isDiscrete: Whether the values that meet it can be counted.
  ///   - transform: A transform from all real numbers onto the values that meet it. Where it is bijective it
  ///     serves ``biject(to:)`` too, not only ``LevinTensor/transform(to:)``.
  ///   - holds: From values to Booleans, true where the condition is met, of the values' shape without its
  ///     last `eventRank` axes.
  public init(
    _ description: String, eventRank: Int = 0, isDiscrete: Bool = false,
    transform: (any Transform)? = nil, _ holds: @escaping @Sendable (Tensor) -> Tensor
  ) {
    self.init(
      description, eventRank: eventRank, isDiscrete: isDiscrete,
      bijection: transform.flatMap { $0.isBijective ? $0 : nil }, parametrization: transform,
      holds: holds)
  }

  init(
    _ description: String, eventRank: Int = 0, isDiscrete: Bool = false, example: Double = 0,
    bijection: (any Transform)? = nil, parametrization: (any Transform)? = nil,
    holds: @escaping @Sendable (Tensor) -> Tensor
  ) {
    (self.description, self.eventRank, self.isDiscrete) = (description, eventRank, isDiscrete)
    (self.bijection, self.parametrization) = (bijection, parametrization)
    (self.holds, self.example) = (holds, example)
  }

  /// Whether ``biject(to:)`` has a bijection from real numbers onto the values that meet the constraint.
  public var hasBijection: Bool { bijection != nil }

  /// Booleans, true where a tensor meets the constraint, of its shape without the last `eventRank` axes.
  public func check(_ tensor: Tensor) -> Tensor {
    require(
      tensor.rank >= eventRank,
      "Constraint.check: \(description) has \(eventRank) axes, but the shape is \(tensor.shape)")
    return holds(tensor)
  }
}

extension Constraint {
  /// A constraint that all elements along `count` more axes on the right meet, each by itself.
  ///
  /// - Parameters:
  ///   - base: The constraint that each element meets.
  ///   - count: The number of axes, from 0 up; with 0 it is `base`.
  public static func independent(_ base: Constraint, _ count: Int) -> Constraint {
    require(count >= 0, "Constraint.independent: \(count) axes; give 0 or more")
    if count == 0 { return base }
    var result = Constraint(
      "\(base.description) at each index", eventRank: base.eventRank + count,
      isDiscrete: base.isDiscrete, example: base.example,
      bijection: base.bijection.map { IndependentTransform($0, count) },
      parametrization: base.parametrization.map { IndependentTransform($0, count) }
    ) {
      let met = base.check($0)
      return met.all(axes: Array((met.rank - count)..<met.rank))
    }
    result.holdsAtEach = base.holdsAtEach ?? { base.check($0) }
    result.isRelaxed = base.isRelaxed
    return result
  }

  /// The constraint of values that meet this one at some index of a batch axis, which its bounds have and values lack.
  ///
  /// - Parameters:
  ///   - axis: The batch axis, counted from the right over batch axes and event axes together, and so negative.
  ///   - eventShape: The shape of one value.
  /// - Returns: The constraint itself if it has no batch axes; else one without a bijection.
  package func union(overAxis axis: Int, eventShape: [Int]) -> Constraint {
    if check(.zeros(eventShape)).rank == eventShape.count - eventRank { return self }
    return Constraint(
      "\(description) for some component", eventRank: eventRank, isDiscrete: isDiscrete
    ) {
      check($0.expandingDimensions(at: axis)).any(axis: axis + eventRank)
    }
  }

  /// The constraint where a mask is true; elsewhere everything meets it.
  package func relaxed(exceptWhere mask: Tensor) -> Constraint {
    var result = Constraint(
      description, eventRank: eventRank, isDiscrete: isDiscrete, example: example,
      bijection: bijection, parametrization: parametrization
    ) { check($0) .| .!mask }
    result.isRelaxed = true
    return result
  }

  /// A value of shape `shape` that meets the constraint, without gradients: what 0 becomes by the bijection,
  /// or the least integer.
  package func feasibleValue(_ shape: [Int], dtype: DType) -> Tensor {
    guard let bijection else { return .full(shape, example, dtype: dtype) }
    let real = dtype.isFloatingPoint ? dtype : .float32
    let zeros = Tensor.zeros(bijection.inverseShape(shape), dtype: real)
    return bijection(zeros).detached().cast(to: dtype)
  }
}
