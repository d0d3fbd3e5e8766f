/// Finds a learning rate before the first step of a fit, and lets the optimizer begin with it.
///
///     Trainer(maxEpochs: 10, callbacks: [LearningRateFinder()])
///
/// ``Trainer/findLearningRate(_:train:from:to:steps:endingAbove:)`` tells what is tried. A fit that goes on for another one
/// has its rate already. An optimizer with schedules is refused: they set its rates by those that it was made with.
public final class LearningRateFinder: Callback {
  let range: LearningRateRange
  /// What was found in the last fit; nil before the first.
  public internal(set) var search: LearningRateSearch?

  /// Sets the rates that are tried.
  ///
  /// - Parameters:
  ///   - least: The rate that is begun with, above 0.
  ///   - greatest: The rate of the last step.
  ///   - steps: The number of steps.
  ///   - threshold: The factor above the least smoothed loss at which the search ends; nil for none.
  public init(
    from least: Double = 1e-8, to greatest: Double = 1, steps: Int = 100,
    endingAbove threshold: Double? = 4
  ) {
    range = LearningRateRange(
      least: least, greatest: greatest, steps: steps, threshold: threshold)
    super.init()
  }

  /// Takes no part in a trial.
  public override var runsInTrials: Bool { false }

  /// The problem with the rates, if there is one.
  public override func settingsProblem(_ trainer: Trainer) -> String? { range.problem }
}
