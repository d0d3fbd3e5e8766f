/// Changes from epoch to epoch how many batches make one step.
///
///     GradientAccumulationScheduler([0: 8, 4: 4, 8: 1])   // from epoch 4 on four, from epoch 8 on one
public final class GradientAccumulationScheduler: Callback {
  /// The numbers of batches by the epoch, counted from 0, from which on they count; 1 before the first.
  public let schedule: [Int: Int]

  /// Sets the numbers of batches by epoch.
  public init(_ schedule: [Int: Int]) {
    self.schedule = schedule
    super.init()
  }

  /// The problem with epochs or numbers, or with a number of the trainer's beside them.
  public override func settingsProblem(_ trainer: Trainer) -> String? {
    if let epoch = schedule.keys.filter({ $0 < 0 }).min() {
      return "the schedule has epoch \(epoch); epochs count from 0"
    }
    if let (epoch, count) = schedule.sorted(by: { $0.key < $1.key }).first(where: { $0.value < 1 })
    {
      return "the schedule has \(count) batches from epoch \(epoch) on; give at least 1"
    }
    if trainer.settings.accumulateGradientBatches != 1 {
      return "the trainer has accumulateGradientBatches "
        + "\(trainer.settings.accumulateGradientBatches) as well; give one of the two"
    }
    return nil
  }

  /// Sets the number of the epoch.
  public override func onTrainEpochStart(_ trainer: Trainer, _ module: any LightningModule) {
    let begun = schedule.filter { $0.key <= trainer.currentEpoch }
    trainer.accumulateGradientBatches = begun.max { $0.key < $1.key }?.value ?? 1
  }
}
