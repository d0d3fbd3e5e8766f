internal import LevinNN
internal import LevinTensor

/// Lets the schedules of a fit take their steps.
final class ScheduleLoop: Stateful {
  private unowned let session: FitSession
  private let schedules: [OptimizerConfiguration.Schedule]
  private var counts: [Int]
  private var hasWarned = false
  /// Whether there is nothing to do after a step.
  let isIdle: Bool

  init(_ session: FitSession, _ schedules: [OptimizerConfiguration.Schedule]) {
    (self.session, self.schedules) = (session, schedules)
    counts = schedules.map { _ in 0 }
    isIdle = !schedules.contains { $0.interval == .step }
  }

  /// Whether there are none.
  var isEmpty: Bool { schedules.isEmpty }

  /// The first problem with a schedule of the optimizer, in a sentence for the user; nil when all is well.
  func problem(for optimizer: any Optimizer) -> String? {
    for schedule in schedules {
      if schedule.frequency < 1 {
        return "the frequency of a schedule is \(schedule.frequency); give at least 1"
      }
      let problem =
        switch schedule.kind {
        case .plain(let scheduler):
          scheduler.settingsProblem
            ?? Self.strangerProblem(scheduler, scheduler.optimizer, optimizer)
        case .metric(let scheduler, _, _):
          scheduler.settingsProblem
            ?? Self.strangerProblem(scheduler, scheduler.optimizer, optimizer)
        }
      if let problem { return problem }
    }
    return nil
  }

  // A schedule of other optimizers would set rates that nobody looks at.
  private static func strangerProblem(
    _ scheduler: AnyObject, _ its: any Optimizer, _ optimizer: any Optimizer
  ) -> String? {
    let known = optimizer.groups
    let isKnown = its.groups.allSatisfy { group in known.contains { $0 === group } }
    if isKnown { return nil }
    return
      "\(type(of: scheduler)) belongs to another optimizer than the one that the configuration has, so it would "
      + "change nothing; make it with the optimizer that configureOptimizers() returns"
  }

  /// Takes the steps that are due after a step of the optimizer, or at the end of an epoch.
  func advance(_ interval: OptimizerConfiguration.Interval) throws {
    for (index, schedule) in schedules.enumerated() where schedule.interval == interval {
      let count = counts[index] + 1
      if count.isMultiple(of: schedule.frequency) { try take(schedule) }
      counts[index] = count
    }
  }

  private func take(_ schedule: OptimizerConfiguration.Schedule) throws {
    switch schedule.kind {
    case .plain(let scheduler): scheduler.step()
    case .metric(let scheduler, let monitor, let isStrict):
      if let value = session.board.value(of: monitor) { return scheduler.step(value) }
      let error = TrainerError.unknownMetric(
        name: monitor, callback: "\(type(of: scheduler))", known: session.board.metrics.names)
      if isStrict { throw error }
      if !hasWarned { session.warnings.show("\(error)") }
      hasWarned = true
    }
  }

  func state() -> State {
    var state = State()
    for (index, schedule) in schedules.enumerated() {
      var own = State()
      own["count"] = .integer(counts[index])
      own["schedule"] = .tree(Self.stateful(schedule).state())
      state["\(index)"] = .tree(own)
    }
    return state
  }

  func restore(from state: State) throws {
    try state.expectOnly(schedules.indices.map(String.init))
    for (index, schedule) in schedules.enumerated() {
      let own = try state.tree("\(index)")
      counts[index] = try own.integer("count")
      var scheduler = Self.stateful(schedule)
      try scheduler.restore(from: own.tree("schedule"))
    }
  }

  private static func stateful(_ schedule: OptimizerConfiguration.Schedule) -> any Stateful {
    switch schedule.kind {
    case .plain(let scheduler): scheduler
    case .metric(let scheduler, _, _): scheduler
    }
  }
}
