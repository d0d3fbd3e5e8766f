/// Runs `body` for each element of a sequence, of which a step depends on at most `history` steps before it.
///
/// That lets an enumeration use the axes of older steps again, so that a long chain of discrete states
/// needs as many axes as a short one. The states of the last `history` steps may be used after the chain.
@discardableResult
public func markov<S: Sequence, R>(
  _ sequence: S, history: Int = 1, _ body: (S.Element) throws -> R
) rethrows -> [R] {
  requireInModel(history >= 0, "markov: the history is \(history), and must not be negative")
  let chain = MarkovScope.Chain()
  defer { chain.position += 1 }
  return try sequence.enumerated().map { step, element in
    chain.position = step
    let scope = MarkovScope(chain: chain, step: step, history: history)
    return try HandlerStack.with(scope) { try body(element) }
  }
}

/// One step of a Markov chain.
final class MarkovScope: Handler {
  /// The state that the steps of a chain share.
  final class Chain {
    /// The step that runs, or one more than the last when the chain is over.
    var position = 0
  }

  let chain: Chain
  let step: Int
  let history: Int

  init(chain: Chain, step: Int, history: Int) {
    (self.chain, self.step, self.history) = (chain, step, history)
  }

  func process(_ site: Site) {}

  func postprocess(_ site: Site) {}
}
