public import LevinTensor

/// A rule that turns gradients into new parameter values.
///
/// A step is first proposed, as a graph that nobody has computed, and then committed. In between a ``Step``
/// computes the loss, what was logged and the proposal together, and looks whether all of it is finite. An
/// optimizer writes its rule in ``proposeUpdate(_:)`` with plain tensor arithmetic: numbers that change from step
/// to step, such as the learning rate, stand there as Swift numbers and cost no new plan. What it remembers of
/// each parameter is best kept in a ``ParameterMemory``:
///
///     final class ScaledDescent: Optimizer {
///       struct Square: OptimizerMemory {
///         var mean: Tensor
///         init(for value: Tensor) { mean = .zeros(value.shape, dtype: value.dtype) }
///         var tensors: [Tensor] { [mean] }
///         func state() -> State {
///           var state = State()
///           state["mean"] = .tensor(mean)
///           return state
///         }
///         mutating func restore(from state: State) throws {
///           mean = try state.tensor("mean", like: mean)
///         }
///       }
///
///       var learningRate: Double
///       private let memory: ParameterMemory<Square>
///
///       init(_ parameters: [Parameter], learningRate: Double) {
///         self.learningRate = learningRate
///         memory = ParameterMemory(parameters)
///       }
///
///       var parameters: [Parameter] { memory.parameters }
///       var settingsProblem: String? { learningRate > 0 ? nil : "the learning rate must be above 0" }
///
///       func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
///         memory.propose(gradients) { value, gradient, square in
///           square.mean = square.mean * 0.9 + gradient.square() * 0.1
///           return value - gradient / (square.mean.sqrt() + 1e-8) * learningRate
///         }
///       }
///
///       func state() -> State { memory.state(learningRate: learningRate) }
///       func restore(from state: State) throws {
///         learningRate = try memory.restoreOptimizer(from: state)
///       }
///     }
public protocol Optimizer: AnyObject, Stateful {
  /// The parameters it updates.
  var parameters: [Parameter] { get }

  /// The step size; may be changed between steps. That of an ``OptimizerGroup`` is its first member's, and
  /// setting it sets those of all members.
  var learningRate: Double { get set }

  /// The optimizers that have a learning rate of their own: this one, or the members of a group.
  var groups: [any Optimizer] { get }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  var settingsProblem: String? { get }

  /// The update that follows from gradients, one for each of ``parameters``.
  ///
  /// A parameter without a gradient is left alone, and what the optimizer remembers of it as well. An update
  /// without new values is one that changes no parameter, as between two steps of an accumulation; its state is
  /// kept all the same.
  func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate

  /// Everything that the optimizer remembers, and the learning rate.
  func state() -> State

  /// Takes over what another optimizer of the same kind and parameters remembers.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  func restore(from state: State) throws
}

extension Optimizer {
  /// This optimizer alone.
  public var groups: [any Optimizer] { [self] }

  /// Computes and takes one step: for loops written by hand.
  public func step(_ gradients: [Tensor?]) { proposeUpdate(gradients).commit() }
}
