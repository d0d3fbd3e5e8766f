import Levin

/// A program that says how likely data are or, where there are none, draws `count` observations.
typealias Model = @Sendable (_ data: Tensor?, _ count: Int) -> Void

/// Numbers from two groups with centres of their own and one scale.
///
/// With data it says how likely they are; without, it draws `count` of them. `enumerate` has inference sum
/// over the two values of each assignment.
func mixture(_ data: Tensor?, count: Int) {
  let weights = sample("weights", Dirichlet(.full([2], 0.5)))
  let scale = sample("scale", LogNormal(0, 0.5))
  let locs = plate("components", 2) { sample("locs", Normal(0, 4)) }
  plate("data", count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    sample("obs", Normal(locs[assignment], scale), observed: data)
  }
}

// The mixtures of two dimensions: points in the plane that belong to one of three groups, each with a
// centre of its own. They differ in what shares a scale.

/// One scale for all groups and both coordinates.
func sharedScaleMixture(_ data: Tensor?, count: Int) {
  let weights = sample("weights", Dirichlet(.full([3], 0.5)))
  let scale = sample("scale", LogNormal(0, 0.5))
  let locs = plate("dims", 2) { plate("components", 3) { sample("locs", Normal(0, 4)) } }
  plate("data", count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    sample("obs", Normal(locs[assignment], scale).toEvent(1), observed: data)
  }
}

/// A scale for each group; plates that are values say which axis is theirs, however they are nested.
func componentScaleMixture(_ data: Tensor?, count: Int) {
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

/// A scale for each group again, with the axes of the plates the other way round.
func alternateComponentScaleMixture(_ data: Tensor?, count: Int) {
  let weights = sample("weights", Dirichlet(.ones([3])))
  let dims = Plate("dims", 2, dim: -2)
  let components = Plate("components", 3, dim: -1)
  let (scale, locs) = components {
    (sample("scale", LogNormal(0, 0.5)), dims { sample("locs", Normal(0, 4)) })
  }
  plate("data", count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    let spread = scale[assignment].expandingDimensions(at: -1)
    sample("obs", Normal(locs.transposed()[assignment], spread).toEvent(1), observed: data)
  }
}

/// A scale for each coordinate.
func dimensionScaleMixture(_ data: Tensor?, count: Int) {
  let weights = sample("weights", Dirichlet(.ones([3])))
  let dims = Plate("dims", 2, dim: -2)
  let components = Plate("components", 3, dim: -1)
  let scale = dims { sample("scale", LogNormal(0, 0.5)) }
  let locs = components { dims { sample("locs", Normal(0, 4)) } }
  plate("data", count) {
    let assignment = sample("assignment", Categorical(probs: weights), enumerate: .parallel)
    let centre = locs.transposed()[assignment]
    sample("obs", Normal(centre, scale.transposed()).toEvent(1), observed: data)
  }
}
