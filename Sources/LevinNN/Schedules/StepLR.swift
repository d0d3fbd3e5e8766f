#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Rates that are multiplied by `gamma` every `stepSize` steps.
public final class StepLR: LRScheduler {
  /// The number of steps between two changes.
  public let stepSize: Int
  /// The factor of a change.
  public let gamma: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, stepSize: Int, gamma: Double = 0.1) {
    (self.stepSize, self.gamma) = (stepSize, gamma)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    if lastEpoch == 0 || lastEpoch % stepSize != 0 { return learningRates }
    return learningRates.map { $0 * gamma }
  }

  /// The base rates.
  public override func restartRates() -> [Double] { baseRates }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("StepLR")
    check.positive("step size", stepSize)
    check.notNegative("gamma", gamma)
    return check.problem
  }
}

/// Rates that are multiplied by `gamma` at each of some steps.
public final class MultiStepLR: LRScheduler {
  /// The steps at which rates change; one that stands there twice counts twice.
  public let milestones: [Int]
  /// The factor of a change.
  public let gamma: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, milestones: [Int], gamma: Double = 0.1) {
    (self.milestones, self.gamma) = (milestones, gamma)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    let count = milestones.count { $0 == lastEpoch }
    return count == 0 ? learningRates : learningRates.map { $0 * pow(gamma, Double(count)) }
  }

  /// The base rates after the milestones at 0.
  public override func restartRates() -> [Double] {
    let count = milestones.count { $0 <= 0 }
    return baseRates.map { $0 * pow(gamma, Double(count)) }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("MultiStepLR")
    check.notNegative("gamma", gamma)
    return check.problem
  }
}
