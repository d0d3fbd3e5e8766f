/// The transform that a constraint asks for, which can be called where it is made: `biject(to: .positive)(x)`.
public struct ConstraintTransform: Transform {
  /// The transform itself, such as ``ExpTransform``.
  public let base: any Transform

  // A function that gives `any Transform` cannot be called twice in one expression: Swift 6.3 crashes.
  init(_ base: any Transform) { self.base = base }

  /// The base's.
  public var inputEventRank: Int { base.inputEventRank }
  /// The base's.
  public var outputEventRank: Int { base.outputEventRank }
  /// Whether the base is bijective.
  public var isBijective: Bool { base.isBijective }
  /// The values that the base gives.
  public func callAsFunction(_ x: Tensor) -> Tensor { base(x) }
  /// The values that the base transforms to `y`.
  public func inverse(_ y: Tensor) -> Tensor { base.inverse(y) }
  /// The base's.
  public func logAbsDetJacobian(_ x: Tensor, _ y: Tensor) -> Tensor {
    base.logAbsDetJacobian(x, y)
  }
  /// The base's.
  public func forwardShape(_ shape: [Int]) -> [Int] { base.forwardShape(shape) }
  /// The base's.
  public func inverseShape(_ shape: [Int]) -> [Int] { base.inverseShape(shape) }
}

extension Transform {
  /// The transform itself, if a constraint gave it.
  package var unwrapped: any Transform { (self as? ConstraintTransform)?.base ?? self }
}

/// A bijection from all real numbers onto the values that meet a constraint.
///
/// exp for positive numbers, a scaled sigmoid for intervals, stick-breaking for the simplex, which takes one
/// number less than it gives. Ends the process for a constraint without one, such as integers; see
/// ``Constraint/hasBijection``.
public func biject(to constraint: Constraint) -> ConstraintTransform {
  guard let bijection = constraint.bijection else {
    stop(
      "biject(to:): there is no bijection from real numbers onto \(constraint.description)"
        + (constraint.isDiscrete ? ", which is discrete" : "; describe the constraint with one"))
  }
  return ConstraintTransform(bijection.unwrapped)
}

/// A transform from real numbers onto the values that meet a constraint.
///
/// It may take more numbers than needed. It is the softmax for the simplex, which treats all proportions alike, and ``biject(to:)`` for the
/// other constraints. Ends the process for a constraint without a transform.
public func transform(to constraint: Constraint) -> ConstraintTransform {
  constraint.parametrization.map { ConstraintTransform($0.unwrapped) } ?? biject(to: constraint)
}
