import Synchronization

/// Runs `body` and looks at the parameters of the distributions whose log-probabilities or draws it asks for.
///
/// A scale of -1 or a probability of 1.5 need not show: the loss may be finite and mean nothing. Nobody pays for a look
/// in every step, so there is one where it is asked for. The `Trainer` and `SVI` look at the first step of a fit, the
/// `Trainer` also at those whose number is a power of 8, and both at a step that is not finite. In a loop by hand:
///
///     let loss = try withParameterChecks { -Normal(loc, scale).logProb(data).mean() }
///
/// Parameters are computed here, once `body` has returned. Of a distribution that is masked those count where the mask is
/// true. Parameters that cannot be computed are left to the evaluation of what `body` returns.
///
/// - Throws: ``DomainViolation`` for the first parameter outside its domain; what `body` throws.
public func withParameterChecks<R>(_ body: () throws -> R) throws -> R {
  let watch = DomainWatch()
  let result = try watch.watching(body)
  guard let violation = watch.firstViolation else { return result }
  flushPrintedText()
  throw violation
}

/// Runs `body` once more to see which parameter of a distribution is outside its domain, whatever else goes wrong.
package func firstParameterViolation(_ body: () throws -> Void) -> DomainViolation? {
  let watch = DomainWatch()
  try? watch.watching(body)
  return watch.firstViolation
}

/// What distributions were given while somebody watches.
///
/// A counter says whether anybody does, so that distributions pay for one look at it.
package final class DomainWatch: Sendable {
  @TaskLocal private static var current: DomainWatch?
  private static let watchers = Atomic<Int>(0)

  private struct State {
    var domains: [ParameterDomain] = []
    var known: Set<ParameterDomain.Key> = []
  }

  private let state = Locked(State())

  /// Whether somebody watches, on whatever thread.
  @inline(__always)
  package static var isOn: Bool { watchers.load(ordering: .relaxed) > 0 }

  /// Notes parameters, but for those that were noted before with the same condition.
  ///
  /// A distribution that wraps another comes first and knows more.
  package static func note(_ domains: () -> [ParameterDomain]) {
    guard let current else { return }
    // Constraints are tensor expressions, and no distributions.
    let domains = $current.withValue(nil) { domains() }
    current.state.withLock { state in
      for domain in domains where state.known.insert(domain.key).inserted {
        state.domains.append(domain)
      }
    }
  }

  func watching<R>(_ body: () throws -> R) rethrows -> R {
    Self.watchers.add(1, ordering: .relaxed)
    defer { Self.watchers.subtract(1, ordering: .relaxed) }
    return try Self.$current.withValue(self, operation: body)
  }

  /// The first parameter outside its domain, of those that can be computed.
  var firstViolation: DomainViolation? {
    let domains = state.withLock { $0.domains }
    if domains.isEmpty { return nil }
    return withoutGradient { ParameterDomain.firstViolation(of: domains) }
  }
}

extension ParameterDomain {
  /// The first violation of several, of the parameters that can be computed; computed together where all can.
  package static func firstViolation(of domains: [ParameterDomain]) -> DomainViolation? {
    let isMet = domains.map { $0.isMet.all() }
    let areKnown = (try? evaluate(isMet)) != nil
    for (domain, isMet) in zip(domains, isMet) {
      if areKnown, isMet.firstScalar != 0 { continue }
      if let violation = try? domain.violation() { return violation }
    }
    return nil
  }
}
