public import LevinTensor

/// Several optimizers that step together, each with parameters of its own: different learning rates for
/// different parts of a model.
///
///     OptimizerGroup([
///       Adam(encoder.parameters, learningRate: 1e-3), SGD(head.parameters, learningRate: 0.1),
///     ])
public final class OptimizerGroup: Optimizer {
  /// The optimizers, in order.
  public let members: [any Optimizer]
  /// The parameters of all members, in order.
  public let parameters: [Parameter]

  /// Combines optimizers, no two of which should have a parameter in common.
  public init(_ members: [any Optimizer]) {
    self.members = members
    parameters = members.flatMap(\.parameters)
  }

  /// What is wrong with the settings of the first member that has a problem.
  public var settingsProblem: String? { members.lazy.compactMap(\.settingsProblem).first }

  /// The updates of all members.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    require(
      gradients.count == parameters.count,
      "proposeUpdate: \(gradients.count) gradients for \(parameters.count) parameters")
    var rest = gradients[...]
    let updates = members.map { member in
      let own = rest.prefix(member.parameters.count)
      rest = rest.dropFirst(own.count)
      return member.proposeUpdate(Array(own))
    }
    return ProposedUpdate(
      values: updates.flatMap(\.values), state: updates.flatMap(\.state)
    ) { for update in updates { update.remember() } }
  }
}
