// Without axes a reduction is over all elements and gives rank 0. Sums accumulate in double precision
// in an order that depends on the shape alone, so their bits are the same for any number of threads.
extension Tensor {
  private func reduce(
    _ operation: ReductionOperation, _ axes: [Int]?, keepingDimensions: Bool
  ) -> Tensor {
    let checked =
      axes.map { Shape.axes($0, rank: rank, for: "\(operation)") } ?? Array(0..<rank)
    return Tensor(Node.reduction(operation, node, axes: checked, keeping: keepingDimensions))
  }

  /// The sum along the axes; integers and Booleans add up as `int64`.
  public func sum(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    reduce(.sum, axes, keepingDimensions: keepingDimensions)
  }

  /// The sum along one axis.
  public func sum(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    sum(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The product along the axes; integers and Booleans multiply as `int64`, 1 when there are none.
  ///
  /// The gradient of an element is the product of the others, whichever of them are 0.
  public func product(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    reduce(.product, axes, keepingDimensions: keepingDimensions)
  }

  /// The product along one axis.
  public func product(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    product(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The mean along the axes; NaN when there is nothing to average.
  public func mean(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    let checked = axes.map { Shape.axes($0, rank: rank, for: "mean") } ?? Array(0..<rank)
    let number = checked.reduce(1) { $0 * shape[$1] }
    // Integers are exact in double precision where they are not in single.
    let real = dtype.isFloatingPoint ? self : cast(to: .float64)
    let mean = real.sum(axes: checked, keepingDimensions: keepingDimensions) / Double(number)
    return dtype.isFloatingPoint ? mean : mean.cast(to: .float32)
  }

  /// The mean along one axis.
  public func mean(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    mean(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The largest element along the axes; NaN where one is.
  ///
  /// Equal ones share the gradient.
  public func max(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    reduce(.maximumOver, axes, keepingDimensions: keepingDimensions)
  }

  /// The largest element along one axis.
  public func max(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    max(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The smallest element along the axes; NaN where one is.
  ///
  /// Equal ones share the gradient.
  public func min(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    reduce(.minimumOver, axes, keepingDimensions: keepingDimensions)
  }

  /// The smallest element along one axis.
  public func min(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    min(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// log of the sum of exponentials along the axes; -inf where all are -inf, with no gradient there.
  public func logSumExp(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    let checked = axes.map { Shape.axes($0, rank: rank, for: "logSumExp") } ?? Array(0..<rank)
    return Tensor(Node.logSumExp(node, axes: checked, keeping: keepingDimensions))
  }

  /// log of the sum of exponentials along one axis.
  public func logSumExp(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    logSumExp(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// Exponentials along an axis, scaled to add up to 1.
  public func softmax(axis: Int) -> Tensor {
    Tensor(Node.softmax(node, axes: [Shape.axis(axis, rank: rank, for: "softmax")]))
  }

  /// The logarithm of ``softmax(axis:)``.
  public func logSoftmax(axis: Int) -> Tensor {
    self - logSumExp(axis: axis, keepingDimensions: true)
  }
}
