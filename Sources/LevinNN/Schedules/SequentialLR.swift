public import LevinTensor

/// Schedules that follow each other, such as a warm-up and what comes after it.
///
///     let warmup = LinearLR(optimizer, startFactor: 0.01, totalIters: 100)
///     let decay = CosineAnnealingLR(optimizer, tMax: 900)
///     let scheduler = SequentialLR(optimizer, schedulers: [warmup, decay], milestones: [100])
public final class SequentialLR: LRScheduler {
  /// The schedules, all of the same optimizer.
  public let schedulers: [LRScheduler]
  /// The numbers of steps at which the second and each later schedule begins.
  public let milestones: [Int]

  /// Sets the rates back to those before any schedule, and begins with the first one.
  public init(_ optimizer: any Optimizer, schedulers: [LRScheduler], milestones: [Int]) {
    (self.schedulers, self.milestones) = (schedulers, milestones)
    super.init(optimizer)
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("SequentialLR")
    check.members(schedulers, optimizer)
    check.expect(
      milestones.count == schedulers.count - 1,
      "there are \(milestones.count) milestones for \(schedulers.count) schedules; give one less than schedules"
    )
    check.expect(
      zip(milestones, milestones.dropFirst()).allSatisfy { $0 <= $1 },
      "the milestones \(milestones) must not fall")
    return check.problem
  }

  override func begin() {
    if settingsProblem == nil { apply(InitialRates.rates(of: optimizer)) }
    super.begin()
  }

  /// The first rates of the schedule that is due.
  public override func rates(isFirst: Bool) -> [Double] {
    let index = milestones.count { $0 <= lastEpoch }
    let scheduler = schedulers[index]
    if isFirst {
      scheduler.begin()
    } else if index > 0, milestones[index - 1] == lastEpoch {
      scheduler.restart()
    } else {
      scheduler.advance()
    }
    return learningRates
  }

  /// The first rates of the first schedule, which begins anew.
  public override func restartRates() -> [Double] {
    schedulers[milestones.count { $0 <= 0 }].restart()
    return learningRates
  }

  /// The state of each schedule beside its own.
  public override func state() -> State { super.state().adding(schedulers) }

  /// Goes on where another schedule of the same settings was, and puts its rates in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else; nothing is changed then.
  public override func restore(from state: State) throws {
    let before = super.state()
    try super.restore(from: state)
    do {
      try state.restore(schedulers)
      try super.restore(from: state)
    } catch {
      try? super.restore(from: before)
      throw error
    }
  }
}
