// Counts of elements. Where a shape follows from the numbers, these are evaluated when the method is called.

/// The distinct elements of a tensor.
public struct UniqueElements: Sendable {
  /// Each distinct element once, ascending.
  public let values: Tensor
  /// For each element of the tensor the index of its value, as `int64` in the tensor's shape.
  public let inverse: Tensor
  /// The number of elements of each value, as `int64`.
  public let counts: Tensor
}

/// Counts of elements in each of several intervals.
public struct Histogram: Sendable {
  /// The number of elements in each bin, the sum of their weights, or their density.
  public let counts: Tensor
  /// The bounds of the bins, one more than there are bins.
  public let edges: Tensor
}

extension Tensor {
  /// The distinct elements, with their indices and counts.
  ///
  /// Evaluates the tensor, since their number is the shape of what is returned. Each NaN is distinct from
  /// all others and comes last. There are no gradients.
  public func unique() -> UniqueElements {
    let line = flattened().detached()
    let order = line.argSort(axis: 0)
    let sorted = line.gathered(at: order)
    let isFirst = concatenate([
      Tensor([Bool](repeating: true, count: Swift.min(elementCount, 1))),
      sorted[.range(1, nil)] .!= sorted[.range(0, Swift.max(elementCount - 1, 0))],
    ])
    let group = isFirst.cumulativeSum(axis: 0) - 1
    let inverse = Tensor.zeros([elementCount], dtype: .int64).replacing(at: order, with: group)
    evaluateOrStop(isFirst, order, sorted, inverse)
    let starts = isFirst.scalars(as: Bool.self).enumerated().filter(\.element).map(\.offset)
    let ends = starts.dropFirst() + [elementCount]
    return UniqueElements(
      values: sorted.gathered(at: Tensor(starts)), inverse: inverse.reshaped(to: shape),
      counts: Tensor(zip(starts, ends).map { $1 - $0 }))
  }

  /// Counts of each integer from 0 on, `bincount`.
  ///
  /// Evaluates the tensor, since its largest element is the shape of what is returned. Weights are added up
  /// in double precision, and have a gradient. With a negative element the counts cannot be evaluated; see
  /// ``EvaluationError``.
  ///
  /// - Parameters:
  ///   - weights: The weight of each element, in this tensor's shape; 1 when left out.
  ///   - minimumLength: The least size of the result, the rest of which is 0.
  /// - Returns: Counts as `int64`, or sums of weights in their dtype, of integers as `float64`.
  public func bincount(weights: Tensor? = nil, minimumLength: Int = 0) -> Tensor {
    require(
      rank == 1 && !dtype.isFloatingPoint,
      "bincount: elements are integers along one axis, not \(dtype) of shape \(shape)")
    require(minimumLength >= 0, "bincount: the least length is \(minimumLength)")
    let indices = cast(to: .int64)
    if let weights {
      require(
        weights.shape == shape,
        "bincount: weights of shape \(weights.shape) do not fit elements of shape \(shape)")
    }
    let each = weights.map { $0.dtype.isFloatingPoint ? $0 : $0.cast(to: .float64) }
    let one = each ?? Tensor.ones(shape, dtype: .int64)
    do throws(EvaluationError) {
      let length = Swift.max(minimumLength, try indices.lengthOfCounts())
      Shape.requireCountable([length], for: "bincount", from: shape)
      return Self.totals(at: indices, weights: one, length)
    } catch {
      return Tensor(fault: error, shape: [minimumLength], dtype: one.dtype)
    }
  }

  // One more than the largest element.
  private func lengthOfCounts() throws(EvaluationError) -> Int {
    if elementCount == 0 { return 0 }
    let (smallest, largest) = (min(), max())
    try evaluate(smallest, largest)
    let least = smallest.item(as: Int.self)
    if least >= 0 { return Shape.sum(largest.item(as: Int.self), 1) }
    throw EvaluationError(
      "bincount", .invalidArgument("an element is \(least), and none may be negative"))
  }

  // Integer weights are exact, real ones are added up in double precision.
  private static func totals(at indices: Tensor, weights: Tensor, _ length: Int) -> Tensor {
    let isReal = weights.dtype.isFloatingPoint
    let sums = Tensor.zeros([length], dtype: isReal ? .float64 : .int64)
      .adding(weights.cast(to: isReal ? .float64 : .int64), at: indices)
    return isReal ? sums.cast(to: weights.dtype) : sums
  }

