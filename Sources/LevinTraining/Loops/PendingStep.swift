package import LevinNN
package import LevinTensor

/// A step of an optimizer that is worked out and not yet taken: gradients of a loss and what follows from them,
/// to be computed together, looked at, and only then put in force.
package struct PendingStep {
  package let loss: Tensor
  package let gradients: [Tensor?]
  package let update: ProposedUpdate
  package let gradientCheck: FiniteCheck
  package let valueCheck: FiniteCheck

  /// Builds the graph of a step.
  package init(_ loss: Tensor, _ optimizer: any Optimizer) {
    self.loss = loss
    gradients = LevinTensor.gradients(of: loss, at: optimizer.parameters.map(\.unconstrained))
    gradientCheck = FiniteCheck(gradients)
    (update, valueCheck) = LazyChains.unbounded { [gradients] in
      let update = optimizer.proposeUpdate(gradients)
      return (update, FiniteCheck(update.values.map(\.value)))
    }
  }

  /// Computes the step and other tensors in one go, and gives the loss.
  package func compute(with others: [Tensor] = []) -> Double {
    var roots = [loss] + others
    gradientCheck.appendRoots(to: &roots)
    valueCheck.appendRoots(to: &roots)
    for (_, value) in update.values { roots.append(value) }
    roots += update.state
    evaluate(roots)
    return loss.firstScalar
  }

  /// Whether gradients and new values are finite.
  package var isFinite: Bool { gradientCheck.isPassed && valueCheck.isPassed }
}
