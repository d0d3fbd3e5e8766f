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
///
/// An optimizer may ask for the loss again (``ClosureOptimizer``); then the step begins with a closure that makes it.
public struct Step {
  /// The loss, a tensor of one element.
  public let loss: Tensor
  /// The optimizer that makes the proposal.
  public let optimizer: any Optimizer
  /// The gradients at the optimizer's parameters, with respect to their unconstrained values, as they will be
  /// handed to the optimizer; nil where the loss does not depend on a parameter.
  public private(set) var gradients: [Tensor?]

  let buffers: [Buffer]
  // The gradients before anything revised them.
  let slopes: [Tensor?]
  let repetition: Repetition?
  private var companions: [Tensor] = []
  private(set) var commits: [() -> Void] = []

  /// A closure that makes the loss anew, and the random stream from which the loss was drawn.
  struct Repetition {
    let stream: PCG64
    let again: () throws -> Tensor
  }

  /// Begins a step; nothing is computed.
  ///
  /// - Parameters:
  ///   - loss: A tensor of one element.
  ///   - optimizer: The optimizer whose parameters change.
  ///   - buffers: The buffers whose pending values are put in force with the step.
  public init(_ loss: Tensor, optimizer: any Optimizer, buffers: [Buffer] = []) {
    self.init(loss, optimizer, buffers, nil)
  }

  /// Begins a step with a closure that makes the loss, which every optimizer can use; nothing is computed.
  ///
  /// - Parameters:
  ///   - optimizer: The optimizer whose parameters change.
  ///   - buffers: The buffers whose pending values are put in force with the step.
  ///   - loss: A closure that makes a tensor of one element. It is run in training mode: at once, and by a
  ///     ``ClosureOptimizer`` again for each trial, with the same draws of the default generator.
  /// - Throws: What the closure throws.
  public init(
    optimizer: any Optimizer, buffers: [Buffer] = [], loss: @escaping () throws -> Tensor
  ) throws {
    let stream = DefaultGenerator.streamInForce
    let again = { try withMode(.training, loss) }
    self.init(try again(), optimizer, buffers, Repetition(stream: stream, again: again))
  }

  /// Begins a step whose loss can be made again.
  ///
  /// - Parameters:
  ///   - loss: A tensor of one element.
  ///   - optimizer: The optimizer whose parameters change.
  ///   - buffers: The buffers whose pending values are put in force with the step.
  ///   - stream: The stream of the default generator before the loss was made.
  ///   - again: Makes the loss anew, in the same mode, and logs nothing.
  package init(
    _ loss: Tensor, optimizer: any Optimizer, buffers: [Buffer], drawingFrom stream: PCG64,
    again: @escaping () throws -> Tensor
  ) {
    self.init(loss, optimizer, buffers, Repetition(stream: stream, again: again))
  }

  private init(
    _ loss: Tensor, _ optimizer: any Optimizer, _ buffers: [Buffer], _ repetition: Repetition?
  ) {
    self.loss = loss
    self.optimizer = optimizer
    self.buffers = buffers
    self.repetition = repetition
    slopes = LevinTensor.gradients(of: loss, at: optimizer.parameters.map(\.unconstrained))
    gradients = slopes
  }

  /// Whether the loss depends on any of the optimizer's parameters.
  public var hasGradient: Bool { gradients.contains { $0 != nil } }

