import Levin
import LevinTraining
import Testing

@Suite struct FitMessageTests {
  /// The lines that a fit writes.
  private func lines<Model: ValidatingModule>(
    _ settings: TrainerSettings, _ callbacks: [Callback], _ model: Model, batches: Int = 5
  ) throws -> [String] where Model.Batch == Tensor {
    let text = Transcript()
    let trainer = Trainer(
      settings, callbacks: callbacks, progressBar: false, summary: false, console: text.console)
    let numbers = [Float](repeating: 1, count: batches)
    try trainer.fit(model, train: loader(numbers, batchSize: 1), validation: loader([1]))
    return text.lines
  }

  // MARK: Rows of steps

  @Test(arguments: [
    (5, 1, false), (6, 1, true), (50, 1, true), (1, 1, false), (0, 1, false), (3, 2, false),
    (4, 2, true),
  ]) func anEpochShorterThanTheIntervalOfRowsIsToldOf(
    _ interval: Int, _ window: Int, _ isTold: Bool
  ) throws {
    let settings = TrainerSettings(
      maxEpochs: 3, logEveryNSteps: interval, accumulateGradientBatches: window)
    let lines = try lines(settings, [Probe()], Location())
    #expect(lines.count == (isTold ? 1 : 0))
    if isTold { #expect(lines[0].contains("logEveryNSteps is \(interval)")) }
  }

  @Test func aTrialIsNotToldOfTheIntervalOfRows() throws {
    let trial = TrainerSettings(maxEpochs: 1, fastDevRun: 1, logEveryNSteps: 50)
    #expect(try lines(trial, [Probe()], Location()).isEmpty)
  }

  // MARK: The end

  @Test func aMinimumThatIsNotReachedIsToldOfOnce() throws {
    let stopping = EarlyStopping(monitor: "score", patience: 1)
    let settings = TrainerSettings(maxEpochs: 9, minEpochs: 6, minSteps: 33)
    let lines = try lines(settings, [stopping], Replay([1, 2, 3, 4, 5, 6, 7, 8, 9]))
    #expect(lines.count == 1)
    #expect(lines[0].contains("the fit goes on until it has minEpochs 6 and minSteps 33"))
    // Within the seventh epoch, which is closed as usual.
    #expect(stopping.stoppedEpoch == 6)
  }

  // MARK: Steps

  @Test func aBatchThatTheModuleSkipsIsNoMatterForAWarning() throws {
    final class Skipping: ValidatingModule {
      @Parameter var weight: Tensor = [3]
      func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor? {
        batchIndex == 1 ? (weight * batch).sum() : nil
      }
      func validationStep(_ batch: Tensor, batchIndex: Int) {}
      func configureOptimizers() -> OptimizerConfiguration {
        .init(SGD(parameters, learningRate: 1))
      }
    }
    let model = Skipping()
    #expect(try lines(TrainerSettings(maxEpochs: 2), [], model).isEmpty)
    #expect(model.weight.item() == 1)
  }

  // MARK: Schedules

  @Test func aScheduleWhoseMetricNobodyLogsIsToldOfOnceAndTakesNoStep() throws {
    final class Plateau: ValidatingModule {
      @Parameter var weight: Tensor = [1]
      lazy var optimizer = SGD(parameters, learningRate: 0.5)
      func trainingStep(_ batch: Tensor, batchIndex: Int) -> Tensor { (weight * batch).sum() }
      func validationStep(_ batch: Tensor, batchIndex: Int) { log("val", 1.0) }
      func configureOptimizers() -> OptimizerConfiguration {
        let schedule = ReduceLROnPlateau(optimizer, patience: 0)
        return .init(optimizer, schedule, monitor: "vla", strict: false)
      }
    }
    let model = Plateau()
    let lines = try lines(TrainerSettings(maxEpochs: 4), [], model)
    #expect(lines.count == 1 && model.optimizer.learningRate == 0.5)
    #expect(lines[0].contains("ReduceLROnPlateau: no metric is called 'vla'"))
    #expect(lines[0].contains("'val'"))
  }
}
