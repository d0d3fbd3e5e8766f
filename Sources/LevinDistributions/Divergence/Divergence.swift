public import LevinTensor

/// The Kullback-Leibler divergence of q from p, the mean of log p(x) - log q(x) over draws x of p.
///
/// Closed forms are known for a `Normal`, `LogNormal`, `Gamma`, `Beta`, `Dirichlet`, `Bernoulli` and
/// `Categorical` to one of its own kind, for a `Delta` to anything, and for the `Independent`, `Expanded` and
/// `Masked` of these. Where only one of two masks holds, nothing is counted.
///
/// - Returns: One number for each place of the batch shapes, which broadcast; nil where no closed form is
///   known.
public func klDivergence(_ p: any Distribution, _ q: any Distribution) -> Tensor? {
  if let result = unwrapped(p, q) { return result.divergence }
  if let delta = p as? Delta { return delta.logDensity - q.logProb(delta.value) }
  return (p as? any SelfDivergent)?.divergence(fromAny: q)
}

/// A distribution with a closed divergence to others of its own kind.
protocol SelfDivergent: Distribution {
  /// The divergence of `other` from this distribution.
  func divergence(from other: Self) -> Tensor
}

extension SelfDivergent {
  fileprivate func divergence(fromAny other: any Distribution) -> Tensor? {
    (other as? Self).map { divergence(from: $0) }
  }
}

// The divergence of two distributions of which one is a wrapper; nil if none is.
private func unwrapped(
  _ p: any Distribution, _ q: any Distribution
) -> (divergence: Tensor?, Void)? {
  let masks = [p, q].compactMap { ($0 as? any MaskedDistribution)?.mask }
  if !masks.isEmpty {
    let (inner, outer) = (
      (p as? any MaskedDistribution)?.anyBase ?? p, (q as? any MaskedDistribution)?.anyBase ?? q
    )
    let mask = masks.dropFirst().reduce(masks[0]) { $0 .& $1 }
    return (klDivergence(inner, outer).map { `where`(mask, $0, 0) }, ())
  }
  if p is any ExpandedDistribution || q is any ExpandedDistribution {
    let inner = (p as? any ExpandedDistribution)?.anyBase ?? p
    let outer = (q as? any ExpandedDistribution)?.anyBase ?? q
    let shape = Shape.broadcast(p.batchShape, q.batchShape, for: "klDivergence")
    return (klDivergence(inner, outer).map { $0.expanded(to: shape) }, ())
  }
  if let p = p as? any IndependentDistribution, let q = q as? any IndependentDistribution {
    let shared = min(p.reinterpretedRank, q.reinterpretedRank)
    let inner = p.anyBase.toEvent(p.reinterpretedRank - shared)
    let outer = q.anyBase.toEvent(q.reinterpretedRank - shared)
    return (klDivergence(inner, outer).map { $0.summed(overLast: shared) }, ())
  }
  return nil
}
