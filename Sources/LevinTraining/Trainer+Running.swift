internal import LevinNN
internal import LevinTensor

// What a trainer does with a module: fits, validations, tests, predictions.
extension Trainer {
  /// Fits a module to training data.
  ///
  /// The parameters of `model` are changed in place. Ctrl-C ends the fit after the step it is in, and so does
  /// cancelling the task that it runs in. What is drawn from the default generator inside comes from a stream of the
  /// fit's own, the next child of the one in force: in the order in which fits begin, so fits on several threads are best
  /// given seeds by ``withSeed(_:_:)``.
  ///
  /// - Parameters:
  ///   - model: The module.
  ///   - train: The training data: a ``DataLoader`` or another source of batches.
  ///   - resume: The fit to go on with; nil to begin anew.
  /// - Returns: The reason for the end, and the outcome.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, before the first step, and
  ///   for a loss, gradient or parameter that is not finite; and whatever a callback, the module or the data throw.
  @discardableResult
  public func fit<Model: LightningModule>(
    _ model: Model, train: some BatchSource<Model.Batch>, resume: Resume? = nil
  ) throws -> FitResult {
    try run(model, train, [], nil, resume)
  }

  /// Fits a module to training data and tries it on validation data, after each epoch or as the trainer's
  /// `validationInterval` says.
  ///
  /// As ``fit(_:train:resume:)`` otherwise.
  @discardableResult
  public func fit<Model: ValidatingModule>(
    _ model: Model, train: some BatchSource<Model.Batch>,
    validation: some BatchSource<Model.Batch>, resume: Resume? = nil
  ) throws -> FitResult {
    let work: EvaluationLoop<Model>.Work = { batch, index, _ in
      try model.validationStep(batch, batchIndex: index)
    }
    return try run(model, train, [validation], work, resume)
  }

  /// Fits a module to training data and tries it on several sources of validation data.
  ///
  /// What is logged for one of several has `/dataloader_idx_0`, `/dataloader_idx_1` and so on behind its name; steps and
  /// hooks find the index in ``dataloaderIndex``. As ``fit(_:train:resume:)`` otherwise.
  @discardableResult
  public func fit<Model: ValidatingModule>(
    _ model: Model, train: some BatchSource<Model.Batch>,
    validation: [any BatchSource<Model.Batch>], resume: Resume? = nil
  ) throws -> FitResult {
    let work: EvaluationLoop<Model>.Work = { batch, index, _ in
      try model.validationStep(batch, batchIndex: index)
    }
    return try run(model, train, validation, work, resume)
  }

  private func run<Model: LightningModule>(
    _ model: Model, _ train: some BatchSource<Model.Batch>,
    _ validation: [any BatchSource<Model.Batch>], _ work: EvaluationLoop<Model>.Work?,
    _ resume: Resume?
  ) throws -> FitResult {
    resumedPath = nil
    let state = try resume?.state(for: self)
    let loop = try FitLoop(self, model, train: train, validation: validation, work: work)
    return try loop.run(from: state)
  }

  // MARK: - Evaluation

  /// Tries a module on validation data; nothing is learnt.
  ///
  /// - Returns: What the module logged: means over the batches, weighted by their sizes.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, and whatever a callback, the module or the data
  ///   throw.
  @discardableResult
  public func validate<Model: ValidatingModule>(
    _ model: Model, _ data: some BatchSource<Model.Batch>
  ) throws -> Metrics {
    let run = try EvaluationRun(
      self, model, .validation, [data], settings.inForce.limitValidationBatches,
      "limitValidationBatches"
    ) { batch, index, _ in try model.validationStep(batch, batchIndex: index) }
    return try run.run().metrics
  }

  /// Tries a module on several sources of validation data; nothing is learnt.
  ///
  /// What is logged for one of several has `/dataloader_idx_0` and so on behind its name. As ``validate(_:_:)`` otherwise.
  @discardableResult
  public func validate<Model: ValidatingModule>(
    _ model: Model, _ data: [any BatchSource<Model.Batch>]
  ) throws -> Metrics {
    let run = try EvaluationRun(
      self, model, .validation, data, settings.inForce.limitValidationBatches,
      "limitValidationBatches"
    ) { batch, index, _ in try model.validationStep(batch, batchIndex: index) }
    return try run.run().metrics
  }

  /// Tries a module on test data; nothing is learnt.
  ///
  /// As ``validate(_:_:)`` otherwise.
  @discardableResult
  public func test<Model: TestingModule>(
    _ model: Model, _ data: some BatchSource<Model.Batch>
  ) throws -> Metrics {
    let run = try EvaluationRun(
      self, model, .test, [data], settings.inForce.limitTestBatches, "limitTestBatches"
    ) { batch, index, _ in try model.testStep(batch, batchIndex: index) }
    return try run.run().metrics
  }

  /// Lets a module predict from data.
  ///
  /// - Returns: The predictions, batch by batch, computed.
  /// - Throws: ``TrainerError`` for settings and data that make no sense, and whatever a callback, the module or the data
  ///   throw.
  public func predict<Model: PredictingModule>(
    _ model: Model, _ data: some BatchSource<Model.Batch>
  ) throws -> [Model.Prediction] {
    let run = try EvaluationRun(
      self, model, .prediction, [data], settings.inForce.limitPredictBatches,
      "limitPredictBatches"
    ) { batch, index, _ in
      let prediction = try model.predictStep(batch, batchIndex: index)
      try evaluate(tensors(in: prediction).map(\.tensor))
      return prediction
    }
    return try run.run().results.map { $0 as! Model.Prediction }
  }
}
