extension Tensor {
  /// The index of the largest element along an axis, or in row-major order of all; the first of equal ones.
  ///
  /// NaN counts as larger than any number.
  ///
  /// - Parameters:
  ///   - axis: The axis to search, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  /// - Returns: Indices as `int64`.
  public func argMax(axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
    argExtreme(.argMax, axis, keepingDimensions: keepingDimensions)
  }

  /// The index of the smallest element along an axis, or in row-major order of all; the first of equal ones.
  ///
  /// NaN counts as smaller than any number.
  ///
  /// - Parameters:
  ///   - axis: The axis to search, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  /// - Returns: Indices as `int64`.
  public func argMin(axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
    argExtreme(.argMin, axis, keepingDimensions: keepingDimensions)
  }

  private func argExtreme(_ operation: OrderingOperation, _ axis: Int?, keepingDimensions: Bool)
    -> Tensor
  {
    var kept = shape
    let found: Node
    if let axis, rank > 0 {
      let resolved = Shape.axis(axis, rank: rank, for: "\(operation)")
      found = Node.argExtreme(operation, node, axis: resolved)
      kept[resolved] = 1
    } else {
      _ = axis.map { Shape.axis($0, rank: 1, for: "\(operation)") }
      found = Node.argExtreme(operation, flattened().node, axis: 0)
      kept = kept.map { _ in 1 }
    }
    return Tensor(keepingDimensions ? Node.reshape(found, to: kept) : found)
  }

  /// The indices of elements along an axis in ascending order, `argsort`; equal ones keep their order.
  ///
  /// NaN counts as larger than any number, so it comes last, and first when descending.
  ///
  /// - Parameters:
  ///   - axis: The axis to sort along.
  ///   - descending: Whether the largest comes first.
  /// - Returns: Indices as `int64`, in this tensor's shape.
  public func argSort(axis: Int = -1, descending: Bool = false) -> Tensor {
    along(axis, for: "argSort") { Node.argSort($0, axis: $1, descending: descending) }
  }

  /// The elements along an axis in ascending order.
  ///
  /// NaN counts as larger than any number, so it comes last, and first when descending. Gradients go to
  /// the elements that were sorted.
  ///
  /// - Parameters:
  ///   - axis: The axis to sort along.
  ///   - descending: Whether the largest comes first.
  public func sorted(axis: Int = -1, descending: Bool = false) -> Tensor {
    taking(argSort(axis: axis, descending: descending), axis: axis)
  }

  /// The largest elements along an axis, or the smallest, and their indices; the most extreme comes first.
  ///
  /// NaN counts as larger than any number. Of equal elements those that come first are taken.
  ///
  /// - Parameters:
  ///   - count: The number of elements, at most the size of the axis.
  ///   - axis: The axis to search.
  ///   - largest: Whether the largest are wanted.
  /// - Returns: The elements and their indices as `int64`, in this tensor's shape with the axis of size
  ///   `count`. Gradients go to the elements that were taken.
  public func topK(
    _ count: Int, axis: Int = -1, largest: Bool = true
  ) -> (values: Tensor, indices: Tensor) {
    let size = rank == 0 ? 1 : shape[Shape.axis(axis, rank: rank, for: "topK")]
    require(
      count >= 0 && count <= size && (rank > 0 || count == 1),
      "topK: there are no \(count) elements along axis \(axis) of shape \(shape)")
    let indices = along(axis, for: "topK") {
      Node.argSort($0, axis: $1, descending: largest, count: count)
    }
    return (taking(indices, axis: axis), indices)
  }

  /// Elements by their indices along an axis; a single number has its own at each.
  func taking(_ indices: Tensor, axis: Int) -> Tensor {
    rank == 0 ? Tensor(Node.cast(node, to: dtype)) : takingAlong(indices, axis: axis)
  }

  /// The position of values among these sorted boundaries: the number of boundaries less than each value.
  ///
  /// The boundaries ascend along the last axis, which is not checked. With one axis they serve for all
  /// values; with more, values have the same sizes outside the last axis, and each row is searched in its
  /// own. A NaN belongs at the end.
  ///
  /// - Parameters:
  ///   - values: The values to search for.
  ///   - right: Whether boundaries that are equal to the value count too, so that it comes after them.
  /// - Returns: Positions as `int64`, in the shape of the values.
  public func searchSorted(_ values: Tensor, right: Bool = false) -> Tensor {
    Tensor(Node.searchSorted(node, values.node, right: right))
  }

  /// The interval between boundaries in which each element lies, `bucketize`: interval i reaches from
  /// boundary i - 1, not included, to boundary i, included.
  ///
  /// - Parameters:
  ///   - boundaries: One axis of ascending numbers.
  ///   - right: Whether intervals include their lower boundary instead.
  /// - Returns: Intervals as `int64`, from 0 to the number of boundaries.
  public func bucketized(by boundaries: Tensor, right: Bool = false) -> Tensor {
    require(
      boundaries.rank == 1,
      "bucketized: boundaries have one axis, and these have shape \(boundaries.shape)")
    return boundaries.searchSorted(self, right: right)
  }
}
