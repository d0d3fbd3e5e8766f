import Levin

/// The mixtures of the Pyro notebook, as a user would write them.
///
/// Each is the simulator too: without data it draws `count` observations.
enum MixtureModels {
  typealias Model = @Sendable (_ data: Tensor?, _ count: Int) -> Void

  static let all: [String: Model] = [
    "gmm1d": oneDimensional, "gmm2d_shared": sharedScale, "gmm2d_component": componentScale,
    "gmm2d_component_alt": alternateComponentScale, "gmm2d_dimension": dimensionScale,
  ]

  static let oneDimensional: Model = { data, count in
    let weights = sample("weights", Dirichlet(.full([2], 0.5)))
    let scale = sample("scale", LogNormal(0, 0.5))
    let locs = plate("components", 2) { sample("locs", Normal(0, 4)) }
    plate("data", count) {
      let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
      sample("obs", Normal(locs[assignment], scale), observed: data)
    }
  }

  static let sharedScale: Model = { data, count in
    let weights = sample("weights", Dirichlet(.full([3], 0.5)))
    let scale = sample("scale", LogNormal(0, 0.5))
    let locs = plate("dims", 2) { plate("components", 3) { sample("locs", Normal(0, 4)) } }
    plate("data", count) {
      let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
      sample("obs", Normal(locs[assignment], scale).toEvent(1), observed: data)
    }
  }

  static let componentScale: Model = { data, count in
    let weights = sample("weights", Dirichlet(.ones([3])))
    let dims = Plate("dims", 2, dim: -1)
    let components = Plate("components", 3, dim: -2)
    let scale = components { sample("scale", LogNormal(0, 0.5)) }
    let locs = dims { components { sample("locs", Normal(0, 4)) } }
    plate("data", count) {
      let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
      sample("obs", Normal(locs[assignment], scale[assignment]).toEvent(1), observed: data)
    }
  }

  static let alternateComponentScale: Model = { data, count in
    let weights = sample("weights", Dirichlet(.ones([3])))
    let dims = Plate("dims", 2, dim: -2)
    let components = Plate("components", 3, dim: -1)
    let (scale, locs) = components {
      (sample("scale", LogNormal(0, 0.5)), dims { sample("locs", Normal(0, 4)) })
    }
    plate("data", count) {
      let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
      let spread = scale[assignment].expandingDimensions(at: -1)
      sample(
        "obs", Normal(locs.transposed()[assignment], spread).toEvent(1), observed: data)
    }
  }

  static let dimensionScale: Model = { data, count in
    let weights = sample("weights", Dirichlet(.ones([3])))
    let dims = Plate("dims", 2, dim: -2)
    let components = Plate("components", 3, dim: -1)
    let scale = dims { sample("scale", LogNormal(0, 0.5)) }
    let locs = components { dims { sample("locs", Normal(0, 4)) } }
    plate("data", count) {
      let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
      sample(
        "obs", Normal(locs.transposed()[assignment], scale.transposed()).toEvent(1),
        observed: data)
    }
  }
}
