public import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Rates that rise to a maximum and fall far below where they began, while momenta go the other way (Smith and Topin,
/// 2018, as in `torch.optim.lr_scheduler.OneCycleLR`).
///
/// A step is one of the optimizer, not an epoch. The optimizer's own learning rates are replaced. After
/// ``totalSteps`` steps the rates stay at the last of the cycle.
public final class OneCycleLR: LRScheduler {
  /// The form of a rise or fall.
  public enum AnnealStrategy: Sendable, Hashable {
    /// Half a cosine.
    case cos
    /// A line.
    case linear
  }

  /// The number of steps of the whole cycle.
  public let totalSteps: Int
  /// The share of the steps in which rates rise.
  public let pctStart: Double
  /// The form of rises and falls.
  public let annealStrategy: AnnealStrategy
  /// Whether momenta go from ``maxMomentum`` to ``baseMomentum`` and back.
  public let cycleMomentum: Bool
  /// The momentum while rates are at their maximum.
  public let baseMomentum: Double
  /// The momentum at the start and at the end.
  public let maxMomentum: Double
  /// The quotient of the largest and the first rate.
  public let divFactor: Double
  /// The quotient of the first and the last rate.
  public let finalDivFactor: Double
  /// Whether rates fall to the first rate as fast as they rose, and then to the last.
  public let threePhase: Bool
  private let maxRates: [Double]

  /// Sets up the schedule with a largest rate for each group.
  public init(
    _ optimizer: any Optimizer, maxLearningRate: [Double], totalSteps: Int,
    pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos, cycleMomentum: Bool = true,
    baseMomentum: Double = 0.85, maxMomentum: Double = 0.95, divFactor: Double = 25,
    finalDivFactor: Double = 1e4, threePhase: Bool = false
  ) {
    self.totalSteps = totalSteps
    self.pctStart = pctStart
    self.annealStrategy = annealStrategy
    self.cycleMomentum = cycleMomentum
    self.baseMomentum = baseMomentum
    self.maxMomentum = maxMomentum
    self.divFactor = divFactor
    self.finalDivFactor = finalDivFactor
    self.threePhase = threePhase
    maxRates = maxLearningRate
    InitialRates.set(maxLearningRate.map { $0 / divFactor }, of: optimizer)
    super.init(optimizer)
  }

  /// Sets up the schedule with one largest rate for all groups.
  public convenience init(
    _ optimizer: any Optimizer, maxLearningRate: Double, totalSteps: Int, pctStart: Double = 0.3,
    annealStrategy: AnnealStrategy = .cos, cycleMomentum: Bool = true, baseMomentum: Double = 0.85,
    maxMomentum: Double = 0.95, divFactor: Double = 25, finalDivFactor: Double = 1e4,
    threePhase: Bool = false
  ) {
    self.init(
      optimizer, maxLearningRate: optimizer.groups.map { _ in maxLearningRate },
      totalSteps: totalSteps, pctStart: pctStart, annealStrategy: annealStrategy,
      cycleMomentum: cycleMomentum, baseMomentum: baseMomentum, maxMomentum: maxMomentum,
      divFactor: divFactor, finalDivFactor: finalDivFactor, threePhase: threePhase)
  }

  /// Sets up the schedule for a number of epochs of so many steps, with one largest rate for all groups.
  public convenience init(
    _ optimizer: any Optimizer, maxLearningRate: Double, epochs: Int, stepsPerEpoch: Int,
    pctStart: Double = 0.3, annealStrategy: AnnealStrategy = .cos, cycleMomentum: Bool = true,
    baseMomentum: Double = 0.85, maxMomentum: Double = 0.95, divFactor: Double = 25,
    finalDivFactor: Double = 1e4, threePhase: Bool = false
  ) {
    let (steps, overflow) = epochs.multipliedReportingOverflow(by: stepsPerEpoch)
    self.init(
      optimizer, maxLearningRate: maxLearningRate,
      totalSteps: overflow || epochs < 0 || stepsPerEpoch < 0 ? 0 : steps, pctStart: pctStart,
      annealStrategy: annealStrategy, cycleMomentum: cycleMomentum, baseMomentum: baseMomentum,
      maxMomentum: maxMomentum, divFactor: divFactor, finalDivFactor: finalDivFactor,
      threePhase: threePhase)
  }

  /// The rates that come into force; the momenta are put in force at once.
  public override func rates(isFirst: Bool) -> [Double] {
    applyMomenta()
    let (phase, share) = position
    return zip(baseRates, maxRates).map { base, most in
      let levels = [base, most, base / finalDivFactor]
      let start = phase == 0 ? levels[0] : phase == 1 ? levels[1] : levels[0]
      let end = phase == 0 ? levels[1] : phase == 1 && threePhase ? levels[0] : levels[2]
      return anneal(start, end, share)
    }
  }

  /// Goes on where another schedule of the same settings was, and puts its rates and momenta in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  public override func restore(from state: State) throws {
    try super.restore(from: state)
    applyMomenta()
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("OneCycleLR")
    check.positive("total steps", totalSteps)
    check.share("share of rising rates (pctStart)", pctStart)
    check.expect(divFactor > 0, "the divFactor is \(divFactor), and must be above 0")
    check.expect(finalDivFactor > 0, "the finalDivFactor is \(finalDivFactor), and must be above 0")
    let groups = optimizer.groups
    check.expect(
      maxRates.count == groups.count,
      "there are \(maxRates.count) largest rates for \(groups.count) groups of the optimizer")
    for rate in maxRates { check.notNegative("largest learning rate", rate) }
    if cycleMomentum { check.momenta(base: baseMomentum, max: maxMomentum, of: optimizer) }
    return check.problem
  }

  private func applyMomenta() {
    guard cycleMomentum else { return }
    let (phase, share) = position
    let start = phase == 1 ? baseMomentum : maxMomentum
    let end = phase == 0 ? baseMomentum : maxMomentum
    let momentum = anneal(start, end, share)
    for case let group as any MomentumOptimizer in optimizer.groups { group.momentum = momentum }
  }

  // The phase, and the share of it that is over.
  private var position: (phase: Int, share: Double) {
    let rise = pctStart * Double(totalSteps)
    let last = Double(totalSteps - 1)
    let ends = threePhase ? [rise - 1, 2 * rise - 2, last] : [rise - 1, last]
    let now = Double(min(lastEpoch, totalSteps - 1))
    let phase = ends.firstIndex { now <= $0 } ?? ends.count - 1
    let start = phase == 0 ? 0 : ends[phase - 1]
    let length = ends[phase] - start
    return (phase, length == 0 ? 1 : (now - start) / length)
  }

  private func anneal(_ start: Double, _ end: Double, _ share: Double) -> Double {
    switch annealStrategy {
    case .cos: end + (start - end) / 2 * (cos(Double.pi * share) + 1)
    case .linear: (end - start) * share + start
    }
  }
}
