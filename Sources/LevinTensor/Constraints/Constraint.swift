/// A condition on values: where a distribution has its mass, or what a parameter may be.
///
///     let counts = Constraint.nonNegativeInteger
///     counts.check([0, 3, -1, 0.5])   // [true, true, false, false]
///
/// It is about single numbers, or about the rightmost `eventRank` axes together. NaN meets no constraint.
/// ``biject(to:)`` gives a transform from real numbers onto the values that meet it.
public struct Constraint: Sendable, CustomStringConvertible {
  /// A value that meets the constraint in words, with its article: `a positive number`.
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

  /// Describes a condition of one's own.
  ///
  /// - Parameters:
  ///   - description: A value that meets it in words, to follow "is not" in an error.
  ///   - eventRank: The number of rightmost axes that meet it together.
  ///   - isDiscrete: Whether the values that meet it can be counted.
  ///   - transform: A transform from all real numbers onto the values that meet it. Where it is bijective it serves
  ///     ``biject(to:)`` too, not only ``LevinTensor/transform(to:)``.
  ///   - holds: The Booleans that say where it is met, of the shape of its argument without the last
  ///     `eventRank` axes.
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

  /// Whether ``biject(to:)`` has a bijection from real numbers onto what meets the constraint.
  public var hasBijection: Bool { bijection != nil }

  /// The Booleans that say where a tensor meets the constraint, of its shape without the last `eventRank` axes.
  public func check(_ tensor: Tensor) -> Tensor {
    require(
      tensor.rank >= eventRank,
      "Constraint.check: \(description) has \(eventRank) axes, but the shape is \(tensor.shape)")
    return holds(tensor)
  }
}

extension Constraint {
  /// A constraint that holds where all elements along `count` more axes on the right meet another.
  ///
  /// - Parameters:
  ///   - base: The constraint of each element.
  ///   - count: The number of axes, from 0 up; with 0 it is `base`.
  public static func independent(_ base: Constraint, _ count: Int) -> Constraint {
    require(count >= 0, "Constraint.independent: \(count) axes; give 0 or more")
    if count == 0 { return base }
    return Constraint(
      "\(base.description) at each index", eventRank: base.eventRank + count,
      isDiscrete: base.isDiscrete, example: base.example,
      bijection: base.bijection.map { IndependentTransform($0, count) },
      parametrization: base.parametrization.map { IndependentTransform($0, count) }
    ) {
      let met = base.check($0)
      return met.all(axes: Array((met.rank - count)..<met.rank))
    }
  }

  /// The constraint where a mask holds; elsewhere everything meets it.
  package func relaxed(exceptWhere mask: Tensor) -> Constraint {
    Constraint(
      description, eventRank: eventRank, isDiscrete: isDiscrete, example: example,
      bijection: bijection, parametrization: parametrization
    ) { check($0) .| .!mask }
  }

  /// A value of shape `shape` that meets the constraint, without gradients: the image of 0 under the
  /// bijection, or the least integer.
  package func feasibleValue(_ shape: [Int], dtype: DType) -> Tensor {
    guard let bijection else { return .full(shape, example, dtype: dtype) }
    let real = dtype.isFloatingPoint ? dtype : .float32
    let zeros = Tensor.zeros(bijection.inverseShape(shape), dtype: real)
    return bijection(zeros).detached().cast(to: dtype)
  }
}
