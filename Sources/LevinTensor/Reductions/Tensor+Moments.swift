// Spread and size of the elements along axes. Without axes a reduction is over all elements.
extension Tensor {
  /// The variance along the axes: squares of the distances from the mean, added up and divided by the
  /// number of elements less `correction`.
  ///
  /// The mean is taken first, so that numbers far from 0 lose nothing. Where there are no more elements
  /// than the correction leaves out, infinite, or NaN if they are equal.
  ///
  /// - Parameters:
  ///   - axes: The axes, all when left out.
  ///   - correction: 1 (the unbiased estimate) unless told otherwise, as in PyTorch; 0 divides by the number
  ///     of elements.
  ///   - keepingDimensions: Whether reduced axes stay as axes of size 1.
  public func variance(
    axes: [Int]? = nil, correction: Double = 1, keepingDimensions: Bool = false
  ) -> Tensor {
    guard dtype.isFloatingPoint else {
      return cast(to: .float64)
        .variance(axes: axes, correction: correction, keepingDimensions: keepingDimensions)
        .cast(to: .float32)
    }
    let checked = axes.map { Shape.axes($0, rank: rank, for: "variance") } ?? Array(0..<rank)
    let number = Double(checked.reduce(1) { $0 * shape[$1] })
    let distances = self - mean(axes: checked, keepingDimensions: true)
    return distances.square().sum(axes: checked, keepingDimensions: keepingDimensions)
      / Swift.max(number - correction, 0)
  }

  /// The variance along one axis.
  public func variance(
    axis: Int, correction: Double = 1, keepingDimensions: Bool = false
  ) -> Tensor {
    variance(axes: [axis], correction: correction, keepingDimensions: keepingDimensions)
  }

  /// The square root of ``variance(axes:correction:keepingDimensions:)``; its gradient where all elements are
  /// equal is 0.
  public func standardDeviation(
    axes: [Int]? = nil, correction: Double = 1, keepingDimensions: Bool = false
  ) -> Tensor {
    variance(axes: axes, correction: correction, keepingDimensions: keepingDimensions)
      .withoutSlopeAtZero { $0.sqrt() }
  }

  /// The standard deviation along one axis.
  public func standardDeviation(
    axis: Int, correction: Double = 1, keepingDimensions: Bool = false
  ) -> Tensor {
    standardDeviation(axes: [axis], correction: correction, keepingDimensions: keepingDimensions)
  }

  /// The norm of order p along the axes, (sum of |x|^p)^(1/p).
  ///
  /// Order infinity gives the largest magnitude, minus infinity the smallest, 0 the number of elements
  /// that are not 0. Where a derivative does not exist, at elements or norms of 0, the gradient is 0.
  ///
  /// - Parameters:
  ///   - order: p; 2 is the Euclidean norm.
  ///   - axes: The axes, all when left out.
  ///   - keepingDimensions: Whether reduced axes stay as axes of size 1.
  public func norm(
    _ order: Double = 2, axes: [Int]? = nil, keepingDimensions: Bool = false
  ) -> Tensor {
    require(!order.isNaN, "norm: the order is NaN")
    guard dtype.isFloatingPoint else {
      return cast(to: .float64).norm(order, axes: axes, keepingDimensions: keepingDimensions)
        .cast(to: .float32)
    }
    let real = self
    func sum(_ x: Tensor) -> Tensor { x.sum(axes: axes, keepingDimensions: keepingDimensions) }
    switch order {
    case .infinity: return real.abs().max(axes: axes, keepingDimensions: keepingDimensions)
    case -.infinity: return real.abs().min(axes: axes, keepingDimensions: keepingDimensions)
    case 0: return sum((real .!= 0).cast(to: real.dtype))
    case 1: return sum(real.abs())
    case 2: return sum(real.square()).withoutSlopeAtZero { $0.sqrt() }
    default:
      let powers = real.abs().withoutSlopeAtZero(order > 0 ? 0 : .infinity) {
        $0.power(.number(order))
      }
      return sum(powers).withoutSlopeAtZero(order > 0 ? 0 : .infinity) {
        $0.power(.number(1 / order))
      }
    }
  }

  /// The norm of order p along one axis.
  public func norm(_ order: Double = 2, axis: Int, keepingDimensions: Bool = false) -> Tensor {
    norm(order, axes: [axis], keepingDimensions: keepingDimensions)
  }

  // A function that is steep at 0, where it has this value: 0 never enters it, so nothing flows back.
  private func withoutSlopeAtZero(
    _ value: Double = 0, _ function: (Tensor) -> Tensor
  ) -> Tensor {
    let isZero = self .== 0
    return `where`(isZero, .number(value), function(`where`(isZero, 1, self)))
  }
}
