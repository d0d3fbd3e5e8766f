public import LevinTensor

/// The evidence lower bound with discrete choices of the model summed out.
///
/// Sites that say `enumerate: .parallel` go over all their values along axes of their own, and
///
///     loss = -(log Σ p(data, latents, choices) - log q(latents)),
///
/// the sum being over all choices, worked out plate by plate. Normalising constants are included; it is a sum
/// over the data, not a mean. With a guide of point estimates it is minus the log-joint.
public final class TraceEnumELBO: Objective {
  /// How many axes plates take at most, counted from the right; nil until it has been found out.
  public private(set) var maxPlateNesting: Int?

  /// Makes an objective.
  ///
  /// - Parameter maxPlateNesting: How many axes plates take at most. Left out, the first loss runs the model
  ///   and the guide once to find out.
  public init(maxPlateNesting: Int? = nil) { self.maxPlateNesting = maxPlateNesting }

  /// The loss of one run; see ``Objective``.
  public func loss(model: () throws -> Void, guide: () throws -> Void) throws -> Tensor {
    -(try run(model, guide).evidenceLowerBound())
  }

  private func run(
    _ model: () throws -> Void, _ guide: () throws -> Void
  ) throws -> EnumeratedRun {
    let nesting =
      try maxPlateNesting ?? EnumeratedRun.deepestPlate(model: model, guide: guide)
    maxPlateNesting = nesting
    return try EnumeratedRun(model: model, guide: guide, maxPlateNesting: nesting)
  }
}
