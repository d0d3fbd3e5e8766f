// Parts of the logarithms of densities, for distributions.

extension Tensor {
  /// log Γ(a), from a - 1 = 32 on less (a - 1) log(a - 1) - (a - 1): what ``gammaExponent(_:_:log:)`` leaves.
  package func stirlingRest() -> Tensor { unary(.stirlingRest) }

  /// The number from which ``gammaExponent(_:_:log:)`` is told from its largest value.
  package static var centeredFrom: Double { 32 }
}

/// a log y - y, where a > 32 less a log a - a, its largest value: the exponent of y^a exp(-y) without the
/// cancellation of its terms.
///
/// Beside it the logarithm of Γ(a + 1) is `(a + 1).stirlingRest()`. The gradient goes to y and to log y as if they
/// were numbers of their own.
///
/// - Parameters:
///   - a: Numbers; where one is 0 the result is -y.
///   - y: Numbers from 0 up.
///   - logarithm: log y. Where it lacks a constant, the result lacks a times that for a ≤ 32 and nothing above.
package func gammaExponent(_ a: Tensor, _ y: Tensor, log logarithm: Tensor) -> Tensor {
  Tensor(Node.ternary(.gammaExponent, a.node, y.node, logarithm.node))
}

/// log Σ w exp(a) along the last axis, of weights from 0 up that broadcast with a, with the derivative exp(a) / Σ w
/// exp(a) at weights of 0 too.
///
/// - Parameters:
///   - a: Numbers, or -inf.
///   - logWeights: log w, as accurate as it is known.
///   - weights: w.
package func logWeightedSumExp(_ a: Tensor, logWeights: Tensor, weights: Tensor) -> Tensor {
  Tensor(
    Node.logWeightedSumExp(a.node, logWeights: logWeights.node, weights: weights.node))
}

/// log Σ exp(a) along an axis, of tables a that are -inf where a weight in them is 0, with the derivative at such weights
/// too.
///
/// - Parameters:
///   - table: a, the sum of `rest` and of log w.
///   - rest: What a would be without the weights that are 0.
///   - weights: w, of which only those that are 0 matter.
///   - axis: The axis, from 0 up.
package func logSumExp(_ table: Tensor, rest: Tensor, weights: Tensor, axis: Int) -> Tensor {
  Tensor(Node.logSumExp(table.node, rest: rest.node, weights: weights.node, axis: axis))
}
