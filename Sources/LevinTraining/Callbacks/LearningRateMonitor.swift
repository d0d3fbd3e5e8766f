internal import LevinNN

/// Logs the learning rates of a fit.
///
/// The rate of an optimizer is logged as `lr-` and its type, as `lr-Adam`; those of further optimizers of one type as
/// `lr-Adam-1`, `lr-Adam-2` and so on.
public final class LearningRateMonitor: Callback {
  /// The moments at which rates are logged.
  public enum Interval: Sendable, Hashable {
    /// Before each batch, as a metric by step.
    case step
    /// At the beginning of each epoch, as a metric by epoch.
    case epoch
  }

  /// The moments at which rates are logged.
  public let interval: Interval
  private var names: [String] = []

  /// Logs learning rates.
  public init(interval: Interval = .epoch) {
    self.interval = interval
    super.init()
  }

  /// Names the optimizers.
  public override func onFitStart(_ trainer: Trainer, _ module: any LightningModule) {
    var counts: [String: Int] = [:]
    names = trainer.optimizers.map { optimizer in
      let type = "\(type(of: optimizer))"
      let count = counts[type, default: 0]
      counts[type] = count + 1
      return count == 0 ? "lr-\(type)" : "lr-\(type)-\(count)"
    }
  }

  /// Logs the rates, if they are logged by epoch.
  public override func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) {
    if interval == .epoch { logRates(trainer) }
  }

  /// Logs the rates, if they are logged by step.
  public override func onTrainBatchStart(
    _ trainer: Trainer, _ module: any LightningModule, batch: Any, batchIndex: Int
  ) {
    if interval == .step { logRates(trainer) }
  }

  private func logRates(_ trainer: Trainer) {
    for (name, optimizer) in zip(names, trainer.optimizers) {
      log(name, optimizer.learningRate, onStep: interval == .step)
    }
  }
}
