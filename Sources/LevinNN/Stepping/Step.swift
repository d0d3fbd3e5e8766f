public import LevinTensor

/// One step of an optimizer: computed together, looked at, and put in force as a whole or not at all.
///
/// A step knows what is *computed together* (the loss, what is logged, checks) and what is *put in force if all of
/// it is finite* (new parameters, the optimizer's state, buffers, averages). It evaluates once. The order between
/// the gradients and the optimizer's proposal is fixed here and nowhere else: what accumulates or adds up gradients
/// comes first, then ``revise(_:)`` in the order of the calls. The trainer, `SVI` and loops by hand take their steps
/// this way:
///
///     let loss = withMode(.training) { model.loss(batch) }
///     var step = Step(loss, optimizer: optimizer, buffers: model.buffers)
///     let value = try step.take()
public struct Step {
  /// The loss, a tensor of one element.
  public let loss: Tensor
  /// The optimizer that makes the proposal.
  public let optimizer: any Optimizer
  /// The gradients at the optimizer's parameters, with respect to their unconstrained values, as they will be
  /// handed to the optimizer; nil where the loss does not depend on a parameter.
  public private(set) var gradients: [Tensor?]

  private let buffers: [Buffer]
  private var companions: [Tensor] = []
  private var commits: [() -> Void] = []

  /// Begins a step; nothing is computed.
  ///
  /// - Parameters:
  ///   - loss: A tensor of one element.
  ///   - optimizer: The optimizer whose parameters change.
  ///   - buffers: The buffers whose pending values are put in force with the step.
  public init(_ loss: Tensor, optimizer: any Optimizer, buffers: [Buffer] = []) {
    self.loss = loss
    self.optimizer = optimizer
    self.buffers = buffers
    gradients = LevinTensor.gradients(of: loss, at: optimizer.parameters.map(\.unconstrained))
  }

  /// Whether the loss depends on any of the optimizer's parameters.
  public var hasGradient: Bool { gradients.contains { $0 != nil } }

  /// Lets `body` see the gradients and put others in their place, before anything is computed.
  public mutating func revise(_ body: (inout [Tensor?]) throws -> Void) rethrows {
    let count = gradients.count
    try body(&gradients)
    require(
      gradients.count == count,
      "Step: \(gradients.count) gradients in the place of \(count); there must be one for each parameter"
    )
  }

  /// Has tensors computed together with the step.
  public mutating func compute(_ tensors: some Sequence<Tensor>) {
    companions.append(contentsOf: tensors)
  }

  /// Has tensors computed together with the step, and `commit` called once the step is put in force.
  public mutating func adopt(_ tensors: some Sequence<Tensor>, commit: @escaping () -> Void) {
    companions.append(contentsOf: tensors)
    commits.append(commit)
  }

  /// Computes the step and puts it in force.
  ///
  /// - Returns: The loss before the step.
  /// - Throws: ``NonFinite`` when the loss, a gradient, a new value, the optimizer's state or a buffer is not
  ///   finite. Then parameters, optimizer and buffers are as they were before the step.
  @discardableResult
  public mutating func take() throws -> Double {
    let old = optimizer.parameters.map(\.unconstrained)
    let pending = buffers.filter { $0.proposal != nil }
    // The proposal hangs on the graph of the loss, however long that is, and is computed with it.
    let (update, checks) = LazyChains.unbounded {
      let update = optimizer.proposeUpdate(gradients)
      let checks = Checks(
        gradients: FiniteCheck(gradients), values: FiniteCheck(update.values.map(\.value)),
        state: FiniteCheck(update.state), buffers: FiniteCheck(pending.map(Self.checked)))
      return (update, checks)
    }
    evaluate(roots(update, checks, pending))
    let value = loss.firstScalar
    if value.isFinite, checks.arePassed {
      update.commit()
      for buffer in pending { buffer.commit() }
      for commit in commits { commit() }
      return value
    }
    for buffer in pending { buffer.discard() }
    throw NonFinite(loss: value, culprit: culprit(old, update, checks, pending))
  }

  private struct Checks {
    let gradients: FiniteCheck
    let values: FiniteCheck
    let state: FiniteCheck
    let buffers: FiniteCheck

    var arePassed: Bool {
      gradients.firstFailure == nil && values.firstFailure == nil && state.firstFailure == nil
        && buffers.firstFailure == nil
    }
  }

  // A buffer that held an infinity before may hold one again, such as the least value so far.
  private static func checked(_ buffer: Buffer) -> Tensor? {
    guard let proposal = buffer.proposal, proposal.dtype.isFloatingPoint else { return nil }
    return buffer.settled.isFiniteInMemory ? proposal : nil
  }

  private func roots(
    _ update: ProposedUpdate, _ checks: Checks, _ pending: [Buffer]
  ) -> [Tensor] {
    var roots = [loss] + companions
    checks.gradients.appendRoots(to: &roots)
    checks.values.appendRoots(to: &roots)
    for (_, value) in update.values { roots.append(value) }
    checks.state.appendRoots(to: &roots)
    roots += update.state
    checks.buffers.appendRoots(to: &roots)
    for buffer in pending { if let proposal = buffer.proposal { roots.append(proposal) } }
    return roots
  }

  private func culprit(
    _ old: [Tensor], _ update: ProposedUpdate, _ checks: Checks, _ pending: [Buffer]
  ) -> NonFinite.Culprit? {
    func position(of parameter: Parameter?) -> Int? {
      optimizer.parameters.firstIndex { $0 === parameter }
    }
    if let index = old.firstIndex(where: { !$0.isFiniteInMemory }) { return .parameter(index) }
    if let index = checks.gradients.firstFailure { return .gradient(index) }
    if let index = checks.values.firstFailure {
      return .update(position(of: update.values[index].parameter))
    }
    if let index = checks.state.firstFailure {
      return .optimizerState(position(of: update.owner(ofState: index)))
    }
    let buffer = checks.buffers.firstFailure.flatMap { index in
      buffers.firstIndex { $0 === pending[index] }
    }
    return buffer.map { .buffer($0) }
  }

  /// A step whose numbers went bad, and that was not put in force.
  public struct NonFinite: Error, Sendable {
    /// The loss of the step.
    public let loss: Double
    /// The first thing that is not finite; nil when the loss alone is not.
    public let culprit: Culprit?

    /// The owner of a number that is not finite, by its index among the optimizer's parameters or the step's buffers.
    ///
    /// Cases may be added in later versions, so a `switch` outside of this package needs a default.
    public enum Culprit: Sendable, Hashable {
      /// A parameter was not finite before the step.
      case parameter(Int)
      /// The gradient at a parameter is not finite.
      case gradient(Int)
      /// The value that a parameter would take is not finite; nil when the optimizer does not list the parameter.
      case update(Int?)
      /// The optimizer's new state is not finite, of a parameter where that is known.
      case optimizerState(Int?)
      /// The value that a buffer would take is not finite.
      case buffer(Int)
    }
  }
}
