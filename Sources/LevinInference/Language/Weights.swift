public import LevinTensor

/// Runs `body` with log-probabilities that count only where a Boolean mask is true.
///
/// It broadcasts to the batch shape of each site inside; data under a false mask may be anything, NaN
/// included.
@discardableResult
public func withMask<R>(_ mask: Tensor, _ body: () throws -> R) rethrows -> R {
  try HandlerStack.with(Weight(mask: mask, scale: 1), body)
}

/// Runs `body` with log-probabilities multiplied by a number above 0.
@discardableResult
public func withScale<R>(_ scale: Double, _ body: () throws -> R) rethrows -> R {
  requireInModel(
    scale > 0 && scale.isFinite, "withScale: the scale is \(scale), and must be above 0")
  return try HandlerStack.with(Weight(mask: nil, scale: scale), body)
}

private final class Weight: Handler {
  private let mask: Tensor?
  private let scale: Double

  init(mask: Tensor?, scale: Double) { (self.mask, self.scale) = (mask, scale) }

  func process(_ site: Site) {
    guard site.kind == .sample else { return }
    site.explicitScale *= scale
    if let mask { site.mask = site.mask.map { $0 .& mask } ?? mask }
  }

  func postprocess(_ site: Site) {}
}
