internal import LevinDistributions
internal import LevinTensor

/// Infers the enumerated sites of a model given its observations and all its other values.
///
///     let fitted = try Trace { try guide(data) }
///     let trace = try withReplay(of: fitted) {
///       try inferDiscrete(temperature: 0, firstAvailableDim: -2) { gmm(data) }
///     }
///     trace["assignment"].value          // the most probable component of each observation
///
/// The sites that say `enumerate: .parallel` are inferred jointly, and the model is run once more with their
/// values and the same elements of plates. Masks count, and scales do not. Real latent values must be fixed from
/// outside, by ``withReplay(of:_:)`` or ``withCondition(_:_:)``.
///
/// - Parameters:
///   - temperature: 0 for the most probable values together, 1 for an exact draw from their posterior.
///   - firstAvailableDim: An axis counted from the right, left of all plates around the sites.
///   - model: Runs the model.
/// - Returns: The trace of the model with the inferred values, of the shape of their plates.
/// - Throws: ``InferenceError`` if a latent value is free, a structure cannot be summed out, or the observations are
///   impossible whatever the enumerated sites are.
public func inferDiscrete(
  temperature: Int, firstAvailableDim: Int, _ model: () throws -> Void
) throws -> Trace {
  guard temperature == 0 || temperature == 1 else {
    throw InferenceError.temperature(temperature)
  }
  let run = try flushingPrintedText {
    try withoutGradient {
      try EnumeratedRun(fixed: model, firstAvailableDim: firstAvailableDim)
    }
  }
  try run.checkEvidence()
  var posterior = DiscretePosterior(run.factors, plateRank: run.plateRank)
  var inferred: [String: Tensor] = [:]
  for variable in run.outermostFirst {
    let shares = try posterior.marginals(of: variable, ring: temperature == 0 ? .maximum : .sum)
    let chosen = choose(variable, shares, isDraw: temperature == 1)
    posterior.fix(variable, at: chosen.reshaped(to: [Int](shares.shape.dropFirst())))
    inferred[variable.name] = try run.value(of: variable, at: chosen)
  }
  return try Trace {
    try HandlerStack.with(SamePlates(run.model)) { try withSubstitution(inferred, model) }
  }
}

/// Lets plates look at the elements that they had in another run: the inferred values belong to those.
private final class SamePlates: Handler {
  private let run: Trace

  init(_ run: Trace) { self.run = run }

  func process(_ site: Site) {
    if site.kind == .plate, site.given == nil { site.given = run.site(site.name)?.given }
  }

  func postprocess(_ site: Site) {}
}

// An index into the support for each element of the plates.
private func choose(_ variable: EnumeratedVariable, _ shares: Tensor, isDraw: Bool) -> Tensor {
  let probabilities = variable.platesFirst(shares).detached()
  let chosen =
    isDraw
    ? Categorical(logits: probabilities.log()).sample() : probabilities.argMax(axis: -1)
  evaluateOrStop(chosen)
  return chosen
}

extension EnumeratedRun {
  /// Refuses observations that no values of the enumerated sites can explain: such sites have no posterior.
  ///
  /// - Throws: ``InferenceError/impossibleObservations(_:)``.
  func checkEvidence() throws {
    let factors = self.factors
    guard let logarithm = try Contraction.logarithm(of: factors) else { return }
    let largest = factors.map { $0.largest.detached() }
    try evaluate([logarithm.detached()] + largest)
    if logarithm.item().isFinite { return }
    let culprits = zip(factors, largest).filter { !$1.item().isFinite }.map(\.0.site)
    throw InferenceError.impossibleObservations(culprits.isEmpty ? factors.map(\.site) : culprits)
  }

  /// The enumerated variables, those of fewer plates before those of more: the elements of a plate are
  /// independent of each other only once the variables that they share are known.
  fileprivate var outermostFirst: [EnumeratedVariable] {
    let depths = Set(variables.map(\.plates.count)).sorted()
    return depths.flatMap { depth in variables.filter { $0.plates.count == depth } }
  }

  /// The values of a variable's support at indices.
  func value(of variable: EnumeratedVariable, at indices: Tensor) throws -> Tensor {
    let site = model[variable.name]
    let eventShape = site.distribution?.eventShape ?? []
    let support = site.value.reshaped(to: [variable.count] + eventShape)
    return support[indices]
  }
}
