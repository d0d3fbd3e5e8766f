public import LevinNN
public import LevinTensor

/// A model together with how it is trained.
///
/// No requirement has a default, so a step whose name or parameters are misspelt does not compile.
public protocol LightningModule<Batch>: Module {
  /// The type of a batch: a tensor, a tuple of tensors such as inputs and targets, or a structure of your own.
  associatedtype Batch
  /// The type of a step's loss: `Tensor`, or `Tensor?` for a module that skips batches.
  associatedtype Output: StepOutput = Tensor

  /// The loss of one batch, a tensor of one element; nil to skip the batch.
  ///
  /// Nothing is computed here: the trainer evaluates the loss, what was logged and the new parameters
  /// of a step together. It runs in ``Mode/training``.
  ///
  /// - Throws: Whatever keeps the step from having a loss; it ends the fit and comes out of it unchanged.
  func trainingStep(_ batch: Batch, batchIndex: Int) throws -> Output

  /// The optimizer of a fit, called once when the fit begins.
  func configureOptimizers() throws -> OptimizerConfiguration
}

/// A module that can be tried on data it does not learn from.
public protocol ValidatingModule<Batch>: LightningModule {
  /// Looks at one batch of validation data and logs what is of interest, such as `val_loss`.
  ///
  /// It returns nothing: what becomes of a validation follows from what is logged. It runs without
  /// gradients and in ``Mode/evaluation``.
  ///
  /// - Throws: Whatever keeps it from looking; it ends the fit and comes out of it unchanged.
  func validationStep(_ batch: Batch, batchIndex: Int) throws
}

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
  /// The module gave no loss, so nothing was learnt from the batch.
  case skipped

  /// The loss; nil for a batch that was skipped.
  public var loss: Double? {
    switch self {
    case .taken(let loss): loss
    case .skipped: nil
    }
  }
}

/// The way in which the parameters of a module are optimised.
public struct OptimizerConfiguration {
  /// The optimizer that takes the steps.
  public let optimizer: any Optimizer

  /// Uses one optimizer throughout.
  public init(_ optimizer: some Optimizer) { self.optimizer = optimizer }
}
