public import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Rates that rise and fall between two bounds again and again, while momenta go the other way (Smith, 2017, as in
/// `torch.optim.lr_scheduler.CyclicLR`).
///
/// A step is one of the optimizer, not an epoch. The optimizer's own learning rates are replaced.
public final class CyclicLR: LRScheduler {
  /// The height of the cycles.
  public enum Mode: Sendable, Hashable {
    /// All cycles reach the upper bound.
    case triangular
    /// Each cycle is half as high as the one before.
    case triangular2
    /// The height at a step is that of a full cycle times `gamma` to the power of the number of steps.
    case expRange
  }

  /// The number of steps in which rates rise.
  public let stepSizeUp: Int
  /// The number of steps in which rates fall.
  public let stepSizeDown: Int
  /// The height of the cycles.
  public let mode: Mode
  /// The base of the powers by which heights shrink in the mode ``Mode/expRange``.
  public let gamma: Double
  /// Whether momenta go from ``maxMomentum`` to ``baseMomentum`` and back.
  public let cycleMomentum: Bool
  /// The momentum where rates are highest.
  public let baseMomentum: Double
  /// The momentum where rates are lowest.
  public let maxMomentum: Double
  private let lowest: [Double]
  private let highest: [Double]

  /// Sets up the schedule with bounds for each group.
  ///
  /// - Parameters:
  ///   - optimizer: The optimizer.
  ///   - baseLearningRate: The lower bound of the rates of each group, at which they start.
  ///   - maxLearningRate: The upper bound of the rates of each group.
  ///   - stepSizeUp: The number of steps in which rates rise.
  ///   - stepSizeDown: The number of steps in which rates fall; as many as they rise in when left out.
  ///   - mode: The height of the cycles.
  ///   - gamma: The base of the powers by which heights shrink in the mode ``Mode/expRange``.
  ///   - cycleMomentum: Whether momenta go the other way.
  ///   - baseMomentum: The momentum where rates are highest.
  ///   - maxMomentum: The momentum where rates are lowest.
  public init(
    _ optimizer: any Optimizer, baseLearningRate: [Double], maxLearningRate: [Double],
    stepSizeUp: Int = 2000, stepSizeDown: Int? = nil, mode: Mode = .triangular,
    gamma: Double = 1, cycleMomentum: Bool = true, baseMomentum: Double = 0.8,
    maxMomentum: Double = 0.9
  ) {
    self.stepSizeUp = stepSizeUp
    self.stepSizeDown = stepSizeDown ?? stepSizeUp
    self.mode = mode
    self.gamma = gamma
    self.cycleMomentum = cycleMomentum
    self.baseMomentum = baseMomentum
    self.maxMomentum = maxMomentum
    (lowest, highest) = (baseLearningRate, maxLearningRate)
    // Later schedules of the optimizer start from them, unless an earlier one has noted other rates.
    for (group, rate) in zip(optimizer.groups, baseLearningRate) { group.learningRate = rate }
    super.init(optimizer)
    baseRates = baseLearningRate
  }

  /// Sets up the schedule with the same bounds for all groups.
  public convenience init(
    _ optimizer: any Optimizer, baseLearningRate: Double, maxLearningRate: Double,
    stepSizeUp: Int = 2000, stepSizeDown: Int? = nil, mode: Mode = .triangular,
    gamma: Double = 1, cycleMomentum: Bool = true, baseMomentum: Double = 0.8,
    maxMomentum: Double = 0.9
  ) {
    self.init(
      optimizer, baseLearningRate: optimizer.groups.map { _ in baseLearningRate },
      maxLearningRate: optimizer.groups.map { _ in maxLearningRate }, stepSizeUp: stepSizeUp,
      stepSizeDown: stepSizeDown, mode: mode, gamma: gamma, cycleMomentum: cycleMomentum,
      baseMomentum: baseMomentum, maxMomentum: maxMomentum)
  }

  /// The rates that come into force; the momenta are put in force at once.
  public override func rates(isFirst: Bool) -> [Double] {
    applyMomenta()
    let (share, scale) = height
    return zip(baseRates, highest).map { $0 + ($1 - $0) * share * scale }
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
    var check = SettingsCheck("CyclicLR")
    check.positive("number of rising steps (stepSizeUp)", stepSizeUp)
    check.expect(
      stepSizeDown >= 0,
      "the number of falling steps (stepSizeDown) is \(stepSizeDown), and must not be negative")
    check.notNegative("gamma", gamma)
    let groups = optimizer.groups.count
    for (name, rates) in [("least", lowest), ("largest", highest)] {
      check.expect(
        rates.count == groups,
        "there are \(rates.count) \(name) rates for \(groups) groups of the optimizer")
      for rate in rates { check.notNegative("\(name) learning rate", rate) }
    }
    if cycleMomentum { check.momenta(base: baseMomentum, max: maxMomentum, of: optimizer) }
    return check.problem
  }

  private func applyMomenta() {
    guard cycleMomentum else { return }
    let (share, scale) = height
    let momentum = maxMomentum - (maxMomentum - baseMomentum) * share * scale
    for case let group as any MomentumOptimizer in optimizer.groups { group.momentum = momentum }
  }

  // The share of the way up, and the height of the cycle.
  private var height: (share: Double, scale: Double) {
    let length = Double(stepSizeUp) + Double(stepSizeDown)
    let rise = Double(stepSizeUp) / length
    let cycle = (1 + Double(lastEpoch) / length).rounded(.down)
    let position = 1 + Double(lastEpoch) / length - cycle
    let share = position <= rise ? position / rise : (position - 1) / (rise - 1)
    switch mode {
    case .triangular: return (share, 1)
    case .triangular2: return (share, 1 / pow(2, cycle - 1))
    case .expRange: return (share, pow(gamma, Double(lastEpoch)))
    }
  }
}

extension SettingsCheck {
  /// Demands momenta between 0 and 1, and an optimizer whose groups have one.
  mutating func momenta(base: Double, max: Double, of optimizer: any Optimizer) {
    share("base momentum", base)
    share("maximum momentum", max)
    for group in optimizer.groups where !(group is any MomentumOptimizer) {
      expect(
        false, "\(type(of: group)) has no momentum to cycle; pass `cycleMomentum: false`")
    }
  }
}
