// What a data module may have: one requirement each, so that a misspelt one does not compile.

/// The data of a fit with all that it takes to have them, in one value that several trainers and modules can use.
///
///     struct Visits: DataModule, ValidationDataProviding, DataPreparing {
///       func prepareData() throws { ... }               // download, unpack
///       func trainingData() throws -> any BatchSource<Tensor> { ... }
///       func validationData() throws -> [any BatchSource<Tensor>] { ... }
///     }
///
///     try trainer.fit(model, data: Visits())
///
/// Conform to ``ValidationDataProviding``, ``TestDataProviding``, ``PredictionDataProviding``, ``DataPreparing`` and
/// ``DataReleasing`` as well where there is something to give.
public protocol DataModule<Batch> {
  /// The type of a batch.
  associatedtype Batch

  /// The training data.
  func trainingData() throws -> any BatchSource<Batch>
}

/// A data module with validation data.
public protocol ValidationDataProviding<Batch>: DataModule {
  /// The validation data, one source after the other.
  func validationData() throws -> [any BatchSource<Batch>]
}

/// A data module with test data.
public protocol TestDataProviding<Batch>: DataModule {
  /// The test data.
  func testData() throws -> any BatchSource<Batch>
}

/// A data module with data to predict from.
public protocol PredictionDataProviding<Batch>: DataModule {
  /// The data to predict from.
  func predictionData() throws -> any BatchSource<Batch>
}

/// A data module that does something before its data can be asked for.
public protocol DataPreparing: DataModule {
  /// Called before the data are asked for, in each fit, validation, test or prediction.
  func prepareData() throws
}

/// A data module that lets go of something when its data are no longer needed.
public protocol DataReleasing: DataModule {
  /// Called after each fit, validation, test or prediction whose data were prepared, whatever happened in it.
  func releaseData()
}
