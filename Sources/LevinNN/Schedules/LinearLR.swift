/// Rates that are smaller by a factor for the first steps.
public final class ConstantLR: LRScheduler {
  /// The factor.
  public let factor: Double
  /// The number of steps after which it no longer counts.
  public let totalIters: Int

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, factor: Double = 1.0 / 3, totalIters: Int = 5) {
    (self.factor, self.totalIters) = (factor, totalIters)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    if lastEpoch == 0 { return learningRates.map { $0 * factor } }
    return lastEpoch == totalIters ? learningRates.map { $0 * (1 / factor) } : learningRates
  }

  /// The base rates times the factor.
  public override func restartRates() -> [Double] {
    baseRates.map { $0 * (totalIters <= 0 ? factor + (1 - factor) : factor) }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("ConstantLR")
    check.expect(
      factor > 0 && factor <= 1, "the factor is \(factor), and must be above 0 and at most 1")
    check.expect(
      totalIters >= 0, "the total iterations are \(totalIters), and must not be negative")
    return check.problem
  }
}

/// Rates that go from one multiple of the base rates to another in equal steps; from a small one to 1, a warm-up.
public final class LinearLR: LRScheduler {
  /// The factor of the base rates at first.
  public let startFactor: Double
  /// The factor of the base rates at the end.
  public let endFactor: Double
  /// The number of steps from the one to the other.
  public let totalIters: Int

  /// Sets up the schedule.
  public init(
    _ optimizer: any Optimizer, startFactor: Double = 1.0 / 3, endFactor: Double = 1,
    totalIters: Int = 5
  ) {
    (self.startFactor, self.endFactor, self.totalIters) = (startFactor, endFactor, totalIters)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    if lastEpoch == 0 { return learningRates.map { $0 * startFactor } }
    if lastEpoch > totalIters { return learningRates }
    let change = endFactor - startFactor
    let before = Double(totalIters) * startFactor + Double(lastEpoch - 1) * change
    return learningRates.map { $0 * (1 + change / before) }
  }

  /// The base rates times the first factor.
  public override func restartRates() -> [Double] { baseRates.map { $0 * startFactor } }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("LinearLR")
    check.expect(
      startFactor > 0 && startFactor <= 1,
      "the start factor is \(startFactor), and must be above 0 and at most 1")
    check.share("end factor", endFactor)
    check.positive("total iterations", totalIters)
    return check.problem
  }
}
