// Booleans along axes. Everything but 0 is true, NaN too. Without axes all elements are looked at.
extension Tensor {
  /// Whether all elements along the axes are true; true where there are none.
  public func all(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    (.!cast(to: .bool)).countNonzero(axes: axes, keepingDimensions: keepingDimensions) .== 0
  }

  /// Whether all elements along one axis are true.
  public func all(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    all(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// Whether any element along the axes is true; false where there are none.
  public func any(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    countNonzero(axes: axes, keepingDimensions: keepingDimensions) .!= 0
  }

  /// Whether any element along one axis is true.
  public func any(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    any(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// The number of elements along the axes that are not 0, as `int64`.
  public func countNonzero(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    cast(to: .bool).sum(axes: axes, keepingDimensions: keepingDimensions)
  }

  /// The number of elements along one axis that are not 0, as `int64`.
  public func countNonzero(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    countNonzero(axes: [axis], keepingDimensions: keepingDimensions)
  }
}
