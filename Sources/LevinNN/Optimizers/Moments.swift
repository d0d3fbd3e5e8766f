internal import LevinTensor

/// The running means of a parameter's gradient and of its square, which `Owner`, an optimizer of Adam's kind, keeps.
struct Moments<Owner>: OptimizerMemory {
  var steps = 0
  var first: Tensor
  var second: Tensor
  /// The largest second moment so far, for AMSGrad.
  var largest: Tensor?
  /// The product of the momenta so far, for NAdam.
  var momentumProduct = 1.0

  init(for value: Tensor) {
    first = .zeroLeaf(like: value)
    second = .zeroLeaf(like: value)
  }

  var tensors: [Tensor] { [first, second] + (largest.map { [$0] } ?? []) }

  /// Takes one more gradient into both means.
  mutating func take(_ gradient: Tensor, _ betas: (Double, Double)) {
    steps += 1
    first = interpolated(first, gradient, weight: 1 - betas.0)
    second = squareMean(second, gradient, decay: betas.1)
  }

  func state() -> State {
    var state = State()
    state["steps"] = .integer(steps)
    state["first"] = .tensor(first)
    state["second"] = .tensor(second)
    state["largest"] = largest.map { .tensor($0) }
    state["momentumProduct"] = .real(momentumProduct)
    return state
  }

  mutating func restore(from state: State) throws {
    let largest =
      state["largest"] == nil ? nil : try state.tensor("largest", like: first)
    let (first, second) = (
      try state.tensor("first", like: first), try state.tensor("second", like: second)
    )
    momentumProduct = try state.real("momentumProduct")
    steps = try state.integer("steps")
    (self.first, self.second, self.largest) = (first, second, largest)
  }
}
