public import LevinNN
public import LevinTensor

/// A model together with how it is trained.
///
/// No requirement has a default, so a step whose name or parameters are misspelt does not compile.
public protocol LightningModule<Batch>: Module {
  /// What a step is given: a tensor, or a tuple of tensors such as inputs and targets.
  associatedtype Batch

  /// The loss of one batch, a tensor of one element.
  ///
  /// Nothing is computed here: the trainer evaluates the loss, what was logged and the new parameters
  /// of a step together.
  func trainingStep(_ batch: Batch, batchIndex: Int) -> Tensor

  /// The optimizer of a fit, called once when the fit begins.
  func configureOptimizers() -> OptimizerConfiguration
}

/// A module that can be tried on data it does not learn from.
public protocol ValidatingModule<Batch>: LightningModule {
  /// Looks at one batch of validation data and logs what is of interest, such as `val_loss`.
  ///
  /// It returns nothing: what becomes of a validation follows from what is logged. It runs without
  /// gradients.
  func validationStep(_ batch: Batch, batchIndex: Int)
}

/// How the parameters of a module are optimised.
public struct OptimizerConfiguration {
  /// The optimizer that takes the steps.
  public let optimizer: any Optimizer

  /// Uses one optimizer throughout.
  public init(_ optimizer: some Optimizer) { self.optimizer = optimizer }
}
