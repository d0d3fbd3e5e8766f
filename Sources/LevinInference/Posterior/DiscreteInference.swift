internal import LevinDistributions
internal import LevinTensor

/// Infers the discrete choices of a model given its observations and everything that is not enumerated.
///
///     let fitted = try Trace { try guide(data) }
///     let trace = try withReplay(of: fitted) {
///       try inferDiscrete(temperature: 0, firstAvailableDim: -2) { gmm(data) }
///     }
///     trace["assignment"].value          // the most probable component of each observation
///
/// The choices that say `enumerate: .parallel` are inferred jointly, and the model is run once more with
/// them. Masks count, and scales do not. Real latent values must be fixed from outside, by
/// ``withReplay(of:_:)`` or ``withCondition(_:_:)``.
///
/// - Parameters:
///   - temperature: 0 for the most probable choices together, 1 for an exact draw from their posterior.
///   - firstAvailableDim: An axis counted from the right, left of all plates around the choices.
///   - model: Runs the model.
/// - Returns: The trace of the model with the choices, of the shape of their plates.
/// - Throws: ``InferenceError`` if a latent value is free, or a structure cannot be summed out.
public func inferDiscrete(
  temperature: Int, firstAvailableDim: Int, _ model: () throws -> Void
) throws -> Trace {
  guard temperature == 0 || temperature == 1 else {
    throw InferenceError.temperature(temperature)
  }
  let run = try withoutGradient {
    try EnumeratedRun(fixed: model, firstAvailableDim: firstAvailableDim)
  }
  var posterior = DiscretePosterior(run.factors, plateRank: run.plateRank)
  var choices: [String: Tensor] = [:]
  for variable in run.outermostFirst {
    let shares = try posterior.marginals(of: variable, ring: temperature == 0 ? .maximum : .sum)
    let chosen = choose(variable, shares, isDraw: temperature == 1)
    posterior.fix(variable, at: chosen.reshaped(to: [Int](shares.shape.dropFirst())))
    choices[variable.name] = try run.value(of: variable, at: chosen)
  }
  return try Trace { try withSubstitution(choices, model) }
}

// An index for each place of the plates.
private func choose(_ variable: EnumeratedVariable, _ shares: Tensor, isDraw: Bool) -> Tensor {
  let probabilities = variable.placesFirst(shares).detached()
  let chosen =
    isDraw
    ? Categorical(logits: probabilities.log()).sample() : probabilities.argMax(axis: -1)
  evaluate(chosen)
  return chosen
}

extension EnumeratedRun {
  /// The choices, those of fewer plates before those of more: the places of a plate are independent of each
  /// other only once what they share is known.
  fileprivate var outermostFirst: [EnumeratedVariable] {
    let depths = Set(variables.map(\.plates.count)).sorted()
    return depths.flatMap { depth in variables.filter { $0.plates.count == depth } }
  }

  /// The values of a choice's support at indices.
  func value(of variable: EnumeratedVariable, at indices: Tensor) throws -> Tensor {
    let site = model[variable.name]
    let eventShape = site.distribution?.eventShape ?? []
    let support = site.value.reshaped(to: [variable.count] + eventShape)
    return support[indices]
  }
}
