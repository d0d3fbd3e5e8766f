/// Where an index is from, in the user's words: for faults that only the data show.
struct IndexOrigin {
  /// The axis that the user named, when it is another than that of the operation.
  var axis: Int?
  var site: CallSite

  fileprivate func attributes(_ axis: Int, _ further: Int...) -> [Int] {
    [axis, self.axis ?? axis] + further + site.attributes
  }
}

// Shapes of operations by index. Axes count from the front; what users may write is checked before.
extension Node {
  /// Indices as plans take them: whole numbers that have a dtype.
  static func indices(_ x: Node, for operation: @autoclosure () -> String) -> Node {
    require(
      x.dtype == .int32 || x.dtype == .int64,
      "\(operation()): an index has dtype int64 or int32, not \(x.dtype); "
        + "Tensor([0, 2]) makes one of whole numbers")
    return cast(x, to: x.dtype)
  }

  /// Slices of `x` along an axis: the indices' shape stands in the place of the axis.
  static func gather(_ x: Node, _ indices: Node, axis: Int, from origin: IndexOrigin) -> Node {
    Node(
      .gather, NodeInputs(x, indices),
      shape: x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...], dtype: x.dtype,
      attributes: origin.attributes(axis))
  }

  /// Slices added up: the axes of the indices, which begin at `axis`, become one of `size`.
  static func scatterAdd(
    _ x: Node, _ indices: Node, axis: Int, size: Int, from origin: IndexOrigin
  ) -> Node {
    Node(
      .scatterAdd, NodeInputs(x, indices),
      shape: x.shape[..<axis] + [size] + x.shape[(axis + indices.shape.count)...], dtype: x.dtype,
      attributes: origin.attributes(axis, size))
  }

  /// Elements of `x` along an axis; indices have its shape outside the axis.
  static func takeAlong(_ x: Node, _ indices: Node, axis: Int, from origin: IndexOrigin) -> Node {
    Node(
      .takeAlong, NodeInputs(x, indices), shape: indices.shape, dtype: x.dtype,
      attributes: origin.attributes(axis))
  }

  /// Elements added up along an axis, which has `size` in the result; indices have the shape of `x`.
  static func scatterAddAlong(
    _ x: Node, _ indices: Node, axis: Int, size: Int, from origin: IndexOrigin
  ) -> Node {
    var shape = x.shape
    shape[axis] = size
    return Node(
      .scatterAddAlong, NodeInputs(x, indices), shape: shape, dtype: x.dtype,
      attributes: origin.attributes(axis, size))
  }

  /// `x` with `values`, of the shape and dtype that `gather` has, in the places of its slices.
  static func scatter(
    _ x: Node, _ values: Node, _ indices: Node, axis: Int, from origin: IndexOrigin
  ) -> Node {
    Node(
      .scatter, NodeInputs(cast(x, to: x.dtype), values, indices), shape: x.shape, dtype: x.dtype,
      attributes: origin.attributes(axis))
  }

  /// One index along axes taken as one, from an index along each; all have one shape.
  static func linearIndex(
    _ indices: [Node], axes: [Int], sizes: [Int], countsFromEnd: Bool = true, at site: CallSite
  ) -> Node {
    let places = zip(axes, sizes).flatMap { [$0, $1] }
    return Node(
      .linearIndex, NodeInputs(indices), shape: indices[0].shape, dtype: .int64,
      attributes: [countsFromEnd ? 1 : 0] + places + site.attributes)
  }

  /// `x` with `values`, of its dtype, at `starts` and from there on `steps` apart.
  static func replace(_ x: Node, with values: Node, starts: [Int], steps: [Int]) -> Node {
    Node(
      .replace, NodeInputs(cast(x, to: x.dtype), values), shape: x.shape, dtype: x.dtype,
      attributes: zip(starts, steps).flatMap { [$0, $1] })
  }
}
