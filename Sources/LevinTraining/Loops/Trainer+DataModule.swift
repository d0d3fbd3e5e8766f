// Fits, validations, tests and predictions with the data of a module of data.
extension Trainer {
  /// Fits a module to the training data of a data module.
  ///
  /// As ``fit(_:train:resume:)`` otherwise; validation data of the data module are not looked at, since `model` is no
  /// ``ValidatingModule``.
  @discardableResult
  public func fit<Model: LightningModule>(
    _ model: Model, data: some DataModule<Model.Batch>, resume: Resume? = nil
  ) throws -> FitResult {
    try Self.prepared(data) { try fit(model, train: data.trainingData(), resume: resume) }
  }

  /// Fits a module to the training data of a data module, and tries it on the validation data if there are any.
  ///
  /// As ``fit(_:train:validation:resume:)`` otherwise.
  @discardableResult
  public func fit<Model: ValidatingModule>(
    _ model: Model, data: some DataModule<Model.Batch>, resume: Resume? = nil
  ) throws -> FitResult {
    try Self.prepared(data) {
      let validation = try (data as? any ValidationDataProviding<Model.Batch>)?.validationData()
      return try fit(
        model, train: data.trainingData(), validation: validation ?? [], resume: resume)
    }
  }

  /// Tries a module on the validation data of a data module, one source after the other; nothing is learnt.
  ///
  /// As ``validate(_:_:)`` otherwise.
  @discardableResult
  public func validate<Model: ValidatingModule>(
    _ model: Model, data: some ValidationDataProviding<Model.Batch>
  ) throws -> Metrics {
    try Self.prepared(data) { try validate(model, data.validationData()) }
  }

  /// Tries a module on the test data of a data module; nothing is learnt.
  ///
  /// As ``test(_:_:)`` otherwise.
  @discardableResult
  public func test<Model: TestingModule>(
    _ model: Model, data: some TestDataProviding<Model.Batch>
  ) throws -> Metrics {
    try Self.prepared(data) { try test(model, data.testData()) }
  }

  /// Lets a module predict from the data of a data module.
  ///
  /// As ``predict(_:_:)`` otherwise.
  public func predict<Model: PredictingModule>(
    _ model: Model, data: some PredictionDataProviding<Model.Batch>
  ) throws -> [Model.Prediction] {
    try Self.prepared(data) { try predict(model, data.predictionData()) }
  }

  private static func prepared<R>(_ data: some DataModule, _ body: () throws -> R) throws -> R {
    try (data as? any DataPreparing)?.prepareData()
    defer { (data as? any DataReleasing)?.releaseData() }
    return try body()
  }
}
