// Truth values along axes. Everything but 0 holds, NaN too. Without axes all elements are looked at.
extension Tensor {
  /// Whether all elements along the axes hold; true where there are none.
  public func all(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    (.!cast(to: .bool)).countNonzero(axes: axes, keepingDimensions: keepingDimensions) .== 0
  }

  /// Whether all elements along one axis hold.
  public func all(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    all(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// Whether any element along the axes holds; false where there are none.
  public func any(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    countNonzero(axes: axes, keepingDimensions: keepingDimensions) .!= 0
  }

  /// Whether any element along one axis holds.
  public func any(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    any(axes: [axis], keepingDimensions: keepingDimensions)
  }

  /// How many elements along the axes are not 0, as `int64`.
  public func countNonzero(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
    cast(to: .bool).sum(axes: axes, keepingDimensions: keepingDimensions)
  }

  /// How many elements along one axis are not 0, as `int64`.
  public func countNonzero(axis: Int, keepingDimensions: Bool = false) -> Tensor {
    countNonzero(axes: [axis], keepingDimensions: keepingDimensions)
  }
}
