/// The sum of the gradients at a parameter, which the leaves that it has one after the other share.
package final class GradientSink: Sendable {
  private let held = Locked<Node?>(nil)

  /// Holds no gradient.
  package init() {}

  /// The sum so far, in memory; nil when there was no gradient.
  var node: Node? {
    get { held.withLock { $0 } }
    set { held.withLock { $0 = newValue } }
  }
}
