#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Rates that fall from the base rates along half a cosine, and rise again (Loshchilov and Hutter, 2017, without the
/// restarts).
public final class CosineAnnealingLR: LRScheduler {
  /// The number of steps to the least rate.
  public let tMax: Int
  /// The least rate.
  public let etaMin: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, tMax: Int, etaMin: Double = 0) {
    (self.tMax, self.etaMin) = (tMax, etaMin)
    super.init(optimizer)
  }

  /// The rates that come into force: PyTorch's recursion, which goes on from the rates in force.
  public override func rates(isFirst: Bool) -> [Double] {
    if isFirst { return learningRates }
    // Past the least rate, which the quotient below would divide by.
    if (lastEpoch - 1 - tMax) % (2 * tMax) == 0 {
      let rise = 1 - cos(Double.pi / Double(tMax))
      return zip(learningRates, baseRates).map { $0 + ($1 - etaMin) * rise / 2 }
    }
    let now = 1 + cos(Double.pi * Double(lastEpoch) / Double(tMax))
    let before = 1 + cos(Double.pi * Double(lastEpoch - 1) / Double(tMax))
    return learningRates.map { now / before * ($0 - etaMin) + etaMin }
  }

  /// The base rates.
  public override func restartRates() -> [Double] {
    baseRates.map { etaMin + ($0 - etaMin) * 2 / 2 }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("CosineAnnealingLR")
    check.positive("tMax", tMax)
    check.notNegative("least rate (etaMin)", etaMin)
    return check.problem
  }
}

/// Rates that fall from the base rates along half a cosine, and start again at the base rates (Loshchilov and Hutter,
/// 2017).
public final class CosineAnnealingWarmRestarts: LRScheduler {
  /// The number of steps to the first restart.
  public let t0: Int
  /// The factor by which that number grows at each restart.
  public let tMult: Int
  /// The least rate.
  public let etaMin: Double

  /// Sets up the schedule.
  public init(_ optimizer: any Optimizer, t0: Int, tMult: Int = 1, etaMin: Double = 0) {
    (self.t0, self.tMult, self.etaMin) = (t0, tMult, etaMin)
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    var (now, length) = (lastEpoch, t0)
    if tMult == 1 { now %= length }
    while now >= length {
      now -= length
      length *= tMult
    }
    let factor = 1 + cos(Double.pi * Double(now) / Double(length))
    return baseRates.map { etaMin + ($0 - etaMin) * factor / 2 }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("CosineAnnealingWarmRestarts")
    check.positive("t0", t0)
    check.positive("tMult", tMult)
    check.notNegative("least rate (etaMin)", etaMin)
    return check.problem
  }
}
