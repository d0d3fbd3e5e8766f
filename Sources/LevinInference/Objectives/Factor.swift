internal import LevinTensor

/// The logarithm of a term that depends on enumerated variables: a table over their values and over plates.
struct Factor {
  /// An axis for each of `variables`, then the plates' axes.
  var table: Tensor
  var variables: [EnumeratedVariable]
  var plates: Set<PlateFrame>
  /// The site it comes from, for messages.
  var site: String
  var scale: Double

  init(
    _ table: Tensor, _ variables: [EnumeratedVariable], plates: Set<PlateFrame>, site: String,
    scale: Double
  ) {
    (self.table, self.variables, self.plates) = (table, variables, plates)
    (self.site, self.scale) = (site, scale)
  }

  /// The log-probability of a site, whose last `plateRank` axes belong to plates.
  ///
  /// - Parameter isMasked: Whether the site's mask counts.
  init(_ site: Site, plateRank: Int, isMasked: Bool = true) {
    let logProb = isMasked ? site.maskedLogProb : site.unscaledLogProb
    let missing = max(plateRank - logProb.rank, 0)
    let shape = [Int](repeating: 1, count: missing) + logProb.shape
    let outer = shape.count - plateRank
    // Axes on the left of the plates are those of enumerated variables, or of size 1.
    let axes = (0..<outer).filter { shape[$0] > 1 }
    variables = axes.compactMap { site.variables[$0 - shape.count] }
    table = logProb.reshaped(to: axes.map { shape[$0] } + shape[outer...])
    plates = Set(site.plates)
    self.site = site.name
    scale = site.scale
  }

  /// The same with the opposite sign.
  var negated: Factor {
    var result = self
    result.table = -table
    return result
  }

  /// The sum of all numbers times the scale.
  var scaledSum: Tensor { scale == 1 ? table.sum() : table.sum() * scale }

  /// The table with axes for `order`, of size 1 where it does not depend on a variable.
  func table(over order: [EnumeratedVariable]) -> Tensor {
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
  func summed(over gone: Set<PlateFrame>) -> Factor {
    var result = self
    result.plates.subtract(gone)
    let frames = gone.filter { $0.dim != nil }
    if frames.isEmpty { return result }
    var shape = table.shape
    for frame in frames { shape[table.rank + (frame.dim ?? -1)] = frame.count }
    let axes = frames.map { table.rank + ($0.dim ?? -1) }.sorted()
    result.table = table.expanded(to: shape).sum(axes: axes, keepingDimensions: true)
    return result
  }
}
