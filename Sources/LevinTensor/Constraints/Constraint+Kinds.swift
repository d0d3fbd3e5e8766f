// The constraints of supports and parameters. Their transforms are those of Stan and PyTorch.

extension Constraint {
  /// Every number but the infinities.
  public static let real = Constraint("a finite number", transform: IdentityTransform()) {
    $0.isFinite
  }

  /// Finite numbers above 0, by exp.
  public static let positive = Constraint("a positive number", transform: ExpTransform()) {
    $0.isFinite .& ($0 .> 0)
  }

  /// Finite numbers from 0 up; the transform, exp, reaches all but 0.
  public static let nonNegative = Constraint("a finite number from 0 up", transform: ExpTransform())
  {
    $0.isFinite .& ($0 .>= 0)
  }

  /// Finite numbers above a bound that broadcasts with them, by bound + exp(x).
  public static func greaterThan(_ bound: Tensor) -> Constraint {
    let shifted = ComposedTransform([ExpTransform(), AffineTransform(bound, 1)])
    return Constraint("a number above \(text(bound))", transform: shifted) {
      $0.isFinite .& ($0 .> bound)
    }
  }

  /// Finite numbers below a bound that broadcasts with them, by bound - exp(x).
  public static func lessThan(_ bound: Tensor) -> Constraint {
    let mirrored = ComposedTransform([ExpTransform(), AffineTransform(bound, -1)])
    return Constraint("a number below \(text(bound))", transform: mirrored) {
      $0.isFinite .& ($0 .< bound)
    }
  }

  /// Numbers above 0 and below 1, by the sigmoid.
  public static let unitInterval = Constraint(
    "a number between 0 and 1, both excluded", transform: SigmoidTransform()
  ) { ($0 .> 0) .& ($0 .< 1) }

  /// Numbers from `lower` to `upper`, both included, by lower + (upper - lower) sigmoid(x).
  ///
  /// The transform reaches all but the ends. The bounds broadcast with the numbers.
  public static func interval(_ lower: Tensor, _ upper: Tensor) -> Constraint {
    let scaled = ComposedTransform([SigmoidTransform(), AffineTransform(lower, upper - lower)])
    return Constraint("a number from \(text(lower)) to \(text(upper))", transform: scaled) {
      ($0 .>= lower) .& ($0 .<= upper)
    }
  }

  // A bound that differs from element to element would not fit into a sentence.
  private static func text(_ bound: Tensor) -> String {
    bound.elementCount == 1 ? bound.item().description : "a bound of shape \(bound.shape)"
  }

  /// 0 and 1.
  public static let boolean = Constraint("0 or 1", isDiscrete: true) { ($0 .== 0) .| ($0 .== 1) }

  /// The integers from 0 up.
  public static let nonNegativeInteger = Constraint("an integer from 0 up", isDiscrete: true) {
    $0.isFinite .& ($0 .>= 0) .& ($0 .== $0.floor())
  }

  /// The integers of a range, such as the indices of `count` categories in `0..<count`.
  public static func integers(in range: Range<Int>) -> Constraint {
    Constraint(
      "an integer from \(range.lowerBound) to \(range.upperBound - 1)", isDiscrete: true,
      example: Double(range.lowerBound)
    ) {
      ($0 .>= range.lowerBound) .& ($0 .< range.upperBound) .& ($0 .== $0.floor())
    }
  }
}

extension Constraint {
  /// Vectors of finite numbers along the last axis.
  public static let realVector = Constraint(
    "a vector of finite numbers", eventRank: 1,
    transform: IndependentTransform(IdentityTransform(), 1)
  ) { $0.isFinite.all(axis: -1) }

  /// Numbers from 0 up along the last axis that add up to 1, within 1e-6, or 1e-5 in `float32`.
  ///
  /// The bijection is stick-breaking from one number less, the over-parametrised transform the softmax;
  /// both reach all but the proportions of 0.
  public static let simplex = Constraint(
    "a vector of proportions that add up to 1", eventRank: 1,
    bijection: StickBreakingTransform(), parametrization: SoftmaxTransform()
  ) {
    let tolerance = $0.dtype == .float64 ? 1e-6 : 1e-5
    let isWhole = ($0.sum(axis: -1) - 1).abs() .< tolerance
    return ($0 .>= 0).all(axis: -1) .& isWhole
  }

  /// Finite numbers along the last axis, each above the one before it.
  public static let ordered = Constraint(
    "a vector of increasing numbers", eventRank: 1, transform: OrderedTransform()
  ) {
    let last = Swift.max($0.shape[$0.rank - 1] - 1, 0)
    let isAbove = $0[.ellipsis, 1...] .> $0[.ellipsis, ..<last]
    return $0.isFinite.all(axis: -1) .& isAbove.all(axis: -1)
  }
}
