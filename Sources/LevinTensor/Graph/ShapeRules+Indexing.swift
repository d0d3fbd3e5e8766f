/// The origin of an index in the user's words, for faults that only the data show.
struct IndexOrigin {
  /// The axis that the user named, when it is another than that of the operation.
  var axis: Int?
  var site: CallSite
}

// Shapes of operations by index. Axes count from the front; what users may write is checked before.
extension Node {
  /// Indices as plans take them: integers that have a dtype.
  static func indices(_ x: Node, for operation: @autoclosure () -> String) -> Node {
    require(
      x.dtype == .int32 || x.dtype == .int64,
      "\(operation()): an index has dtype int64 or int32, not \(x.dtype); "
        + "Tensor([0, 2]) makes one of integers")
    return cast(x, to: x.dtype)
  }

  /// Slices of `x` along an axis: the indices' shape stands instead of the axis.
  static func gather(_ x: Node, _ indices: Node, axis: Int, from origin: IndexOrigin) -> Node {
    let shape = Array(x.shape[..<axis] + indices.shape + x.shape[(axis + 1)...])
    Shape.requireCountable(shape, for: "gather", from: x.shape, indices.shape)
    return Node(
      .indexing(.gather), NodeInputs(x, indices), shape: shape, dtype: x.dtype,
      attributes: IndexedAxis(axis, from: origin).attributes)
  }

  /// Slices added up: the axes of the indices, which begin at `axis`, become one of `size`.
  static func scatterAdd(
    _ x: Node, _ indices: Node, axis: Int, size: Int, from origin: IndexOrigin
  ) -> Node {
    Node(
      .indexing(.scatterAdd), NodeInputs(x, indices),
      shape: x.shape[..<axis] + [size] + x.shape[(axis + indices.shape.count)...], dtype: x.dtype,
      attributes: IndexedAxis(axis, size: size, from: origin).attributes)
  }

  /// Elements of `x` along an axis; indices have its shape outside the axis.
  static func takeAlong(_ x: Node, _ indices: Node, axis: Int, from origin: IndexOrigin) -> Node {
    Node(
      .indexing(.takeAlong), NodeInputs(x, indices), shape: indices.shape, dtype: x.dtype,
      attributes: IndexedAxis(axis, from: origin).attributes)
  }

  /// Elements added up along an axis, which has `size` in the result; indices have the shape of `x`.
  static func scatterAddAlong(
    _ x: Node, _ indices: Node, axis: Int, size: Int, from origin: IndexOrigin
  ) -> Node {
    var shape = x.shape
    shape[axis] = size
    return Node(
      .indexing(.scatterAddAlong), NodeInputs(x, indices), shape: shape, dtype: x.dtype,
      attributes: IndexedAxis(axis, size: size, from: origin).attributes)
  }

  /// `x` with `values`, of the shape and dtype that `gather` has, instead of its slices.
  static func scatter(
    _ x: Node, _ values: Node, _ indices: Node, axis: Int, from origin: IndexOrigin
  ) -> Node {
    Node(
      .indexing(.scatter), NodeInputs(cast(x, to: x.dtype), values, indices), shape: x.shape,
      dtype: x.dtype,
      attributes: IndexedAxis(axis, from: origin).attributes)
  }

  /// One index along axes taken as one, from an index along each; all have one shape.
  static func linearIndex(
    _ indices: [Node], axes: [Int], sizes: [Int], countsFromEnd: Bool = true, at site: CallSite
  ) -> Node {
    let indexing = LinearIndexing(
      axes: axes, sizes: sizes, countsFromEnd: countsFromEnd, at: site)
    return Node(
      .indexing(.linearIndex), NodeInputs(indices), shape: indices[0].shape, dtype: .int64,
      attributes: indexing.attributes)
  }

  /// Divisors of integers themselves, once none of them is found to be 0.
  static func nonZero(_ x: Node, in operation: BinaryOperation, at site: CallSite?) -> Node {
    if x.operation == .scalar { return x }
    return Node(
      .indexing(.nonZero), NodeInputs(x), shape: x.shape, dtype: x.dtype,
      attributes: [operation == .remainder ? 1 : 0] + (site ?? .unknown).attributes)
  }

  /// `x` with `values`, of its dtype, at `starts` and from there on `steps` apart.
  static func replace(_ x: Node, with values: Node, starts: [Int], steps: [Int]) -> Node {
    Node(
      .movement(.replace), NodeInputs(cast(x, to: x.dtype), values), shape: x.shape, dtype: x.dtype,
      attributes: Slicing(starts: starts, steps: steps).attributes)
  }
}
