internal import LevinTensor

/// The logarithm of a term that depends on enumerated variables: a table over their values and over plates.
struct Factor {
  /// An axis for each of `variables`, then the plates' axes.
  var table: Tensor
  var variables: [EnumeratedVariable]
  /// The plates over whose elements it is yet to be multiplied.
  var plates: Set<PlateFrame>
  /// The site it comes from, for messages.
  var site: String
  /// The factor of the logarithm of what it is summed into, beside those of the plates.
  var scale: Double
  /// The term itself where it is 0, for its gradient; nil where no gradient is lost by its logarithm.
  var zeros: Zeros?

  init(
    _ table: Tensor, _ variables: [EnumeratedVariable], plates: Set<PlateFrame>, site: String,
    scale: Double, zeros: Zeros? = nil
  ) {
    (self.table, self.variables, self.plates) = (table, variables, plates)
    (self.site, self.scale, self.zeros) = (site, scale, zeros)
  }

  /// The log-probability of a site, whose last `plateRank` axes belong to plates.
  ///
  /// - Parameters:
  ///   - isMasked: Whether the site's mask counts. It does for terms of an objective; the probabilities of the values
  ///     that a sum goes over have to add up to 1 under a mask too.
  ///   - keepsZeros: Whether probabilities of 0 have their gradients in sums.
  init(_ site: Site, plateRank: Int, isMasked: Bool, keepsZeros: Bool = false) {
    let logProb = isMasked ? site.maskedLogProb : site.unscaledLogProb
    let missing = max(plateRank - logProb.rank, 0)
    let shape = [Int](repeating: 1, count: missing) + logProb.shape
    let outer = shape.count - plateRank
    // Axes on the left of the plates are those of enumerated variables, or of size 1.
    let axes = (0..<outer).filter { shape[$0] > 1 }
    let narrow = axes.map { shape[$0] } + shape[outer...]
    variables = axes.compactMap { site.variables[$0 - shape.count] }
    table = logProb.reshaped(to: narrow)
    plates = Set(site.plates.filter(\.isProduct))
    self.site = site.name
    scale = site.explicitScale
    guard keepsZeros, let probs = site.fadingProbs else { return }
    let counted = isMasked ? site.mask.map { `where`($0, probs, 1) } ?? probs : probs
    zeros = Zeros(counted.expanded(to: logProb.shape).reshaped(to: narrow))
  }

  /// The same with the opposite sign.
  var negated: Factor {
    var result = self
    result.table = -table
    return result
  }

  /// The largest number that every element of the plates reaches for some values: -inf or NaN where one has none.
  var largest: Tensor {
    let axes = Array(0..<variables.count)
    return (axes.isEmpty ? table : table.max(axes: axes)).min()
  }

  /// The factor of all of it in an objective, the plates that are left included.
  var wholeScale: Double { plates.reduce(scale) { $0 * $1.scale } }

  /// The sum of all numbers times the scale.
  var scaledSum: Tensor { table.sum().scaled(by: wholeScale) }

  /// The table with axes for `order`, of size 1 where it does not depend on a variable.
  func table(over order: [EnumeratedVariable]) -> Tensor { lined(table, up: order) }

  /// The zeros with axes for `order`, and the table in their place where there are none.
  func zeros(over order: [EnumeratedVariable]) -> Zeros {
    let rest = zeros.map { `where`($0.isZero, $0.rest, table.detached()) } ?? table.detached()
    let weights = zeros.map { lined($0.weights, up: order) } ?? Tensor.ones([], dtype: table.dtype)
    return Zeros(weights: weights, rest: lined(rest, up: order))
  }

  private func lined(_ table: Tensor, up order: [EnumeratedVariable]) -> Tensor {
    let own = order.filter(variables.contains)
    let plateAxes = variables.count..<table.rank
    let moved = table.permuted(own.map { axis(of: $0) } + plateAxes)
    var shape: [Int] = []
    for variable in order {
      shape.append(variables.contains(variable) ? table.shape[axis(of: variable)] : 1)
    }
    return moved.reshaped(to: shape + table.shape[plateAxes])
  }

  private func axis(of variable: EnumeratedVariable) -> Int {
    guard let axis = variables.firstIndex(of: variable) else {
      fatalError("a factor does not depend on '\(variable.name)'")
    }
    return axis
  }

  /// The sum over all elements of some plates, which it no longer has then.
  ///
  /// - Parameter isScaled: Whether elements that are looked at count for those that are not.
  func summed(over gone: Set<PlateFrame>, isScaled: Bool) -> Factor {
    var result = self
    result.plates.subtract(gone)
    let frames = gone.filter { $0.dim != nil }
    if !frames.isEmpty {
      var shape = table.shape
      for frame in frames { shape[table.rank + (frame.dim ?? -1)] = frame.count }
      let axes = frames.map { table.rank + ($0.dim ?? -1) }.sorted()
      result.table = table.expanded(to: shape).sum(axes: axes, keepingDimensions: true)
      result.zeros = zeros?.product(over: axes, of: shape, table)
    }
    let scale = isScaled ? gone.reduce(1) { $0 * $1.scale } : 1
    result.table = result.table.scaled(by: scale)
    // A power above 1 of what is 0 has no slope there.
    if scale != 1 { result.zeros = nil }
    return result
  }
}

extension Tensor {
  /// The product with a factor that is nearly always 1.
  fileprivate func scaled(by factor: Double) -> Tensor { factor == 1 ? self : self * factor }
}
