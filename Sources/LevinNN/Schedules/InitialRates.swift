internal import LevinTensor

/// The learning rates that optimizers had when the first schedule of each was made: PyTorch's `initial_lr`.
///
/// Schedules that share an optimizer start from the same rates, although each sets its first ones when it is made.
/// They stand here since an optimizer of a user's own has no property for them.
enum InitialRates {
  private struct Entry: @unchecked Sendable {
    weak var optimizer: (any Optimizer)?
    let rate: Double
  }

  private static let entries = Locked<[ObjectIdentifier: Entry]>([:])

  /// The rates of an optimizer's groups before any schedule.
  static func rates(of optimizer: any Optimizer) -> [Double] { optimizer.groups.map(rate) }

  /// Makes others the rates from which later schedules start.
  static func set(_ rates: [Double], of optimizer: any Optimizer) {
    for (group, rate) in zip(optimizer.groups, rates) { set(rate, group) }
  }

  private static func rate(of group: any Optimizer) -> Double {
    let known = entries.withLock { entries in
      entries[ObjectIdentifier(group)].flatMap { $0.optimizer === group ? $0.rate : nil }
    }
    if let known { return known }
    set(group.learningRate, group)
    return group.learningRate
  }

  private static func set(_ rate: Double, _ group: any Optimizer) {
    let entry = Entry(optimizer: group, rate: rate)
    let key = ObjectIdentifier(group)
    entries.withLock { entries in
      entries = entries.filter { $0.value.optimizer != nil }
      entries[key] = entry
    }
  }
}
