internal import LevinTensor

// Steps of optimizers that ask for the loss again. The first evaluation is that of any step: what is computed together
// with it, hooks, logged values and buffers belong to it, and count once. Trials come after it and leave no trace.
extension Step {
  mutating func search(with optimizer: any ClosureOptimizer) throws -> Double {
    guard let repetition else {
      stop(
        "Step: \(type(of: optimizer)) asks for the loss again; take its steps by `try optimizer.step { loss }`, or "
          + "begin them by `try Step(optimizer: optimizer) { loss }`")
    }
    let pending = pendingBuffers
    do {
      let start = try startPoint(optimizer, pending)
      let trials = Trials(
        optimizer, gradients: gradients, buffers: buffers, drawingFrom: repetition.stream,
        again: repetition.again)
      let function = LossFunction(
        start: start, resolution: resolution, evaluate: trials.evaluate)
      let update = try optimizer.proposeUpdate(for: function)
      try putInForce(update, pending)
      return start.loss
    } catch {
      for buffer in pending { buffer.discard() }
      throw error
    }
  }

  // The start of the step, computed with everything that belongs to it.
  private func startPoint(
    _ optimizer: any ClosureOptimizer, _ pending: [Buffer]
  ) throws -> LossPoint {
    let nothing = ProposedUpdate(values: [], state: []) {}
    let check = makeCheck(of: nothing, pending)
    let leaves = optimizer.parameters.map(\.unconstrained)
    let curvature = optimizer.needsHessian ? SecondDerivatives(of: slopes, at: leaves) : nil
    do {
      try evaluate(
        roots(nothing, check, pending) + gradients.compactMap { $0 } + (curvature?.roots ?? []))
    } catch {
      throw NonFinite(loss: .nan, culprit: .fault(error), input: nanInput)
    }
    let value = loss.firstScalar
    if let failure = failure(value, check.firstFailure, nothing, pending) { throw failure }
    let flat = FlatParameters(parameters: optimizer.parameters)
    let matrix = curvature?.matrix(of: flat, isActive: gradients.map { $0 != nil }) ?? []
    if let index = matrix.firstIndex(where: { !$0.isFinite }) {
      let owner = flat.owner(ofElement: index / flat.values.count)
      throw NonFinite(loss: value, culprit: .optimizerState(owner), input: nanInput)
    }
    return LossPoint(
      values: flat.values, loss: value, gradient: flat.vector(gradients), hessian: matrix)
  }

  private func putInForce(_ update: ProposedUpdate, _ pending: [Buffer]) throws {
    update.commit()
    for buffer in pending { buffer.commit() }
    for commit in commits { commit() }
  }

  private var resolution: Double {
    let dtypes = [loss.dtype] + optimizer.parameters.map(\.unconstrained.dtype)
    return dtypes.contains(.float32) ? 0x1p-23 : 0x1p-52
  }
}

extension FlatParameters {
  /// The index of the parameter that an element of the vector belongs to.
  func owner(ofElement index: Int) -> Int? {
    var end = 0
    return parameters.firstIndex { parameter in
      end += parameter.unconstrained.elementCount
      return index < end
    }
  }
}
