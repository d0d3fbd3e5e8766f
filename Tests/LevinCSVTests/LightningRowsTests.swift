import Foundation
import Levin
import LevinCSV
import LevinTestKit
import Testing

/// Columns, rows and numbers of `metrics.csv`, beside those that Lightning's logger wrote for the same fits.
@Suite struct LightningRowsTests {
  private let train = line(10, batchSize: 2)
  private let validation = line(5, batchSize: 2)

  private func trainer(
    _ folder: String, epochs: Int? = nil, steps: Int? = nil,
    validation: ValidationInterval = .epochs(1), logEveryNSteps: Int = 1, window: Int = 1,
    _ callbacks: [Callback] = []
  ) -> Trainer {
    Trainer(
      maxEpochs: epochs, maxSteps: steps, validationInterval: validation,
      logEveryNSteps: logEveryNSteps, accumulateGradientBatches: window, directory: folder,
      callbacks: callbacks + [CSVLogger()], progressBar: false, summary: false)
  }

  // The table that a fit leaves.
  private func table(_ fit: (_ folder: String) throws -> FitResult) throws -> LightningTable {
    try withTemporaryFolder { folder in
      let path = try #require(fit(folder).directory) + "/metrics.csv"
      return try LightningTable(String(contentsOfFile: path, encoding: .utf8))
    }
  }

  // MARK: The five kinds of fits

  @Test func aRegressionWithValidation() throws {
    var expected = try LightningTable(ofLightnings: "regression")
    expected.joinRowsOfEpochs { $0 == "train_loss" }
    let found = try table {
      try trainer($0, epochs: 3)
        .fit(LeastSquares(), train: line(10, batchSize: 4), validation: validation)
    }
    try expected.expectEqual(found)
  }

  // Lightning logs a step's values by step where nothing is said, Levin the means of epochs. With one batch an epoch these
  // are the same rows.
  @Test func aDistributionWithOneBatchAnEpoch() throws {
    let expected = try LightningTable(ofLightnings: "inflated_counts")
    let found = try table {
      try trainer($0, epochs: 20).fit(InflatedCounts(), train: inflatedCounts())
    }
    try expected.expectEqual(found)
  }

  @Test func aClassifierThatIsValidatedEverySecondEpoch() throws {
    var expected = try LightningTable(ofLightnings: "classifier")
    expected.joinRowsOfEpochs { $0 == "train_loss" }
    let found = try table {
      try trainer($0, epochs: 5, validation: .epochs(2))
        .fit(Classifier(), train: points(22, batchSize: 8), validation: points(7, batchSize: 4))
    }
    try expected.expectEqual(found)
  }

  @Test func metricsOfStepsAndEpochs() throws {
    var expected = try LightningTable(ofLightnings: "steps_and_epochs")
    expected.placeValidationSteps(batchesPerValidation: 3)
    expected.joinRowsOfEpochs { $0 == "loss_epoch" }
    let found = try table {
      try trainer($0, epochs: 3, logEveryNSteps: 2)
        .fit(StepwiseLeastSquares(), train: line(9, batchSize: 2), validation: validation)
    }
    try expected.expectEqual(found)
  }

  // Lightning validates at such an end only if a callback asked for it.
  @Test func anEndByStepsWithinAnEpoch() throws {
    var expected = try LightningTable(ofLightnings: "end_within_an_epoch")
    expected.joinValidationAfterFit()
    let found = try table {
      try trainer($0, steps: 8, validation: .batches(2))
        .fit(LeastSquares(logsByStep: true), train: train, validation: validation)
    }
    try expected.expectEqual(found)
  }

  // MARK: Their siblings

  @Test func anEndThatACallbackAsksFor() throws {
    var expected = try LightningTable(ofLightnings: "requested_end")
    expected.joinRowsOfEpochs { $0 == "train_loss" }
    let stop = LambdaCallback()
    stop.onTrainBatchEnd = { trainer, _, _, _, _ in if trainer.globalStep == 5 { trainer.stop() } }
    let found = try table {
      try trainer($0, epochs: 4, [stop])
        .fit(LeastSquares(logsByStep: true), train: line(6, batchSize: 2), validation: validation)
    }
    try expected.expectEqual(found)
  }

  @Test func windowsOfSeveralBatches() throws {
    var expected = try LightningTable(ofLightnings: "windows")
    expected.joinRowsOfEpochs { $0 == "train_loss" }
    let found = try table {
      try trainer($0, epochs: 2, window: 2)
        .fit(LeastSquares(logsByStep: true), train: line(8, batchSize: 2), validation: validation)
    }
    try expected.expectEqual(found)
  }

  @Test func severalValidationSources() throws {
    var expected = try LightningTable(ofLightnings: "two_sources")
    expected.joinRowsOfEpochs { $0 == "train_loss" }
    let found = try table {
      try trainer($0, epochs: 2)
        .fit(LeastSquares(), train: train, validation: [validation, line(4, batchSize: 2)])
    }
    try expected.expectEqual(found)
  }
}
