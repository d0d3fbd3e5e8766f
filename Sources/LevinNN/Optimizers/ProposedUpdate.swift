public import LevinTensor

/// New values of parameters and of an optimizer's state, before they take effect.
public struct ProposedUpdate {
  /// The parameters that change, with their new unconstrained values.
  public let values: [(parameter: Parameter, value: Tensor)]
  /// The tensors that the optimizer will remember, to be computed together with the values.
  public let state: [Tensor]
  // The parameter that each tensor of the state belongs to, where that is known.
  let owners: [Parameter]
  private let commitState: () -> Void

  /// Describes an update.
  ///
  /// - Parameters:
  ///   - values: The parameters that change, with their new unconstrained values.
  ///   - state: Every tensor that the optimizer will remember.
  ///   - commitState: Makes the optimizer remember them.
  public init(
    values: [(parameter: Parameter, value: Tensor)], state: [Tensor],
    commitState: @escaping () -> Void
  ) {
    self.init(values: values, state: state, owners: [], commitState: commitState)
  }

  init(
    values: [(parameter: Parameter, value: Tensor)], state: [Tensor], owners: [Parameter],
    commitState: @escaping () -> Void
  ) {
    self.values = values
    self.state = state
    self.owners = owners
    self.commitState = commitState
  }

  /// Puts the new values in force, and computes first what has not been computed.
  public func commit() {
    evaluateOrStop(values.map(\.value) + state)
    for (parameter, value) in values { parameter.adopt(value) }
    commitState()
  }

  /// Makes the optimizer remember its state and leaves the parameters alone: for an optimizer around another one,
  /// in the closure by which it commits its own state.
  public func adoptState() { commitState() }

  /// The parameter that a tensor of the state belongs to; nil when that is not known.
  func owner(ofState index: Int) -> Parameter? { index < owners.count ? owners[index] : nil }
}
