/// Scans. Each is closed under differentiation together with the linear recurrence s_i = b_i + a_i s_(i-1),
/// whose coefficients say how much of a later cotangent reaches an earlier position. Nothing is divided by an
/// element, so zeros in products do no harm.
extension GradientRule {
  /// The gradient at the operand `x`, the one of an index, of a scan.
  func scan(_ operation: ScanOperation, _ x: Tensor, _ g: Tensor, _ index: Int) -> Tensor {
    switch operation {
    case .cumulativeSum:
      Tensor(
        Node.scan(
          .cumulativeSum, g.node, axis: order.axis, reversed: !order.isReversed,
          exclusive: order.isExclusive))
    case .cumulativeProduct: cumulativeProduct(x, g)
    case .logCumulativeSumExp: logCumulativeSumExp(x, g)
    case .recurrence: recurrence(g, index)
    }
  }

  private var order: ScanOrder { ScanOrder(node.attributes) }

  // Without x_k, the product at i >= k is the product before k times that of what lies between, so the
  // gradient is P_k S_k with S_k = g_k + x_(k+1) S_(k+1).
  private func cumulativeProduct(_ x: Tensor, _ g: Tensor) -> Tensor {
    let before = Tensor(
      Node.scan(
        .cumulativeProduct, x.node, axis: order.axis, reversed: order.isReversed, exclusive: true))
    let arriving = order.isExclusive ? following(g) : g
    return absorb(backward(following(x), arriving), times: before)
  }

  // d y_i / d x_k = exp(x_k - y_i) = exp(x_k - y_k) exp(y_k - y_(k+1)) ... exp(y_(i-1) - y_i), factors that
  // are all at most 1. In single precision their rounding would add up along the line.
  private func logCumulativeSumExp(_ x: Tensor, _ g: Tensor) -> Tensor {
    let wide = x.cast(to: .float64)
    let y = Tensor(
      Node.scan(
        .logCumulativeSumExp, wide.node, axis: order.axis, reversed: order.isReversed,
        exclusive: false))
    let total = backward(share(of: y, in: following(y)), g.cast(to: .float64))
    let own = `where`(wide .== -Double.infinity, 0, share(of: wide, in: y))
    return absorb(total, times: own).cast(to: x.dtype)
  }

  // exp(a - b), and 1 where both are infinite.
  private func share(of a: Tensor, in b: Tensor) -> Tensor {
    let isUndefined = (a .== b) .& .!a.isFinite
    return `where`(isUndefined, 0, a - b).exp()
  }

  private func recurrence(_ g: Tensor, _ index: Int) -> Tensor {
    let arriving = backward(following(input(0)), g)
    return index == 1 ? arriving : absorb(arriving, times: preceding(output))
  }

  private func backward(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(Node.recurrence(a.node, b.node, axis: order.axis, reversed: !order.isReversed))
  }

  // The next element in the order of the scan at each position, 0 at the last.
  private func following(_ x: Tensor) -> Tensor { shifted(x, forward: order.isReversed) }

  // The element before in the order of the scan at each position, 0 at the first.
  private func preceding(_ x: Tensor) -> Tensor { shifted(x, forward: !order.isReversed) }

  private func shifted(_ x: Tensor, forward: Bool) -> Tensor {
    if x.shape[order.axis] == 0 { return x }
    let steps = [Int](repeating: 1, count: x.rank)
    let start = [Int](repeating: 0, count: x.rank)
    var second = start
    second[order.axis] = 1
    var counts = x.shape
    counts[order.axis] -= 1
    let kept = Node.slice(x.node, starts: forward ? start : second, counts: counts, steps: steps)
    return Tensor(Node.embed(kept, starts: forward ? second : start, steps: steps, in: x.shape))
  }
}