  /// Counts of the elements in bins of one width.
  ///
  /// A bin includes its lower edge; the last one includes both. Elements outside count nowhere. Evaluates
  /// the tensor for its smallest and largest element when no range is given.
  ///
  /// - Parameters:
  ///   - bins: The number of bins.
  ///   - range: The lower edge of the first bin and the upper edge of the last; those of the elements when
  ///     left out. Edges that are equal move apart by 1.
  ///   - weights: The weight of each element, in this tensor's shape; 1 when left out.
  ///   - density: Whether counts are divided so that the integral over the bins is 1.
  public func histogram(
    bins: Int = 10, range: ClosedRange<Double>? = nil, weights: Tensor? = nil, density: Bool = false
  ) -> Histogram {
    require(bins > 0, "histogram: the number of bins is \(bins), and must be positive")
    Shape.requireCountable([bins], for: "histogram")
    let real = dtype.isFloatingPoint ? dtype : .float64
    do throws(EvaluationError) {
      var (lower, upper) = try limits(range)
      if lower == upper { (lower, upper) = (lower - 0.5, upper + 0.5) }
      let edges = Tensor.linspace(lower, upper, count: bins + 1, dtype: real)
      return counted(edges, weights: weights, density: density)
    } catch {
      return counted(
        Tensor(fault: error, shape: [bins + 1], dtype: real), weights: weights, density: density)
    }
  }

  private func limits(_ range: ClosedRange<Double>?) throws(EvaluationError) -> (Double, Double) {
    var (lower, upper) = (range?.lowerBound ?? 0, range?.upperBound ?? 1)
    if range == nil, elementCount > 0 {
      let (smallest, largest) = (min(), max())
      try evaluate(smallest, largest)
      (lower, upper) = (smallest.item(), largest.item())
    }
    if lower.isFinite && upper.isFinite { return (lower, upper) }
    throw EvaluationError(
      "histogram", .invalidArgument("the range from \(lower) to \(upper) is not finite"))
  }

  /// Counts of the elements in the bins between edges.
  ///
  /// A bin includes its lower edge; the last one includes both. Elements outside count nowhere.
  ///
  /// - Parameters:
  ///   - edges: At least two ascending numbers, which are evaluated to see that they ascend.
  ///   - weights: The weight of each element, in this tensor's shape; 1 when left out.
  ///   - density: Whether counts are divided so that the integral over the bins is 1.
  public func histogram(
    edges: Tensor, weights: Tensor? = nil, density: Bool = false
  ) -> Histogram {
    require(
      edges.rank == 1 && edges.count >= 2,
      "histogram: edges are at least two numbers along one axis, and these have shape \(edges.shape)"
    )
    return counted(edges.ascending, weights: weights, density: density)
  }

  // The edges themselves, or the fault that they do not ascend.
  private var ascending: Tensor {
    do throws(EvaluationError) {
      let numbers = try evaluated().scalars
      for (lower, upper) in zip(numbers, numbers.dropFirst()) where !(lower <= upper) {
        throw EvaluationError(
          "histogram", .invalidArgument("edges ascend, and \(upper) follows \(lower)"))
      }
      return self
    } catch {
      return Tensor(fault: error, shape: shape, dtype: dtype)
    }
  }

  private func counted(_ edges: Tensor, weights: Tensor?, density: Bool) -> Histogram {
    let bins = edges.count - 1
    let line = flattened().detached()
    let isInside = (line .>= edges[0]) .& (line .<= edges[bins])
    // The last edge belongs to the last bin.
    let indices = (line.bucketized(by: edges, right: true) - 1).clip(min: 0, max: Tensor(bins - 1))
    if let weights {
      require(
        weights.shape == shape,
        "histogram: weights of shape \(weights.shape) do not fit elements of shape \(shape)")
    }
    let each = weights?.flattened() ?? Tensor.ones([elementCount], dtype: .int64)
    let counts = Self.totals(
      at: indices, weights: `where`(isInside, each, Tensor.zeros([], dtype: each.dtype)), bins)
    guard density else { return Histogram(counts: counts, edges: edges) }
    let real = counts.cast(to: .float64)
    let widths = (edges[1...] - edges[0..<bins]).cast(to: .float64)
    return Histogram(counts: real / widths / real.sum(), edges: edges)
  }
}
