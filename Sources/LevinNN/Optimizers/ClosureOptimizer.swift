public import LevinTensor

/// An optimizer that asks for the loss at other values than the present ones before it proposes an update, as line
/// searches and trust regions do.
///
/// It needs the loss of all data: of another batch, the loss at two points cannot be compared. A loop by hand gives it
/// a closure that makes the loss anew:
///
///     let optimizer = LBFGS(model.parameters)
///     for _ in 0..<10 {
///       let loss = try optimizer.step { model.loss(data) }
///     }
///
/// Whatever the shapes and dtypes of the parameters, it works on one vector of their unconstrained values in double
/// precision.
public protocol ClosureOptimizer: Optimizer {
  /// Whether the loss has to come with its second derivatives.
  var needsHessian: Bool { get }

  /// The number of times that the loss was asked for in steps that were taken, those at their starts included.
  var evaluationCount: Int { get }

  /// The update that follows from the loss at the present values and wherever else it is asked for.
  ///
  /// - Throws: What the closure throws that makes the loss.
  func proposeUpdate(for loss: LossFunction) throws -> ProposedUpdate
}

extension ClosureOptimizer {
  /// Ends the process: gradients alone do not tell the loss at other values.
  public func proposeUpdate(_ gradients: [Tensor?]) -> ProposedUpdate {
    stop(
      "\(type(of: self)): it asks for the loss again, and gradients alone do not do; take its steps by "
        + "`try optimizer.step { loss }`")
  }
}
