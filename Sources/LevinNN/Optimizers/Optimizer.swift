public import LevinTensor

/// A rule that turns gradients into new parameter values.
///
/// A step is first proposed, as a graph that nobody has computed, and then committed. In between the
/// trainer computes the loss, what was logged and the proposal together, and looks whether all of it is
/// finite. An optimizer writes its rule in ``proposeUpdate(_:)`` with plain tensor arithmetic:
/// numbers that change from step to step, such as the learning rate, stand there as Swift numbers and
/// cost no new plan.
public protocol Optimizer: AnyObject {
  /// The parameters it updates.
  var parameters: [Parameter] { get }

  /// What is wrong with the settings, in a sentence for the user; nil when all is well.
  var settingsProblem: String? { get }

  /// The update that follows from gradients, one for each of ``parameters``.
  ///
  /// A parameter without a gradient is left alone, and what the optimizer remembers of it as well.
  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate
}

extension Optimizer {
  /// Computes and takes one step: for loops written by hand.
  public func step(_ gradients: [Tensor?]) {
    proposeUpdate(gradients).commit()
  }
}

/// New values of parameters and of an optimizer's state, before they take effect.
public struct ProposedUpdate {
  /// The parameters that change, with their new values.
  public let values: [(parameter: Parameter, value: Tensor)]
  /// What the optimizer will remember, to be computed together with the values.
  public let state: [Tensor]
  private let commitState: () -> Void

  /// Describes an update.
  ///
  /// - Parameters:
  ///   - values: The parameters that change, with their new values.
  ///   - state: Every tensor that the optimizer will remember.
  ///   - commitState: Makes the optimizer remember them.
  public init(
    values: [(parameter: Parameter, value: Tensor)], state: [Tensor],
    commitState: @escaping () -> Void
  ) {
    self.values = values
    self.state = state
    self.commitState = commitState
  }

  /// Puts the new values in force, and computes first what has not been computed.
  public func commit() {
    evaluate(values.map(\.value) + state)
    for (parameter, value) in values { parameter.adopt(value) }
    commitState()
  }

  /// Makes the optimizer remember its state, for one that puts the values in force itself.
  func remember() { commitState() }
}

/// Pairs each parameter with its gradient and the state kept for it.
///
/// The graph of an update is never differentiated; without that, each step would hold on to the graph
/// of all steps before it.
func proposing<State>(
  for parameters: [Parameter], _ gradients: [Tensor?], from states: [State?],
  update: (_ value: Tensor, _ gradient: Tensor, _ state: State?) -> (Tensor, State),
  tensors: (State) -> [Tensor], commit: @escaping ([State?]) -> Void
) -> ProposedUpdate {
  require(
    gradients.count == parameters.count,
    "proposeUpdate: \(gradients.count) gradients for \(parameters.count) parameters")
  return withoutGradient {
    var next = states
    var values: [(parameter: Parameter, value: Tensor)] = []
    var state: [Tensor] = []
    for (index, parameter) in parameters.enumerated() {
      guard let gradient = gradients[index] else { continue }
      let (value, remembered) = update(parameter.unconstrained, gradient, states[index])
      values.append((parameter, value))
      state += tensors(remembered)
      next[index] = remembered
    }
    return ProposedUpdate(values: values, state: state) { commit(next) }
  }
}
