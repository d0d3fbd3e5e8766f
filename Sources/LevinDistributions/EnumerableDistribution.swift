public import LevinTensor

/// A distribution of finitely many values, so that sums over all of them can be taken.
public protocol EnumerableDistribution: Distribution {
  /// The number of values, K.
  var supportCount: Int { get }

  /// All values, along a new first axis.
  ///
  /// - Parameter expanding: Whether the values are repeated, without copies, for each batch element.
  /// - Returns: Values of shape [K] + batch shape + event shape, or with ones instead of the batch shape.
  func enumeratedSupport(expanding: Bool) -> Tensor
}

extension EnumerableDistribution {
  /// All values along the first axis, for a distribution whose values are single numbers.
  func enumerated(_ values: Tensor, expanding: Bool) -> Tensor {
    let narrow = values.reshaped(to: values.shape + batchShape.map { _ in 1 })
    return expanding ? narrow.expanded(to: values.shape + batchShape) : narrow
  }
}
