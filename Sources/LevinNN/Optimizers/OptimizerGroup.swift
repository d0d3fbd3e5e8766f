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

  /// The learning rate of the first member.
  ///
  /// Setting it sets that of every member; set those of ``members`` to keep
  /// them apart.
  public var learningRate: Double {
    get { members.first?.learningRate ?? 0 }
    set { for member in members { member.learningRate = newValue } }
  }

  /// The members, those of groups among them one by one.
  public var groups: [any Optimizer] { members.flatMap(\.groups) }

  /// The problem of the first member that has one; the members cannot ask for the loss again.
  public var settingsProblem: String? {
    for member in members where member is any ClosureOptimizer {
      return
        "\(type(of: member)) asks for the loss again and cannot be one of a group; give it all "
        + "parameters"
    }
    return members.lazy.compactMap(\.settingsProblem).first
  }

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
    let areOwned = updates.allSatisfy { $0.owners.count == $0.state.count }
    return ProposedUpdate(
      values: updates.flatMap(\.values), state: updates.flatMap(\.state),
      owners: areOwned ? updates.flatMap(\.owners) : []
    ) { for update in updates { update.adoptState() } }
  }

  /// The states of the members by index.
  public func state() -> State {
    var state = State()
    for (index, member) in members.enumerated() { state["\(index)"] = .tree(member.state()) }
    return state
  }

  /// Takes over the states of as many members of the same kinds.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else; every member then keeps what it had.
  public func restore(from state: State) throws {
    try state.expectOnly(members.indices.map(String.init))
    let before = members.map { $0.state() }
    do {
      for (index, member) in members.enumerated() {
        try member.restore(from: state.tree("\(index)"))
      }
    } catch {
      for (member, old) in zip(members, before) { try? member.restore(from: old) }
      throw error
    }
  }
}
