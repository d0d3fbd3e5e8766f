// Scans, running totals along an axis. Real numbers are added up and multiplied in double precision, in
// order, so the bits do not depend on the number of threads.
extension Tensor {
  private func scan(
    _ operation: ScanOperation, axis: Int, reversed: Bool, exclusive: Bool = false
  ) -> Tensor {
    along(axis, for: "\(operation)") {
      Node.scan(operation, $0, axis: $1, reversed: reversed, exclusive: exclusive)
    }
  }

  /// The sum of each element and those before it along an axis, `cumsum`; integers and Booleans
  /// add up as `int64`.
  ///
  /// - Parameters:
  ///   - axis: The axis to run along.
  ///   - reversed: Whether to run from its end.
  ///   - exclusive: Whether an element is left out of its own sum, so that the first is 0.
  public func cumulativeSum(
    axis: Int, reversed: Bool = false, exclusive: Bool = false
  ) -> Tensor {
    scan(.cumulativeSum, axis: axis, reversed: reversed, exclusive: exclusive)
  }

  /// The product of each element and those before it along an axis, `cumprod`; integers and Booleans
  /// multiply as `int64`.
  ///
  /// Gradients are right where elements are 0 too, and so are second derivatives.
  ///
  /// - Parameters:
  ///   - axis: The axis to run along.
  ///   - reversed: Whether to run from its end.
  ///   - exclusive: Whether an element is left out of its own product, so that the first is 1.
  public func cumulativeProduct(
    axis: Int, reversed: Bool = false, exclusive: Bool = false
  ) -> Tensor {
    scan(.cumulativeProduct, axis: axis, reversed: reversed, exclusive: exclusive)
  }

  /// The logarithm of the sum of exponentials of each element and those before it along an axis, without
  /// overflow, `logcumsumexp`.
  ///
  /// It is -inf as long as all elements are; these get no gradient.
  ///
  /// - Parameters:
  ///   - axis: The axis to run along.
  ///   - reversed: Whether to run from its end.
  public func logCumulativeSumExp(axis: Int, reversed: Bool = false) -> Tensor {
    scan(.logCumulativeSumExp, axis: axis, reversed: reversed)
  }

  /// The largest of each element and those before it along an axis, `cummax`; NaN from the first NaN on.
  ///
  /// Gradients go to the last of equal elements.
  public func cumulativeMax(axis: Int) -> Tensor { extreme(.cumulativeArgMax, axis: axis) }

  /// The smallest of each element and those before it along an axis, `cummin`; NaN from the first NaN on.
  ///
  /// Gradients go to the last of equal elements.
  public func cumulativeMin(axis: Int) -> Tensor { extreme(.cumulativeArgMin, axis: axis) }

  private func extreme(_ operation: OrderingOperation, axis: Int) -> Tensor {
    let indices = along(axis, for: "\(operation)") {
      Node.cumulativeArgExtreme(operation, $0, axis: $1)
    }
    return taking(indices, axis: axis)
  }
}

extension Tensor {
  /// Applies an operation along an axis counted from either end; a single number is an axis of size 1.
  func along(_ axis: Int, for name: String, _ body: (Node, Int) -> Node) -> Tensor {
    let counted = Shape.axis(axis, rank: Swift.max(rank, 1), for: name)
    if rank > 0 { return Tensor(body(node, counted)) }
    return Tensor(Node.reshape(body(Node.reshape(node, to: [1]), 0), to: []))
  }
}
