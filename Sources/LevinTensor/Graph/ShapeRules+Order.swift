/// Shapes of what looks at the order of elements along one axis, or runs along it.
///
/// The one element of rank 0 counts as an axis of size 1.
extension Node {
  /// The index of the first largest or smallest element along an axis, which goes.
  static func argExtreme(_ operation: OrderingOperation, _ x: Node, axis: Int) -> Node {
    require(
      x.shape[axis] > 0,
      "\(operation): axis \(axis) of shape \(x.shape) is empty, so there is no extreme value")
    var shape = x.shape
    shape.remove(at: axis)
    return Node(
      .ordering(operation), NodeInputs(x), shape: shape, dtype: .int64, attributes: [axis])
  }

  /// The index of the largest or smallest element so far along an axis.
  static func cumulativeArgExtreme(_ operation: OrderingOperation, _ x: Node, axis: Int) -> Node {
    Node(.ordering(operation), NodeInputs(x), shape: x.shape, dtype: .int64, attributes: [axis])
  }

  /// The indices of elements along an axis in order, of all or of the first `count`.
  static func argSort(_ x: Node, axis: Int, descending: Bool, count: Int? = nil) -> Node {
    require(
      x.shape[axis] <= UInt32.max,
      "argSort: axis \(axis) of shape \(x.shape) has more than \(UInt32.max) elements")
    var shape = x.shape
    shape[axis] = count ?? shape[axis]
    return Node(
      .ordering(.argSort), NodeInputs(x), shape: shape, dtype: .int64,
      attributes: SortOrder(axis: axis, isDescending: descending).attributes)
  }

  /// The positions of values among sorted boundaries along the last axis.
  static func searchSorted(_ boundaries: Node, _ values: Node, right: Bool) -> Node {
    let rows = boundaries.shape.dropLast()
    require(
      !boundaries.shape.isEmpty
        && (rows.isEmpty || (!values.shape.isEmpty && rows == values.shape.dropLast())),
      "searchSorted: boundaries of shape \(boundaries.shape) do not fit values of shape "
        + "\(values.shape): they have one axis, or agree in all but the last")
    let (x, y) = promoted(boundaries, values)
    return Node(
      .ordering(.searchSorted), NodeInputs(x, y), shape: y.shape, dtype: .int64,
      attributes: [right ? 1 : 0])
  }

  /// Running totals along an axis.
  static func scan(
    _ operation: ScanOperation, _ x: Node, axis: Int, reversed: Bool, exclusive: Bool
  ) -> Node {
    var operand = x
    if !x.dtype.isFloatingPoint {
      operand = cast(x, to: operation == .logCumulativeSumExp ? .float32 : .int64)
    }
    return Node(
      .scan(operation), NodeInputs(operand), shape: x.shape, dtype: operand.dtype,
      attributes: ScanOrder(axis: axis, isReversed: reversed, isExclusive: exclusive).attributes)
  }

  /// s_i = b_i + a_i s_(i-1) along an axis, or s_i = b_i + a_i s_(i+1) when reversed.
  static func recurrence(_ a: Node, _ b: Node, axis: Int, reversed: Bool) -> Node {
    Node(
      .scan(.recurrence), NodeInputs(a, b), shape: b.shape, dtype: b.dtype,
      attributes: ScanOrder(axis: axis, isReversed: reversed, isExclusive: false).attributes)
  }
}
