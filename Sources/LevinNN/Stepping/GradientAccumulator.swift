public import LevinTensor

/// The sums of gradients over several batches, of which one step is made.
///
///     let accumulator = GradientAccumulator(optimizer)
///     for batch in batches.dropLast() {
///       var part = Step(model.loss(batch), optimizer: accumulator.collector, buffers: model.buffers)
///       try part.take()                        // computes and adds up; no parameter changes
///     }
///     var step = Step(model.loss(last), optimizer: optimizer, buffers: model.buffers)
///     accumulator.average(into: &step)
///     try step.take()
///
/// The gradients of a step are the means over the batches that were added up, its own included, however many there are:
/// a window that an epoch's end cuts short counts for what is in it.
public final class GradientAccumulator: Stateful {
  /// An optimizer that adds gradients up and leaves the parameters alone.
  public let collector: any Optimizer
  private let sums: Sums

  /// Adds up gradients at the parameters of an optimizer.
  public init(_ optimizer: any Optimizer) {
    sums = Sums(optimizer)
    collector = sums
  }

  /// The number of batches that were added up since the last step.
  public var count: Int { sums.count }

  /// Puts the means over all batches of the window in the place of a step's gradients, and begins a new window once the
  /// step is put in force.
  ///
  /// - Parameters:
  ///   - step: The step.
  ///   - addsGradients: Whether the step's own gradients count as those of one more batch; otherwise the window is that
  ///     of the batches that were added up.
  public func average(into step: inout Step, addsGradients: Bool = true) {
    let sums = self.sums
    if sums.count == 0 { return }
    let count = sums.count + (addsGradients ? 1 : 0)
    step.revise { gradients in
      gradients = withoutGradient {
        (addsGradients ? sums.adding(gradients) : sums.sums).map { $0.map { $0 / Double(count) } }
      }
    }
    step.adopt([]) { sums.reset() }
  }

  /// Forgets what was added up.
  public func reset() { sums.reset() }

  /// The sums and the number of batches.
  public func state() -> State { sums.state() }

  /// Takes over the sums for as many parameters of the same shapes.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  public func restore(from state: State) throws { try sums.restore(from: state) }
}

private final class Sums: Optimizer {
  let parameters: [Parameter]
  private(set) var count = 0
  private(set) var sums: [Tensor?]

  init(_ optimizer: any Optimizer) {
    parameters = optimizer.parameters
    sums = parameters.map { _ in nil }
  }

  var learningRate: Double {
    get { 0 }
    set {}
  }
  var settingsProblem: String? { nil }

  func adding(_ gradients: [Tensor?]) -> [Tensor?] {
    zip(sums, gradients).map { sum, gradient in
      guard let sum, let gradient else { return sum ?? gradient }
      return sum + gradient
    }
  }

  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    let next = withoutGradient { adding(gradients) }
    let present = zip(parameters, next).compactMap { parameter, sum in sum.map { (parameter, $0) } }
    return ProposedUpdate(
      values: [], state: present.map(\.1), owners: present.map(\.0)
    ) { [self] in
      sums = next.map { $0?.detached() }
      count += 1
    }
  }

  func reset() {
    count = 0
    sums = parameters.map { _ in nil }
  }

  func state() -> State {
    var state = State()
    state["count"] = .integer(count)
    for (index, sum) in sums.enumerated() { state["\(index)"] = sum.map { .tensor($0) } }
    return state
  }

  func restore(from state: State) throws {
    try state.expectOnly(["count"] + parameters.indices.map(String.init))
    let count = try state.integer("count")
    let sums = try parameters.enumerated().map { index, parameter in
      state["\(index)"] == nil
        ? nil : try state.tensor("\(index)", like: parameter.unconstrained)
    }
    (self.count, self.sums) = (count, sums)
  }
}
