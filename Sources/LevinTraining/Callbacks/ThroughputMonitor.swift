/// Logs how fast a fit goes: `batches_per_second` and `observations_per_second`, over the training of each epoch.
public final class ThroughputMonitor: Callback {
  private var seconds = 0.0
  private var began = 0.0
  private var batches = 0
  private var observations = 0.0
  private let now: () -> Double

  /// Measures the training.
  public override convenience init() { self.init(now: Console.clock) }

  init(now: @escaping () -> Double) {
    self.now = now
    super.init()
  }

  /// Begins the count.
  public override func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) {
    (seconds, batches, observations) = (0, 0, 0)
  }

  /// Starts the clock.
  public override func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) {
    began = now()
  }

  /// Stops the clock, so that validations and loggers do not count.
  public override func onTrainBatchEnd(
    _ trainer: Trainer, _ module: any LightningModule, outcome: StepOutcome, batch: Any,
    batchIndex: Int
  ) {
    seconds += now() - began
    batches += 1
    observations += trainer.batchObservationCount
  }

  /// Logs the rates.
  public override func onTrainEpochEnd(_ trainer: Trainer, _ module: any LightningModule) {
    guard seconds > 0 else { return }
    log("batches_per_second", Double(batches) / seconds)
    log("observations_per_second", observations / seconds)
  }
}
