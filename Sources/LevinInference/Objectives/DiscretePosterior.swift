internal import LevinDistributions
internal import LevinTensor

/// The posterior of enumerated variables, given all other values.
///
/// The derivative of the logarithm of a sum with respect to the logarithm of one of its terms is the share
/// of that term: so the marginal probabilities of a variable are the gradient of the contraction at an offset
/// that is added to its log-probabilities. With a maximum instead of the sum the gradient tells which values
/// attain it. Joint draws and joint maxima take one variable after the other, each given those before. Scales weigh
/// an objective and do not make a value any surer, so they are left out.
struct DiscretePosterior {
  private let factors: [Factor]
  private let plateRank: Int
  /// The evidence of each variable that is fixed: 0 for its value, -inf for the others.
  private var evidence: [Factor] = []

  init(_ factors: [Factor], plateRank: Int) {
    self.factors = factors
    self.plateRank = plateRank
  }

  /// The marginal probabilities of a variable, of shape [K] + plates.
  func marginals(of variable: EnumeratedVariable, ring: Contraction.Ring = .sum) throws -> Tensor {
    let shape = [variable.count] + plateShape(of: variable)
    let offset = Tensor.zeros(shape, dtype: dtype).requiringGradient()
    let terms = factors + evidence + [term(offset, of: variable)]
    guard let logarithm = try Contraction.logarithm(of: terms, ring: ring),
      let shares = gradients(of: logarithm, at: [offset])[0]
    else { return Tensor.full(shape, 1 / Double(variable.count), dtype: dtype) }
    return shares
  }

  /// Fixes a variable at indices into its support, of the shape of its plates.
  mutating func fix(_ variable: EnumeratedVariable, at indices: Tensor) {
    let ones = plateShape(of: variable).map { _ in 1 }
    let values = Tensor.arange(variable.count).reshaped(to: [variable.count] + ones)
    let isChosen = values .== indices
    let never = Tensor.full([], -.infinity, dtype: dtype)
    let known = `where`(isChosen, Tensor.full([], 0, dtype: dtype), never)
    evaluateOrStop(known)
    evidence.append(term(known, of: variable))
  }

  private var dtype: DType { factors.first?.table.dtype ?? .float32 }

  private func term(_ table: Tensor, of variable: EnumeratedVariable) -> Factor {
    Factor(table, [variable], plates: variable.plates, site: variable.name, scale: 1)
  }

  private func plateShape(of variable: EnumeratedVariable) -> [Int] {
    var shape = [Int](repeating: 1, count: plateRank)
    for plate in variable.plates {
      if let dim = plate.dim { shape[plateRank + dim] = plate.count }
    }
    return shape
  }
}

extension EnumeratedVariable {
  /// The number of axes, counted from the right, that its plates take.
  var plateDepth: Int { plates.compactMap(\.dim).map { -$0 }.max() ?? 0 }

  /// Numbers of shape [K] + plates with the plates in front, and without axes beyond its own plates.
  func platesFirst(_ table: Tensor) -> Tensor {
    let moved = table.movingAxis(0, to: -1)
    return moved.reshaped(to: moved.shape.suffix(plateDepth + 1))
  }
}
