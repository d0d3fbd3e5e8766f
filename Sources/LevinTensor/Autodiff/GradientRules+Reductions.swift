extension GradientRule {
  /// The gradient at the operand `x` of a reduction.
  func reduction(_ operation: ReductionOperation, _ x: Tensor, _ g: Tensor) -> Tensor {
    switch operation {
    case .sum: return kept(g).expanded(to: x.shape)
    case .product: return absorb(kept(g), times: productsOfOthers(x))
    case .maximumOver, .minimumOver:
      let ties = (x .== kept(output)).cast(to: x.dtype)
      return kept(g) * (ties / ties.sum(axes: reducedAxes, keepingDimensions: true))
    }
  }

  /// The gradient at the operand of an index of what is made of reductions of the first, `x`.
  func composite(
    _ operation: CompositeOperation, _ x: Tensor, _ g: Tensor, _ index: Int
  ) -> Tensor? {
    switch operation {
    case .logSumExp where index > 0:
      return index == 1 ? nil : zeroWeightGradient(kept(g), total: kept(output))
    case .logSumExp:
      return absorb(kept(g), times: Tensor(Node.softmax(ofOperandsOf: node, axes: reducedAxes)))
    case .softmax where index == 1: return nil
    case .softmax:
      let mean = absorb(output, times: g).sum(axes: reducedAxes, keepingDimensions: true)
      if index == 2 {
        // A quotient by a weight of 0 is infinite, and tells nothing of the weight.
        return zeroWeightGradient(`where`(g.isFinite, g, 0) - mean, total: total)
      }
      return absorb(output, times: g - mean)
    }
  }

  // What log w, which is -inf, keeps back.
  private func zeroWeightGradient(_ g: Tensor, total: Tensor) -> Tensor {
    absorb(
      g,
      times: Tensor(
        Node.ternary(.zeroWeightSlope, input(2).node, input(1).node, total.node)))
  }

  // The logarithm of the sum that a softmax is normalised by.
  private var total: Tensor {
    Tensor(Node.logSumExp(input(0).node, axes: reducedAxes, keeping: true))
  }

  // For each element the product of the others that meet with it. Dividing the product of all by the
  // element would fail at zeros, and in the second derivative even beside them.
  private func productsOfOthers(_ x: Tensor) -> Tensor {
    let axes = reducedAxes
    let kept = x.shape.indices.filter { !axes.contains($0) }
    let order = kept + axes
    let rows = x.permuted(order)
    let flat = rows.reshaped(
      to: kept.map { x.shape[$0] } + [Shape.count(axes.map { x.shape[$0] })])
    let others =
      flat.cumulativeProduct(axis: -1, exclusive: true)
      * flat.cumulativeProduct(axis: -1, reversed: true, exclusive: true)
    let back = order.indices.sorted { order[$0] < order[$1] }
    return others.reshaped(to: rows.shape).permuted(back)
  }

  private var reducedAxes: [Int] { Array(ReductionAxes(node.attributes).axes) }

  // The result of a reduction with its axes kept as 1.
  private func kept(_ reduced: Tensor) -> Tensor {
    var shape = inputs[0].shape
    for axis in ReductionAxes(node.attributes).axes { shape[axis] = 1 }
    return reduced.reshaped(to: shape)
  }
}
