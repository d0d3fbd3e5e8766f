public import LevinTensor

/// Runs `body` with observations at some of its sites.
///
/// They have these values and count as data.
@discardableResult
public func withCondition<R>(
  _ observations: [String: Tensor], _ body: () throws -> R
) rethrows -> R {
  try HandlerStack.with(GivenValues(observations, areObserved: true), body)
}

/// Runs `body` with values at some of its sites, samples or parameters, which stay what they are.
@discardableResult
public func withSubstitution<R>(
  _ values: [String: Tensor], _ body: () throws -> R
) rethrows -> R {
  try HandlerStack.with(GivenValues(values, areObserved: false), body)
}

/// Gives sites values by their names.
private final class GivenValues: Handler {
  private let values: [String: Tensor]
  private let areObserved: Bool

  init(_ values: [String: Tensor], areObserved: Bool) {
    (self.values, self.areObserved) = (values, areObserved)
  }

  func process(_ site: Site) {
    guard site.kind != .plate, !site.isObserved, let value = values[site.name] else { return }
    site.given = value
    if site.kind == .sample { site.isObserved = areObserved }
  }

  func postprocess(_ site: Site) {}
}

/// Runs `body` with the values that latent sites and plates of the same names have in a trace.
///
/// The sites stay latent. That is how a model takes over what its guide drew.
@discardableResult
public func withReplay<R>(of trace: Trace, _ body: () throws -> R) rethrows -> R {
  try HandlerStack.with(Replay(trace), body)
}

private final class Replay: Handler {
  private let trace: Trace

  init(_ trace: Trace) { self.trace = trace }

  func process(_ site: Site) {
    guard site.kind != .parameter, !site.isObserved, let source = trace.site(site.name),
      source.kind == site.kind
    else { return }
    if site.kind == .plate {
      // Indices that the model was given stay; those that differ from the guide's are refused afterwards.
      // So does the order of a plate that looks at all elements.
      if site.given == nil, !(site.looksAtAll && source.looksAtAll) { site.given = source.given }
      return
    }
    site.given = source.given
    site.enumeratedDim = source.enumeratedDim
    site.source = source
  }

  func postprocess(_ site: Site) {}
}

/// Runs `body` with sites of some names hidden from the handlers further out.
///
/// Hidden sites still have values, and draw them if need be.
@discardableResult
public func withBlock<R>(hide names: Set<String>, _ body: () throws -> R) rethrows -> R {
  try HandlerStack.with(Block { names.contains($0.name) }, body)
}

/// Runs `body` with all sites but those of some names hidden from the handlers further out, plates and
/// observations included.
@discardableResult
public func withBlock<R>(expose names: Set<String>, _ body: () throws -> R) rethrows -> R {
  try HandlerStack.with(Block { !names.contains($0.name) }, body)
}

/// Runs `body` with the sites hidden from the handlers further out that a condition tells.
@discardableResult
public func withBlock<R>(
  hideWhere condition: @escaping (Site) -> Bool, _ body: () throws -> R
) rethrows -> R {
  try HandlerStack.with(Block(condition), body)
}

private final class Block: Handler {
  private let hides: (Site) -> Bool

  init(_ hides: @escaping (Site) -> Bool) { self.hides = hides }

  func process(_ site: Site) { site.isHidden = site.isHidden || hides(site) }

  func postprocess(_ site: Site) {}
}
