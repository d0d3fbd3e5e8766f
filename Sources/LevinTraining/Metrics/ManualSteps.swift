internal import LevinNN
internal import LevinTensor

/// The steps that a module took itself in the batch that runs, with what undoes them.
///
/// A batch is learnt from as a whole or not at all: one that fails after some of its steps would otherwise take
/// them twice when the fit goes on.
struct ManualSteps {
  // What an optimizer changes, as it was before the batch.
  private struct Origin {
    let optimizer: any Optimizer
    let state: State
    let values: [Tensor]
  }

  /// The loss before each step.
  private(set) var losses: [Double] = []
  private var origins: [Origin] = []
  private var buffers: [(buffer: Buffer, value: Tensor)] = []

  /// Keeps what a step is about to change.
  mutating func keep(_ optimizer: any Optimizer, _ buffers: [Buffer]) {
    if !origins.contains(where: { $0.optimizer === optimizer }) {
      origins.append(
        Origin(
          optimizer: optimizer, state: optimizer.state(),
          values: optimizer.parameters.map(\.unconstrained)))
    }
    for buffer in buffers where !self.buffers.contains(where: { $0.buffer === buffer }) {
      self.buffers.append((buffer, buffer.settled))
    }
  }

  /// Counts a step that is in force.
  mutating func note(_ loss: Double) { losses.append(loss) }

  /// Forgets the steps: they stay in force.
  mutating func close() {
    if !origins.isEmpty { self = ManualSteps() }
  }

  /// Puts everything back to what it was before the batch.
  mutating func undo() throws {
    defer { close() }
    // Two optimizers may share a parameter: the older value is the one to have.
    for origin in origins.reversed() {
      for (parameter, value) in zip(origin.optimizer.parameters, origin.values) {
        parameter.putBack(value)
      }
      try origin.optimizer.restore(from: origin.state)
    }
    for (buffer, value) in buffers { buffer.restore(value) }
  }
}
