public import LevinNN
public import LevinTensor

/// The result of a training step: a loss, or none for a batch to be skipped.
///
/// `Tensor` and `Tensor?` conform.
public protocol StepOutput {
  /// The loss, a tensor of one element; nil when nothing is to be learnt.
  var loss: Tensor? { get }
}

extension Tensor: StepOutput {
  /// The tensor itself.
  public var loss: Tensor? { self }
}

extension Optional: StepOutput where Wrapped == Tensor {
  /// The tensor, if there is one.
  public var loss: Tensor? { self }
}

/// The outcome of a batch.
public enum StepOutcome: Sendable, Hashable {
  /// A step was taken; its loss is the one before the step.
  case taken(loss: Double)
  /// The gradients were added to those of other batches, of which a later one makes a step; the loss is that of the batch.
  case accumulated(loss: Double)
  /// The module gave no loss, so nothing was learnt from the batch.
  case skipped

  /// The loss; nil for a batch that was skipped.
  public var loss: Double? {
    switch self {
    case .taken(let loss), .accumulated(let loss): loss
    case .skipped: nil
    }
  }

  var isAccumulated: Bool {
    if case .accumulated = self { true } else { false }
  }
}

/// The way in which the parameters of a module are optimised.
public struct OptimizerConfiguration {
  /// The optimizer that takes the steps.
  public let optimizer: any Optimizer

  /// Uses one optimizer throughout.
  public init(_ optimizer: some Optimizer) { self.optimizer = optimizer }
}
