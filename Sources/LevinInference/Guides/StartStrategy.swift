internal import LevinDistributions
public import LevinTensor

/// The start of an automatic guide: a way to give a latent site of the model its first value.
public struct StartStrategy {
  /// The first value of a site, in its support and of shape batch shape + event shape.
  public let value: (Site) throws -> Tensor
  // Whether the value of a site is for all elements of its plates in their order, rather than those of the run.
  private(set) var isGiven: (Site) -> Bool = { _ in false }

  /// Begins at values that a closure chooses.
  ///
  /// - Parameter value: Given a site of a run of the model; ``Site/name`` and ``Site/distribution`` tell
  ///   which it is.
  public init(_ value: @escaping (Site) throws -> Tensor) { self.value = value }

  /// The middle of the unconstrained space: 1 for positive numbers, equal weights for a simplex.
  public static var feasible: StartStrategy {
    StartStrategy { site in
      let map = transform(to: distribution(of: site).support)
      return map(Tensor.zeros(map.inverseShape(site.value.shape), dtype: site.value.dtype))
    }
  }

  /// The value that the run of the model drew.
  public static var sample: StartStrategy { StartStrategy { $0.value.detached() } }

  /// The mean of the prior; ``feasible`` where that is not in the support.
  public static var mean: StartStrategy {
    StartStrategy { site in
      try ifFeasible(distribution(of: site).mean.detached(), at: site)
    }
  }

  /// The median of some draws of the prior, element by element; ``feasible`` for vectors whose elements
  /// belong together, and where it is not in the support.
  public static func median(of count: Int = 15) -> StartStrategy {
    StartStrategy { site in
      let distribution = Self.distribution(of: site)
      if distribution.eventShape.contains(where: { $0 > 1 }) { return try feasible.value(site) }
      let draws = distribution.sample([count])
      return try ifFeasible(draws.median(axis: 0), at: site)
    }
  }

  /// Uniform numbers from -radius to radius in the unconstrained space.
  public static func uniform(radius: Double = 2) -> StartStrategy {
    StartStrategy { site in
      let map = transform(to: Self.distribution(of: site).support)
      let shape = map.inverseShape(site.value.shape)
      return map(Tensor.uniform(shape, in: (-radius)..<radius, dtype: site.value.dtype))
    }
  }

  /// Given values for some sites, and another strategy for the rest.
  public static func values(
    _ values: [String: Tensor], otherwise rest: StartStrategy = .feasible
  ) -> StartStrategy {
    var result = StartStrategy { site in try values[site.name] ?? rest.value(site) }
    result.isGiven = { values[$0.name] != nil || rest.isGiven($0) }
    return result
  }

  private static func ifFeasible(_ value: Tensor, at site: Site) throws -> Tensor {
    let isInside = distribution(of: site).support.check(value).all()
    return isInside.item() == 1 ? value : try feasible.value(site)
  }

  private static func distribution(of site: Site) -> any Distribution {
    guard let distribution = site.distribution else {
      fatalError("site '\(site.name)' is no sample and needs no start")
    }
    return distribution
  }
}