  /// Lets `body` see the gradients and put others in their place, before anything is computed.
  ///
  /// A ``ClosureOptimizer`` takes them for those at the start of the step; at its trials, gradients are the loss's own,
  /// but for parameters without one at the start, which stay.
  public mutating func revise(_ body: (inout [Tensor?]) throws -> Void) rethrows {
    let count = gradients.count
    try body(&gradients)
    require(
      gradients.count == count,
      "Step: \(gradients.count) gradients in the place of \(count); there must be one for each parameter"
    )
    for (index, parameter) in optimizer.parameters.enumerated() {
      guard let gradient = gradients[index] else { continue }
      let value = parameter.unconstrained
      require(
        gradient.shape == value.shape && gradient.dtype == value.dtype,
        "Step: the gradient at parameter \(index) is \(gradient.dtype) of shape \(gradient.shape), and the "
          + "parameter \(value.dtype) of shape \(value.shape); they must be alike")
    }
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
  ///   finite, or when it cannot be computed because of a fault that only the numbers show, such as a matrix that is not
  ///   positive definite. Then parameters, optimizer and buffers are as they were before the step.
  @discardableResult
  public mutating func take() throws -> Double {
    // Asked only where the answer may be yes: a look at conformances costs as much as a small step's arithmetic.
    if repetition != nil, let searching = optimizer as? any ClosureOptimizer {
      return try search(with: searching)
    }
    let pending = pendingBuffers
    // The proposal hangs on the graph of the loss, however long that is, and is computed with it.
    let (update, check) = LazyChains.unbounded {
      let update = optimizer.proposeUpdate(gradients)
      return (update, makeCheck(of: update, pending))
    }
    do {
      try evaluate(roots(update, check, pending))
    } catch {
      for buffer in pending { buffer.discard() }
      throw NonFinite(loss: .nan, culprit: .fault(error), input: nanInput)
    }
    let value = loss.firstScalar
    if let failure = failure(value, check.firstFailure, update, pending) {
      for buffer in pending { buffer.discard() }
      throw failure
    }
    update.commit()
    for buffer in pending { buffer.commit() }
    for commit in commits { commit() }
    return value
  }

  var pendingBuffers: [Buffer] {
    buffers.isEmpty ? [] : buffers.filter { $0.proposal != nil }
  }

  // The error of a step that was computed; nil when all of it is finite.
  func failure(
    _ loss: Double, _ index: Int?, _ update: ProposedUpdate, _ pending: [Buffer]
  ) -> NonFinite? {
    if loss.isFinite, index == nil { return nil }
    let culprit = culprit(index, update, pending)
    return NonFinite(
      loss: loss, culprit: culprit, element: element(of: culprit, index, update, pending),
      input: nanInput)
  }

  // Gradients, new values, the optimizer's state, buffers: in this order.
  func makeCheck(of update: ProposedUpdate, _ pending: [Buffer]) -> FiniteCheck {
    var check = FiniteCheck(
      capacity: gradients.count + update.values.count + update.state.count + pending.count)
    for gradient in gradients { check.add(gradient) }
    for (_, value) in update.values { check.add(value) }
    for tensor in update.state { check.add(tensor) }
    for buffer in pending { check.add(Self.checked(buffer)) }
    return check
  }

  // A buffer that held an infinity before may hold one again, such as the least value so far.
  private static func checked(_ buffer: Buffer) -> Tensor? {
    guard let proposal = buffer.proposal, proposal.dtype.isFloatingPoint else { return nil }
    return buffer.settled.isFiniteInMemory ? proposal : nil
  }

  func roots(
    _ update: ProposedUpdate, _ check: FiniteCheck, _ pending: [Buffer]
  ) -> [Tensor] {
    var roots = [loss]
    roots.reserveCapacity(
      1 + companions.count + check.count + update.values.count + update.state.count + pending.count)
    roots += companions
    check.appendRoots(to: &roots)
    for (_, value) in update.values { roots.append(value) }
    roots += update.state
    for buffer in pending { if let proposal = buffer.proposal { roots.append(proposal) } }
    return roots
  }

  // Parameters are as they were before the step, since nothing was put in force.
  private func culprit(
    _ failure: Int?, _ update: ProposedUpdate, _ pending: [Buffer]
  ) -> NonFinite.Culprit? {
    let parameters = optimizer.parameters
    func position(of parameter: Parameter?) -> Int? { parameters.firstIndex { $0 === parameter } }
    if let index = parameters.firstIndex(where: { !$0.unconstrained.isFiniteInMemory }) {
      return .parameter(index)
    }
    guard var index = failure else { return nil }
    if index < gradients.count { return .gradient(index) }
    index -= gradients.count
    if index < update.values.count {
      return .update(position(of: update.values[index].parameter))
    }
    index -= update.values.count
    if index < update.state.count {
      return .optimizerState(position(of: update.owner(ofState: index)))
    }
    let buffer = pending[index - update.state.count]
    return buffers.firstIndex { $0 === buffer }.map { .buffer($0) }
  }

  // Of the tensor that the culprit owns.
  private func element(
    of culprit: NonFinite.Culprit?, _ failure: Int?, _ update: ProposedUpdate, _ pending: [Buffer]
  ) -> NonFiniteElement? {
    if case .parameter(let index)? = culprit {
      return optimizer.parameters[index].unconstrained.firstNonFinite
    }
    guard let failure else { return nil }
    let owned: [Tensor?] =
      gradients + update.values.map(\.value) + update.state + pending.map(\.proposal)
    return owned[failure].flatMap { (try? $0.evaluated())?.firstNonFinite }
  }

  // Data that the loss was made from.
  var nanInput: NonFiniteElement? {
    loss.firstNaNInput(except: optimizer.parameters.map(\.unconstrained))
  }
}
