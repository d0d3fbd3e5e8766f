/// Shapes of what looks at the order of elements along one axis, or runs along it.
///
/// The one element of rank 0 counts as an axis of size 1.
extension Node {
  /// The place of the first largest or smallest element along an axis, which goes.
  static func argExtreme(_ operation: Operation, _ x: Node, axis: Int) -> Node {
    require(
      x.shape[axis] > 0,
      "\(operation): axis \(axis) of shape \(x.shape) is empty, so there is no extreme value")
    var shape = x.shape
    shape.remove(at: axis)
    return Node(operation, NodeInputs(x), shape: shape, dtype: .int64, attributes: [axis])
  }

  /// The place of the largest or smallest element so far along an axis.
  static func cumulativeArgExtreme(_ operation: Operation, _ x: Node, axis: Int) -> Node {
    Node(operation, NodeInputs(x), shape: x.shape, dtype: .int64, attributes: [axis])
  }

  /// The places of elements along an axis in order, of all or of the first `count`.
  static func argSort(_ x: Node, axis: Int, descending: Bool, count: Int? = nil) -> Node {
    require(
      x.shape[axis] <= UInt32.max,
      "argSort: axis \(axis) of shape \(x.shape) has more than \(UInt32.max) elements")
    var shape = x.shape
    shape[axis] = count ?? shape[axis]
    return Node(
      .argSort, NodeInputs(x), shape: shape, dtype: .int64, attributes: [axis, descending ? 1 : 0])
  }

  /// Where values belong among sorted boundaries along the last axis.
  static func searchSorted(_ boundaries: Node, _ values: Node, right: Bool) -> Node {
    let rows = boundaries.shape.dropLast()
    require(
      !boundaries.shape.isEmpty
        && (rows.isEmpty || (!values.shape.isEmpty && rows == values.shape.dropLast())),
      "searchSorted: boundaries of shape \(boundaries.shape) do not fit values of shape "
        + "\(values.shape): they have one axis, or agree in all but the last")
    let (x, y) = promoted(boundaries, values)
    return Node(
      .searchSorted, NodeInputs(x, y), shape: y.shape, dtype: .int64, attributes: [right ? 1 : 0])
  }

  /// Running totals along an axis.
  static func scan(
    _ operation: Operation, _ x: Node, axis: Int, reversed: Bool, exclusive: Bool
  ) -> Node {
    var operand = x
    if !x.dtype.isFloatingPoint {
      operand = cast(x, to: operation == .logCumulativeSumExp ? .float32 : .int64)
    }
    return Node(
      operation, NodeInputs(operand), shape: x.shape, dtype: operand.dtype,
      attributes: [axis, reversed ? 1 : 0, exclusive ? 1 : 0])
  }

  /// s_i = b_i + a_i s_(i-1) along an axis, or s_i = b_i + a_i s_(i+1) when reversed.
  static func recurrence(_ a: Node, _ b: Node, axis: Int, reversed: Bool) -> Node {
    Node(
      .recurrence, NodeInputs(a, b), shape: b.shape, dtype: b.dtype,
      attributes: [axis, reversed ? 1 : 0, 0])
  }
}

extension Tensor {
  /// Applies an operation along an axis counted from either end; a single number is an axis of size 1.
  func along(_ axis: Int, for name: String, _ body: (Node, Int) -> Node) -> Tensor {
    let place = Shape.axis(axis, rank: Swift.max(rank, 1), for: name)
    if rank > 0 { return Tensor(body(node, place)) }
    return Tensor(Node.reshape(body(Node.reshape(node, to: [1]), 0), to: []))
  }
}
