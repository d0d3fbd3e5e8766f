public import LevinTensor

/// The distribution over K categories, numbered from 0.
///
/// log p(k) = logits[k], where the logits are normalised: their exponentials add up to 1.
public struct Categorical: Distribution {
  /// The logarithms of the probabilities, along the last axis.
  public let logits: Tensor
  /// The probabilities, which add up to 1 along the last axis.
  public let probs: Tensor
  /// The probabilities, with gradients where they were given and the logits are their logarithms.
  let givenProbs: Tensor
  // Weights or their logarithms as they were given.
  let given: Tensor
  let isFromLogits: Bool

  /// Creates a distribution from weights along the last axis.
  ///
  /// A category of weight 0 is impossible: its log-probability is -inf. PyTorch takes a weight of 1e-7 for it in
  /// `float32`.
  ///
  /// - Parameter probs: Weights from 0 up, not all 0; they are divided by their sum.
  public init(probs: Tensor) {
    Self.checkAxis(probs, "probs")
    let weights = probs.real
    (given, isFromLogits) = (weights, false)
    self.probs = weights / weights.sum(axis: -1, keepingDimensions: true)
    // A softmax keeps the logarithms of weights that it rounds to 0.
    if let logWeights = weights.logarithmOfOperand {
      logits = logWeights.logSoftmax(axis: -1)
      givenProbs = self.probs.detached()
    } else {
      logits = self.probs.log()
      givenProbs = self.probs
    }
  }

  /// Creates a distribution from log-weights along the last axis.
  ///
  /// - Parameter logits: Any real numbers, or -inf for a category of probability 0; the logarithm of
  ///   the sum of their exponentials is taken off.
  public init(logits: Tensor) {
    Self.checkAxis(logits, "logits")
    (given, isFromLogits) = (logits.real, true)
    self.logits = logits.real.logSoftmax(axis: -1)
    probs = logits.real.softmax(axis: -1)
    givenProbs = probs.detached()
  }

  private static func checkAxis(_ parameter: Tensor, _ name: String) {
    require(
      parameter.rank > 0,
      "Categorical: \(name) is a single number; its last axis must go over the categories")
  }

  /// The number of categories, K.
  public var categoryCount: Int { logits.shape[logits.rank - 1] }

  /// The shape of the parameters without their last axis.
  public var batchShape: [Int] { logits.shape.dropLast() }

  /// One number.
  public var eventShape: [Int] { [] }

  /// The integers from 0 to K - 1.
  public var support: Constraint { .integers(in: 0..<categoryCount) }

  /// NaN: categories have no order.
  public var mean: Tensor { .full(batchShape, .nan, dtype: logits.dtype) }

  /// NaN: categories have no order.
  public var variance: Tensor { .full(batchShape, .nan, dtype: logits.dtype) }

  /// The log-probability of categories; -inf for values that are none of them.
  public func logProb(_ value: Tensor) -> Tensor {
    showParameters()
    let isChosen = value.expandingDimensions(at: -1) .== Tensor.arange(categoryCount)
    let chosen = `where`(isChosen, logits, 0).sum(axis: -1)
    let never = Tensor.full([], -.infinity, dtype: logits.dtype)
    return `where`(support.check(value), chosen, never)
  }

  /// Categories as `int64`, each from one uniform and the running sums of the probabilities.
  public func sample(_ shape: [Int], using generator: inout PCG64) -> Tensor {
    let columns = (0..<categoryCount).map { probs[.ellipsis, $0] }
    return draws(shape, of: columns, by: self, dtype: .int64, { $0.allSatisfy { $0 >= 0 } }) {
      probabilities in
      // Scaled by the sum, which rounding leaves beside 1.
      var rest = generator.uniform() * probabilities.reduce(0, +)
      let category = probabilities.firstIndex {
        rest -= $0
        return rest < 0
      }
      return Double(category ?? probabilities.lastIndex { $0 > 0 } ?? 0)
    }
  }
}

extension Categorical: EnumerableDistribution {
  /// The number of categories, K.
  public var supportCount: Int { categoryCount }

  /// 0, 1, ..., K - 1 as `int64`.
  public func enumeratedSupport(expanding: Bool) -> Tensor {
    enumerated(Tensor.arange(categoryCount), expanding: expanding)
  }
}
