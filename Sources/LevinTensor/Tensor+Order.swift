extension Tensor {
  /// The place of the largest element along an axis, or in row-major order of all; the first of equal ones.
  ///
  /// NaN counts as larger than any number.
  ///
  /// - Parameters:
  ///   - axis: The axis to search, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  /// - Returns: Places as `int64`.
  public func argMax(axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
    argExtreme(.argMax, axis, keepingDimensions: keepingDimensions)
  }

  /// The place of the smallest element along an axis, or in row-major order of all; the first of equal ones.
  ///
  /// NaN counts as smaller than any number.
  ///
  /// - Parameters:
  ///   - axis: The axis to search, which must not be empty; nil for all elements.
  ///   - keepingDimensions: Whether axes that were searched stay, with size 1.
  /// - Returns: Places as `int64`.
  public func argMin(axis: Int? = nil, keepingDimensions: Bool = false) -> Tensor {
    argExtreme(.argMin, axis, keepingDimensions: keepingDimensions)
  }

  private func argExtreme(_ operation: Operation, _ axis: Int?, keepingDimensions: Bool) -> Tensor {
    var kept = shape
    let found: Node
    if let axis, rank > 0 {
      let place = Shape.axis(axis, rank: rank, for: "\(operation)")
      found = Node.argExtreme(operation, node, axis: place)
      kept[place] = 1
    } else {
      _ = axis.map { Shape.axis($0, rank: 1, for: "\(operation)") }
      found = Node.argExtreme(operation, flattened().node, axis: 0)
      kept = kept.map { _ in 1 }
    }
    return Tensor(keepingDimensions ? Node.reshape(found, to: kept) : found)
  }
}
