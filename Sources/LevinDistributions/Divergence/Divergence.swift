public import LevinTensor

/// The Kullback-Leibler divergence KL(p ‖ q), the mean of log p(x) - log q(x) over draws x of p.
///
/// Closed forms are known for a `Normal`, `LogNormal`, `Gamma`, `Beta`, `Dirichlet`, `Bernoulli` and
/// `Categorical` to one of its own kind, for a `Delta` to anything, and for the pairs that a
/// ``DivergentDistribution`` of one's own tells: p is asked first, then q. They carry over to the
/// `Independent`, `Expanded` and `Masked` of these, and to a `TransformedDistribution` of each by the same
/// bijections, which are those that compare as equal. Where only one of two masks holds, nothing is counted.
///
/// - Returns: One number for each element of the batch shapes, which broadcast; nil where no closed form is
///   known.
public func klDivergence(_ p: any Distribution, _ q: any Distribution) -> Tensor? {
  p.showParameters()
  q.showParameters()
  if p is any MaskedDistribution || q is any MaskedDistribution { return maskedDivergence(p, q) }
  if p is any ExpandedDistribution || q is any ExpandedDistribution {
    return expandedDivergence(p, q)
  }
  if let p = p as? any IndependentDistribution, let q = q as? any IndependentDistribution {
    return independentDivergence(p, q)
  }
  if let p = p as? any ImageDistribution, let q = q as? any ImageDistribution {
    return imageDivergence(p, q)
  }
  if let own = (p as? any DivergentDistribution)?.divergence(to: q) {
    return checked(own, "\(type(of: p)).divergence(to:)", p, q)
  }
  if let own = (q as? any DivergentDistribution)?.divergence(from: p) {
    return checked(own, "\(type(of: q)).divergence(from:)", p, q)
  }
  return nil
}

// A divergence of another shape would be summed over the wrong axes by the wrappers.
private func checked(
  _ divergence: Tensor, _ operation: @autoclosure () -> String, _ p: any Distribution,
  _ q: any Distribution
) -> Tensor {
  let expected = Shape.broadcast(p.batchShape, q.batchShape, for: "klDivergence")
  require(
    divergence.shape == expected,
    "\(operation()): the result has shape \(divergence.shape), and batch shapes \(p.batchShape) and "
      + "\(q.batchShape) need \(expected)")
  return divergence
}

private func maskedDivergence(_ p: any Distribution, _ q: any Distribution) -> Tensor? {
  let (masked, other) = (p as? any MaskedDistribution, q as? any MaskedDistribution)
  let masks = [masked?.mask, other?.mask].compactMap { $0 }
  let mask = masks.dropFirst().reduce(masks[0]) { $0 .& $1 }
  return klDivergence(masked?.anyBase ?? p, other?.anyBase ?? q).map { `where`(mask, $0, 0) }
}

private func expandedDivergence(_ p: any Distribution, _ q: any Distribution) -> Tensor? {
  let shape = Shape.broadcast(p.batchShape, q.batchShape, for: "klDivergence")
  return klDivergence(p.unexpanded, q.unexpanded).map { $0.expanded(to: shape) }
}

private func independentDivergence(
  _ p: any IndependentDistribution, _ q: any IndependentDistribution
) -> Tensor? {
  let shared = min(p.reinterpretedRank, q.reinterpretedRank)
  let inner = p.anyBase.toEvent(p.reinterpretedRank - shared)
  let outer = q.anyBase.toEvent(q.reinterpretedRank - shared)
  return klDivergence(inner, outer).map { $0.summed(overLast: shared) }
}

// A bijection changes both densities by the same factor.
private func imageDivergence(_ p: any ImageDistribution, _ q: any ImageDistribution) -> Tensor? {
  guard p.eventShape == q.eventShape, p.reinterpretedRank == q.reinterpretedRank,
    p.transforms.count == q.transforms.count,
    zip(p.transforms, q.transforms).allSatisfy({ $0.isBijective && $0.isSame(as: $1) })
  else { return nil }
  return klDivergence(p.anyBase, q.anyBase).map { $0.summed(overLast: p.reinterpretedRank) }
}
