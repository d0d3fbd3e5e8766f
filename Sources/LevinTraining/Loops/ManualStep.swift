public import LevinNN
public import LevinTensor

/// Takes a step of an optimizer within `trainingStep`, for a module that decides on its steps itself, such as one with two
/// networks that learn in turn.
///
/// Such a module returns nil from `trainingStep`, after as many steps as it wants. The gradients of a step are those of its
/// own optimizer's parameters alone:
///
///     lazy var discriminate = Adam(discriminator.parameters, learningRate: 2e-4)
///     lazy var generate = Adam(generator.parameters, learningRate: 2e-4)
///
///     func configureOptimizers() -> OptimizerConfiguration {
///       .init(OptimizerGroup([discriminate, generate]))      // kept in checkpoints, both of them
///     }
///
///     func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor? {
///       try takeStep(discriminate, on: discriminatorLoss(batch))
///       try takeStep(generate, on: generatorLoss(batch))
///       return nil
///     }
///
/// Each counts as a step of the fit; the loss of a batch is that of its last step. The trainer neither clips nor
/// accumulates gradients of these steps, and hooks between loss and step are not called. A step that is not finite, or any
/// other error in the batch, undoes the steps of the batch before it, so that a fit which goes on from there takes each once.
///
/// - Parameters:
///   - optimizer: The optimizer.
///   - loss: The loss, a tensor of one element.
///   - buffers: The buffers whose new values are put in force with the step.
/// - Returns: The loss before the step.
/// - Throws: What ends the fit, to be thrown on.
@discardableResult
public func takeStep(
  _ optimizer: any Optimizer, on loss: Tensor, buffers: [Buffer] = []
) throws -> Double {
  var step = Step(loss, optimizer: optimizer, buffers: buffers)
  require(
    step.hasGradient,
    "takeStep: the loss depends on no parameter of this \(type(of: optimizer)); compute it from them, outside "
      + "withoutGradient and without detached()")
  let board = MetricsBoard.current
  board?.manualSteps.keep(optimizer, buffers)
  do {
    let value = try step.take()
    board?.manualSteps.note(value)
    return value
  } catch let failure as Step.NonFinite {
    throw ManualStepFailure(
      failure: failure, parameters: optimizer.parameters.map(ObjectIdentifier.init))
  }
}

/// A step that a module took itself and that was not finite.
struct ManualStepFailure: Error {
  let failure: Step.NonFinite
  /// The optimizer's parameters, in its order.
  let parameters: [ObjectIdentifier]
}
