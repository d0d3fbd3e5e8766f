#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Base rates times (1 - step / total)^power, which reach 0.
public final class PolynomialLR: LRScheduler {
  /// The number of steps to 0.
  public let totalIters: Int
  /// The exponent.
  public let power: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, totalIters: Int = 5, power: Double = 1) {
    (self.totalIters, self.power) = (totalIters, power)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    if isFirst || lastEpoch > totalIters { return learningRates }
    let (now, total) = (Double(lastEpoch), Double(totalIters))
    let factor = pow((1 - now / total) / (1 - (now - 1) / total), power)
    return learningRates.map { $0 * factor }
  }

  /// The base rates.
  public override func restartRates() -> [Double] { baseRates }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("PolynomialLR")
    check.positive("total iterations", totalIters)
    check.notNegative("power", power)
    return check.problem
  }
}

/// Rates that are multiplied by `gamma` at each step.
public final class ExponentialLR: LRScheduler {
  /// The factor of a step.
  public let gamma: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, gamma: Double) {
    self.gamma = gamma
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    isFirst ? learningRates : learningRates.map { $0 * gamma }
  }

  /// The base rates.
  public override func restartRates() -> [Double] { baseRates }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("ExponentialLR")
    check.notNegative("gamma", gamma)
    return check.problem
  }
}
