public import LevinTensor

/// Everything that an optimizer remembers of one parameter from step to step.
public protocol OptimizerMemory: Stateful {
  /// The memory before the first step.
  ///
  /// - Parameter value: The unconstrained value of the parameter.
  init(for value: Tensor)

  /// Every tensor in it, in a fixed order.
  var tensors: [Tensor] { get }
}

/// The memory of an optimizer, parameter by parameter: the base of ``Adam``, ``SGD`` and optimizers of one's own.
///
/// It pairs each parameter with its gradient and with what was remembered of it, makes a ``ProposedUpdate`` of the
/// rule's results, and is part of a run's state.
public final class ParameterMemory<Memory: OptimizerMemory>: Stateful {
  /// The parameters.
  public let parameters: [Parameter]
  private var memories: [Memory?]

  /// Remembers nothing of the parameters yet.
  public init(_ parameters: [Parameter]) {
    self.parameters = parameters
    memories = parameters.map { _ in nil }
  }

  /// The memory of a parameter; nil before its first step.
  public subscript(index: Int) -> Memory? { memories[index] }

  /// An update by a rule that is applied to each parameter that has a gradient.
  ///
  /// - Parameters:
  ///   - gradients: A gradient or nil for each of ``parameters``.
  ///   - rule: The new unconstrained value of a parameter, from its value, its gradient and its memory, which the
  ///     rule changes. What it computes is never differentiated.
  public func propose(
    _ gradients: [Tensor?],
    _ rule: (_ value: Tensor, _ gradient: Tensor, _ memory: inout Memory) -> Tensor
  ) -> ProposedUpdate {
    require(
      gradients.count == parameters.count,
      "proposeUpdate: \(gradients.count) gradients for \(parameters.count) parameters")
    // Without a gradient: otherwise each step would hold on to the graph of all steps before it.
    return withoutGradient {
      var next = memories
      var values: [(parameter: Parameter, value: Tensor)] = []
      var state: [Tensor] = []
      var owners: [Parameter] = []
      values.reserveCapacity(parameters.count)
      state.reserveCapacity(2 * parameters.count)
      owners.reserveCapacity(2 * parameters.count)
      for (index, parameter) in parameters.enumerated() {
        guard let gradient = gradients[index] else { continue }
        let value = parameter.unconstrained
        var memory = next[index] ?? Memory(for: value)
        values.append((parameter, rule(value, gradient, &memory)))
        for tensor in memory.tensors {
          state.append(tensor)
          owners.append(parameter)
        }
        next[index] = memory
      }
      return ProposedUpdate(values: values, state: state, owners: owners) { self.memories = next }
    }
  }

  /// The memories by index of the parameter.
  public func state() -> State {
    var state = State()
    for (index, memory) in memories.enumerated() {
      if let memory { state["\(index)"] = .tree(memory.state()) }
    }
    return state
  }

  /// Takes over memories of the same kind and number.
  ///
  /// - Throws: ``StateError`` when shapes, dtypes or kinds differ.
  public func restore(from state: State) throws {
    try state.expectOnly(parameters.indices.map(String.init))
    memories = try parameters.enumerated().map { index, parameter in
      guard state["\(index)"] != nil else { return nil }
      var memory = Memory(for: parameter.unconstrained)
      try memory.restore(from: state.tree("\(index)"))
      return memory
    }
  }

  /// The state of an optimizer with this memory: the learning rate and the memories.
  public func state(learningRate: Double) -> State {
    state(OptimizerSettings(changing: ["learningRate": learningRate]))
  }

  /// Takes over the memories of an optimizer whose state ``state(learningRate:)`` gave.
  ///
  /// - Returns: The learning rate.
  /// - Throws: ``StateError`` when the state was taken from something else; nothing is changed then.
  public func restoreOptimizer(from state: State) throws -> Double {
    try restore(from: state, OptimizerSettings(changing: ["learningRate": 0]))[0]
  }
}
