/// A condition on single numbers: where a distribution has its mass, or what a parameter may be.
///
///     let counts = Constraint.nonNegativeInteger
///     counts.check([0, 3, -1, 0.5])   // [true, true, false, false]
///
/// NaN meets no constraint.
public struct Constraint: Sendable, CustomStringConvertible {
  /// What a number that meets the constraint is, with its article: `a positive number`.
  public let description: String
  private let holds: @Sendable (Tensor) -> Tensor

  /// Describes a condition of one's own.
  ///
  /// - Parameters:
  ///   - description: What a number that meets it is, to follow "is not" in an error.
  ///   - holds: The booleans that say where it is met, of the shape of what is given.
  public init(_ description: String, _ holds: @escaping @Sendable (Tensor) -> Tensor) {
    self.description = description
    self.holds = holds
  }

  /// Where the elements of a tensor meet the constraint, as booleans of its shape.
  public func check(_ tensor: Tensor) -> Tensor { holds(tensor) }
}

extension Constraint {
  /// Every number but the infinities.
  public static let real = Constraint("a finite number") { $0.isFinite }

  /// Finite numbers above 0.
  public static let positive = Constraint("a positive number") { $0.isFinite .& ($0 .> 0) }

  /// Numbers above 0 and below 1.
  public static let unitInterval = Constraint("a number between 0 and 1, both excluded") {
    ($0 .> 0) .& ($0 .< 1)
  }

  /// The whole numbers from 0 up.
  public static let nonNegativeInteger = Constraint("a whole number from 0 up") {
    $0.isFinite .& ($0 .>= 0) .& ($0 .== $0.floor())
  }

  /// The whole numbers of a range, such as the places of `count` categories in `0..<count`.
  public static func integers(in range: Range<Int>) -> Constraint {
    Constraint("a whole number from \(range.lowerBound) to \(range.upperBound - 1)") {
      ($0 .>= range.lowerBound) .& ($0 .< range.upperBound) .& ($0 .== $0.floor())
    }
  }
}
