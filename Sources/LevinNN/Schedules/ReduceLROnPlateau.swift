public import LevinTensor

/// Rates that are reduced when a metric has stopped to improve, after
/// `torch.optim.lr_scheduler.ReduceLROnPlateau`.
public final class ReduceLROnPlateau: MetricScheduler {
  /// The direction in which a metric improves.
  public enum Goal: Sendable, Hashable {
    /// A smaller metric is better.
    case min
    /// A larger metric is better.
    case max
  }

  /// The meaning of the threshold.
  public enum ThresholdMode: Sendable, Hashable {
    /// A share of the best value.
    case rel
    /// A difference from the best value.
    case abs
  }

  /// The optimizer whose learning rates it sets.
  public let optimizer: any Optimizer
  /// The direction in which the metric improves.
  public let mode: Goal
  /// The factor of a reduction.
  public let factor: Double
  /// The number of values without improvement that are let pass.
  public let patience: Int
  /// The least improvement that counts.
  public let threshold: Double
  /// The meaning of the threshold.
  public let thresholdMode: ThresholdMode
  /// The number of values after a reduction that are not held against the metric.
  public let cooldown: Int
  /// The rates below which none is reduced, one for each group.
  public let minLearningRates: [Double]
  /// The least reduction that is made.
  public let epsilon: Double
  /// The best value so far.
  public private(set) var best: Double
  /// The number of values seen.
  public private(set) var lastEpoch = 0
  private var badCount = 0
  private var cooldownCount = 0

  /// Sets up the schedule with a least rate for each group.
  public init(
    _ optimizer: any Optimizer, mode: Goal = .min, factor: Double = 0.1, patience: Int = 10,
    threshold: Double = 1e-4, thresholdMode: ThresholdMode = .rel, cooldown: Int = 0,
    minLearningRate: [Double], epsilon: Double = 1e-8
  ) {
    self.optimizer = optimizer
    self.mode = mode
    self.factor = factor
    self.patience = patience
    self.threshold = threshold
    self.thresholdMode = thresholdMode
    self.cooldown = cooldown
    minLearningRates = minLearningRate
    self.epsilon = epsilon
    best = mode == .min ? .infinity : -.infinity
    // As with other schedules, later ones of the same optimizer start from the rates before.
    _ = InitialRates.rates(of: optimizer)
  }

  /// Sets up the schedule with one least rate for all groups.
  public convenience init(
    _ optimizer: any Optimizer, mode: Goal = .min, factor: Double = 0.1, patience: Int = 10,
    threshold: Double = 1e-4, thresholdMode: ThresholdMode = .rel, cooldown: Int = 0,
    minLearningRate: Double = 0, epsilon: Double = 1e-8
  ) {
    self.init(
      optimizer, mode: mode, factor: factor, patience: patience, threshold: threshold,
      thresholdMode: thresholdMode, cooldown: cooldown,
      minLearningRate: optimizer.groups.map { _ in minLearningRate }, epsilon: epsilon)
  }

  /// The learning rates in force, one for each of the optimizer's groups.
  public var learningRates: [Double] { optimizer.groups.map(\.learningRate) }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("ReduceLROnPlateau")
    check.expect(
      factor >= 0 && factor < 1, "the factor is \(factor), and must be at least 0 and below 1")
    check.notNegative("patience", Double(patience))
    check.notNegative("threshold", threshold)
    check.notNegative("cooldown", Double(cooldown))
    check.notNegative("epsilon", epsilon)
    for rate in minLearningRates { check.notNegative("least learning rate", rate) }
    let groups = optimizer.groups.count
    check.expect(
      minLearningRates.count == groups,
      "there are \(minLearningRates.count) least rates for \(groups) groups of the optimizer")
    return check.problem
  }

  /// Looks at the newest value of the metric; one that is NaN is no improvement.
  public func step(_ metric: Double) {
    if let problem = settingsProblem { stop(problem) }
    lastEpoch += 1
    if isImprovement(metric) {
      (best, badCount) = (metric, 0)
    } else {
      badCount += 1
    }
    if cooldownCount > 0 {
      cooldownCount -= 1
      badCount = 0
    }
    if badCount > patience {
      reduce()
      (cooldownCount, badCount) = (cooldown, 0)
    }
  }

  private func isImprovement(_ metric: Double) -> Bool {
    switch (mode, thresholdMode) {
    case (.min, .rel): metric < best * (1 - threshold)
    case (.min, .abs): metric < best - threshold
    case (.max, .rel): metric > best * (threshold + 1)
    case (.max, .abs): metric > best + threshold
    }
  }

  private func reduce() {
    for (group, least) in zip(optimizer.groups, minLearningRates) {
      let rate = max(group.learningRate * factor, least)
      if group.learningRate - rate > epsilon { group.learningRate = rate }
    }
  }

  /// The best value, the counts and the rates in force.
  public func state() -> State {
    var state = State()
    state["kind"] = .text("ReduceLROnPlateau")
    state["lastEpoch"] = .integer(lastEpoch)
    state["best"] = .real(best)
    state["badCount"] = .integer(badCount)
    state["cooldownCount"] = .integer(cooldownCount)
    state["learningRates"] = .list(learningRates.map { .real($0) })
    return state
  }

  /// Goes on where another schedule of the same settings was, and puts its rates in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  public func restore(from state: State) throws {
    try state.expect("kind", state.text("kind"), toBe: "ReduceLROnPlateau")
    let groups = optimizer.groups
    let rates = try state.reals("learningRates", count: groups.count)
    let (best, epoch) = (try state.real("best"), try state.integer("lastEpoch"))
    let (bad, cool) = (try state.integer("badCount"), try state.integer("cooldownCount"))
    (self.best, lastEpoch, badCount, cooldownCount) = (best, epoch, bad, cool)
    for (group, rate) in zip(groups, rates) { group.learningRate = rate }
  }
}
