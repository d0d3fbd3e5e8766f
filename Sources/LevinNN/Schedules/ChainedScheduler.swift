public import LevinTensor

/// Schedules that act at the same time: each changes the rates that the one before it leaves.
public final class ChainedScheduler: LRScheduler {
  /// The schedules, all of the same optimizer.
  public let schedulers: [LRScheduler]

  /// Chains schedules whose first rates are in force already.
  public init(_ schedulers: [LRScheduler]) {
    self.schedulers = schedulers
    super.init(schedulers.first?.optimizer ?? OptimizerGroup([]))
    isMade = true
  }

  private var isMade = false

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("ChainedScheduler")
    check.members(schedulers, optimizer)
    return check.problem
  }

  /// The rates after all schedules, one after the other.
  public override func rates(isFirst: Bool) -> [Double] {
    // The schedules began when they were made; a sequence has them begin once more.
    if isFirst, !isMade { return learningRates }
    for scheduler in schedulers { isFirst ? scheduler.begin() : scheduler.advance() }
    return learningRates
  }

  /// The first rates of all schedules together.
  public override func restartRates() -> [Double] {
    apply(baseRates)
    for scheduler in schedulers { scheduler.begin() }
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

extension SettingsCheck {
  /// Demands schedules of one optimizer without problems of their own.
  mutating func members(_ schedulers: [LRScheduler], _ optimizer: any Optimizer) {
    expect(!schedulers.isEmpty, "there are no schedules")
    for (index, scheduler) in schedulers.enumerated() {
      expect(
        scheduler.optimizer === optimizer, "schedule \(index) belongs to another optimizer")
      let own = scheduler.settingsProblem
      expect(own == nil, "schedule \(index): \(own ?? "")")
    }
  }
}

extension State {
  /// The same state with those of schedules.
  func adding(_ schedulers: [LRScheduler]) -> State {
    var state = self
    state["schedulers"] = .list(schedulers.map { .tree($0.state()) })
    return state
  }

  /// Restores schedules; when it throws they are as they were.
  func restore(_ schedulers: [LRScheduler]) throws {
    let trees = try list("schedulers").compactMap { value -> State? in
      if case .tree(let tree) = value { return tree }
      return nil
    }
    try expect("schedulers", "\(trees.count) trees", toBe: "\(schedulers.count) trees")
    let before = schedulers.map { $0.state() }
    do {
      for (scheduler, tree) in zip(schedulers, trees) { try scheduler.restore(from: tree) }
    } catch {
      for (scheduler, old) in zip(schedulers, before) { try? scheduler.restore(from: old) }
      throw error
    }
  }
}
