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

/// A module that can be tried on test data.
public protocol TestingModule<Batch>: LightningModule {
  /// Looks at one batch of test data and logs what is of interest, such as `test_loss`.
  ///
  /// It runs without gradients and in ``Mode/evaluation``.
  ///
  /// - Throws: Whatever keeps it from looking; it ends the test and comes out of it unchanged.
  func testStep(_ batch: Batch, batchIndex: Int) throws
}

/// A module that predicts.
public protocol PredictingModule<Batch>: LightningModule {
  /// The type of what is predicted from a batch.
  associatedtype Prediction

  /// The prediction from one batch.
  ///
  /// It runs without gradients and in ``Mode/evaluation``.
  ///
  /// - Throws: Whatever keeps it from predicting; it comes out of `Trainer.predict` unchanged.
  func predictStep(_ batch: Batch, batchIndex: Int) throws -> Prediction
}
