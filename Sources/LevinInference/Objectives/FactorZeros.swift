internal import LevinTensor

extension Factor {
  /// Terms w exp(rest), of the shape of a table of their logarithms, which are -inf where w is 0.
  ///
  /// The logarithm of 0 has no gradient, and that of a sum with such a term has one: exp(rest) over the sum.
  struct Zeros {
    /// w where it is 0, and 1 elsewhere.
    var weights: Tensor
    /// Numbers without a gradient, which matter where w is 0.
    var rest: Tensor
  }
}

extension Factor.Zeros {
  init(_ probs: Tensor) {
    weights = `where`(probs .== 0, probs, 1)
    rest = Tensor.zeros(probs.shape, dtype: probs.dtype)
  }

  var isZero: Tensor { weights .== 0 }

  /// The product of several terms that meet.
  static func product(_ terms: [Factor.Zeros]) -> Factor.Zeros {
    terms.dropFirst().reduce(terms[0]) {
      Factor.Zeros(weights: $0.weights * $1.weights, rest: $0.rest + $1.rest)
    }
  }

  func product(over axes: [Int], of shape: [Int], _ table: Tensor) -> Factor.Zeros {
    let rest = `where`(isZero, rest, table.detached()).expanded(to: shape)
    return Factor.Zeros(
      weights: weights.expanded(to: shape).product(axes: axes, keepingDimensions: true),
      rest: rest.sum(axes: axes, keepingDimensions: true))
  }

  /// The logarithm of the sum of all terms along an axis, of which `table` has the logarithms, and what is left of the
  /// zeros then: sums of which all terms are 0.
  func sum(of table: Tensor, alongAxis axis: Int) -> (table: Tensor, zeros: Factor.Zeros) {
    let (rest, weights) = (rest.expanded(to: table.shape), weights.expanded(to: table.shape))
    let sum = logSumExp(table, rest: rest, weights: weights, axis: axis)
    let isNone = sum.detached() .== -.infinity
    let highest = rest.max(axis: axis, keepingDimensions: true)
    let level = `where`(highest.isFinite, highest, 0)
    let terms = `where`(weights .== 0, weights, 0) * (rest - level).exp()
    let left = `where`(isNone, terms.sum(axis: axis), 1)
    return (sum, Factor.Zeros(weights: left, rest: level.squeezed(axis: axis)))
  }
}
