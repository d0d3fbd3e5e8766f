internal import LevinTensor

/// Everything that ``LBFGS`` remembers from iteration to iteration.
struct CurvatureMemory {
  /// The changes of the values and of the gradient over an iteration.
  struct Pair {
    let step: [Double]
    let change: [Double]
    /// The reciprocal of the product of both.
    let weight: Double
  }

  var iterations = 0
  var evaluations = 0
  /// The last direction and the step along it.
  var direction: [Double] = []
  var length = 0.0
  var gradient: [Double] = []
  private(set) var pairs: [Pair] = []
  /// The first estimate of the inverse of the Hessian is this number times the identity.
  private(set) var scale = 1.0

  init() {}

  /// Takes in the gradient after the last step, and turns to the next direction.
  mutating func turn(at gradient: [Double], historySize: Int) {
    iterations += 1
    if iterations == 1 {
      (pairs, scale) = ([], 1)
      direction = scaled(gradient, by: -1)
    } else {
      let change = adding(gradient, -1, self.gradient)
      let step = scaled(direction, by: length)
      let curvature = dot(change, step)
      if curvature > 1e-10 {
        if pairs.count == historySize { pairs.removeFirst() }
        pairs.append(Pair(step: step, change: change, weight: 1 / curvature))
        scale = curvature / dot(change, change)
      }
      direction = quasiNewtonDirection(gradient)
    }
    self.gradient = gradient
  }

  // The two loops of algorithm 7.4 in Nocedal and Wright.
  private func quasiNewtonDirection(_ gradient: [Double]) -> [Double] {
    var direction = scaled(gradient, by: -1)
    var shares = [Double](repeating: 0, count: pairs.count)
    for (index, pair) in pairs.enumerated().reversed() {
      shares[index] = dot(pair.step, direction) * pair.weight
      direction = adding(direction, -shares[index], pair.change)
    }
    direction = scaled(direction, by: scale)
    for (share, pair) in zip(shares, pairs) {
      direction = adding(direction, share - dot(pair.change, direction) * pair.weight, pair.step)
    }
    return direction
  }

  func state() -> State {
    var state = State()
    state["iterations"] = .integer(iterations)
    state["evaluations"] = .integer(evaluations)
    state["length"] = .real(length)
    state["scale"] = .real(scale)
    state["direction"] = .tensor(Tensor(direction))
    state["gradient"] = .tensor(Tensor(gradient))
    state["steps"] = .list(pairs.map { .tensor(Tensor($0.step)) })
    state["changes"] = .list(pairs.map { .tensor(Tensor($0.change)) })
    return state
  }

  /// Reads the memory of as many values.
  init(from state: State, count: Int) throws {
    iterations = try state.integer("iterations")
    evaluations = try state.integer("evaluations")
    length = try state.real("length")
    scale = try state.real("scale")
    let size = iterations == 0 ? 0 : count
    direction = try state.tensor("direction", shape: [size], dtype: .float64).scalars
    gradient = try state.tensor("gradient", shape: [size], dtype: .float64).scalars
    let (steps, changes) = (try state.vectors("steps", count), try state.vectors("changes", count))
    try state.expect("changes", changes.count, toBe: steps.count)
    pairs = zip(steps, changes).map { Pair(step: $0, change: $1, weight: 1 / dot($1, $0)) }
  }
}

extension State {
  /// A list of vectors in double precision.
  fileprivate func vectors(_ name: String, _ count: Int) throws -> [[Double]] {
    try list(name).map { value in
      guard case .tensor(let tensor) = value, tensor.shape == [count], tensor.dtype == .float64
      else { throw StateError.mismatch(path: name, expected: "vectors", found: "another value") }
      return tensor.scalars
    }
  }
}
