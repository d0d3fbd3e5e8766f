import Foundation
import Levin
import LevinTraining
import Testing

@Suite struct CheckpointErrorMomentTests {
  private struct Stop: Error {}

  /// The steps and hooks of training and validation.
  enum Moment: CaseIterable {
    case trainingStep, validationStep, epochStart, batchStart, beforeZeroGrad, beforeBackward
    case afterBackward, beforeOptimizerStep, batchEnd, epochEnd, validationStart
    case validationEpochStart, validationBatchStart, validationBatchEnd, validationEpochEnd
    case validationEnd, metrics, trainEnd, fitEnd
  }

  /// A model whose steps may throw.
  private final class Failing: ValidatingModule {
    @Parameter var weight: Tensor = [0]
    var inTraining: () throws -> Void = {}
    var inValidation: () throws -> Void = {}

    func trainingStep(_ batch: Tensor, batchIndex: Int) throws -> Tensor {
      try inTraining()
      log("loss", batch.mean())
      return (batch - weight).square().mean()
    }

    func validationStep(_ batch: Tensor, batchIndex: Int) throws {
      try inValidation()
      log("val", batch.mean())
    }

    func configureOptimizers() -> OptimizerConfiguration {
      .init(Adam(parameters, learningRate: 0.1))
    }
  }

  private func fit(
    _ model: Failing, _ callbacks: [Callback], _ resume: Resume? = nil
  ) throws -> FitResult {
    try quietTrainer(3, callbacks).fit(
      model, train: loader([1, 2, 5, 3], batchSize: 1), validation: loader([1, 2], batchSize: 1),
      resume: resume)
  }

  // Throws in the second epoch, with the second batch where there are several, or at the end.
  private func failing(_ moment: Moment, _ model: Failing) -> Callback {
    let callback = LambdaCallback()
    var epoch = 0
    let fail = { if epoch == 1 || moment == .trainEnd || moment == .fitEnd { throw Stop() } }
    callback.onTrainEpochStart = { trainer, _ in
      epoch = trainer.currentEpoch
      if moment == .epochStart { try fail() }
    }
    switch moment {
    case .epochStart: break
    case .trainingStep: model.inTraining = fail
    case .validationStep: model.inValidation = fail
    case .batchStart:
      callback.onTrainBatchStart = { _, _, _, index in if index == 1 { try fail() } }
    case .beforeZeroGrad: callback.onBeforeZeroGrad = { _, _ in try fail() }
    case .beforeBackward: callback.onBeforeBackward = { _, _, _ in try fail() }
    case .afterBackward: callback.onAfterBackward = { _, _, _ in try fail() }
    case .beforeOptimizerStep: callback.onBeforeOptimizerStep = { _, _, _ in try fail() }
    case .batchEnd: callback.onTrainBatchEnd = { _, _, _, _, index in if index == 1 { try fail() } }
    case .epochEnd: callback.onTrainEpochEnd = { _, _ in try fail() }
    case .validationStart: callback.onValidationStart = { _, _ in try fail() }
    case .validationEpochStart: callback.onValidationEpochStart = { _, _ in try fail() }
    case .validationBatchStart:
      callback.onValidationBatchStart = { _, _, _, index in if index == 1 { try fail() } }
    case .validationBatchEnd:
      callback.onValidationBatchEnd = { _, _, _, index in if index == 1 { try fail() } }
    case .validationEpochEnd: callback.onValidationEpochEnd = { _, _ in try fail() }
    case .validationEnd: callback.onValidationEnd = { _, _ in try fail() }
    case .metrics: callback.onMetrics = { _, _, _ in try fail() }
    case .trainEnd: callback.onTrainEnd = { _, _ in try fail() }
    case .fitEnd: callback.onFitEnd = { _, _ in try fail() }
    }
    return callback
  }

  @Test(arguments: Moment.allCases) func anErrorAnywhereLeavesAFileToGoOnFrom(
    _ moment: Moment
  ) throws {
    let folder = TemporaryFolder()
    let whole = Failing()
    let result = try fit(whole, [])
    let checkpoint = ModelCheckpoint(directory: folder.path, saveTopK: 0, everyNTrainSteps: 1000)
    let model = Failing()
    #expect(throws: Stop.self) { try fit(model, [failing(moment, model), checkpoint]) }
    let path = try #require(checkpoint.lastModelPath)
    let rest = Failing()
    let end = try fit(rest, [], .path(path))
    #expect(rest.weight.item() == whole.weight.item())
    #expect(end.steps == result.steps && end.epochs == result.epochs)
    #expect(end.metrics["loss"] == result.metrics["loss"])
  }

  @Test func anErrorBeforeTheFirstBatchIsDoneLeavesNoFile() throws {
    let folder = TemporaryFolder()
    let checkpoint = ModelCheckpoint(directory: folder.path)
    let model = Failing()
    model.inTraining = { throw Stop() }
    #expect(throws: Stop.self) { try fit(model, [checkpoint]) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(checkpoint.lastModelPath == nil)
  }
}

@Suite struct ResumedFileTests {
  private let old = TemporaryFolder()
  private let new = TemporaryFolder()

  private func files(_ folder: TemporaryFolder) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .map { $0.replacing(".safetensors", with: "") }.sorted()
  }

  private func fit(
    _ scores: [Double], _ folder: TemporaryFolder, epochs: Int, _ resume: Resume? = nil
  ) throws -> ModelCheckpoint {
    let checkpoint = ModelCheckpoint(
      directory: folder.path, filename: "{epoch}", monitor: "score", saveTopK: 2, saveLast: false)
    try quietTrainer(epochs, [checkpoint]).fit(
      Replay(scores), train: loader([1]), validation: loader([1]), resume: resume)
    return checkpoint
  }

  @Test(arguments: [0, 1]) func filesOfTheFitBeforeStayInTheirFolder(_ epoch: Int) throws {
    _ = try fit([9, 8], old, epochs: 2)
    let path = old.path + "/epoch=\(epoch).safetensors"
    let checkpoint = try fit([7, 6, 5, 4], new, epochs: 5, .path(path))
    #expect(try files(old) == ["epoch=0", "epoch=1"])
    #expect(try files(new) == ["epoch=3", "epoch=4"])
    #expect(checkpoint.bestModelPath?.hasPrefix(new.path) == true)
  }

  @Test func aBestFileOfTheFitBeforeIsStillTheBest() throws {
    _ = try fit([2, 1], old, epochs: 2)
    let path = old.path + "/epoch=1.safetensors"
    let checkpoint = try fit([7, 6], new, epochs: 4, .path(path))
    #expect(checkpoint.bestModelPath == path && checkpoint.bestModelScore == 1)
    #expect(try files(old) == ["epoch=0", "epoch=1"] && files(new).isEmpty)
  }

  @Test func inTheSameFolderOnlyTheFileThatIsResumedIsSpared() throws {
    _ = try fit([9, 8], old, epochs: 2)
    let path = old.path + "/epoch=1.safetensors"
    _ = try fit([7, 6, 5], old, epochs: 5, .path(path))
    #expect(try files(old) == ["epoch=1", "epoch=3", "epoch=4"])
  }
}
