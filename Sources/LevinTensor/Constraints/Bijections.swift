/// A bijection from all real numbers onto what meets a constraint.
///
/// exp for positive numbers, a scaled sigmoid for intervals, stick-breaking for the simplex, which takes one
/// number less than it gives. Ends the process for a constraint without one, such as integers; see
/// ``Constraint/hasBijection``.
public func biject(to constraint: Constraint) -> any Transform {
  guard let bijection = constraint.bijection else {
    fatalError(
      "biject(to:): there is no bijection from real numbers onto \(constraint.description)"
        + (constraint.isDiscrete ? ", which is discrete" : "; describe the constraint with one"))
  }
  return bijection
}

/// A transform from real numbers onto what meets a constraint, which may take more numbers than needed.
///
/// It is the softmax for the simplex, which treats all proportions alike, and ``biject(to:)`` for the
/// other constraints. Ends the process for a constraint without a transform.
public func transform(to constraint: Constraint) -> any Transform {
  constraint.parametrization ?? biject(to: constraint)
}
