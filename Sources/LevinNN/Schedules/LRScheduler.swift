public import LevinTensor

/// The base of learning-rate schedules, after `torch.optim.lr_scheduler.LRScheduler`.
///
/// A schedule of one's own overrides ``rates(isFirst:)``:
///
///     final class InverseRootLR: LRScheduler {
///       override func rates(isFirst: Bool) -> [Double] {
///         baseRates.map { $0 / Double(lastEpoch + 1).squareRoot() }
///       }
///     }
///
/// The first rates are in force when the schedule has been made. Most of PyTorch's schedules multiply the rate in
/// force by a factor rather than work it out anew: so several act together, and a rate that is set by hand stays.
open class LRScheduler: LearningRateScheduler {
  /// The optimizer whose learning rates it sets.
  public let optimizer: any Optimizer
  /// The rates that the schedule starts from, one for each group: those before the optimizer's first schedule.
  public var baseRates: [Double]
  /// The number of steps so far.
  public internal(set) var lastEpoch = 0
  private var hasBegun = false

  /// Puts the first rates in force.
  ///
  /// A subclass calls it when its own properties are set. With settings that make no sense nothing is put in force.
  public init(_ optimizer: any Optimizer) {
    self.optimizer = optimizer
    baseRates = InitialRates.rates(of: optimizer)
    begin()
  }

  /// The rates that come into force, one for each group.
  ///
  /// - Parameter isFirst: Whether they are those before the first step, when ``lastEpoch`` is 0.
  open func rates(isFirst: Bool) -> [Double] { learningRates }

  /// The first rates of a schedule that follows another one in a ``SequentialLR``.
  open func restartRates() -> [Double] { rates(isFirst: false) }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  open var settingsProblem: String? { nil }

  /// The learning rates in force, one for each of the optimizer's groups.
  public var learningRates: [Double] { optimizer.groups.map(\.learningRate) }

  /// Puts the next learning rates in force.
  public func step() {
    require(hasBegun, settingsProblem ?? "\(type(of: self)): the settings make no sense")
    advance()
  }

  /// Begins with the first rates.
  func begin() {
    hasBegun = settingsProblem == nil
    lastEpoch = 0
    if hasBegun { apply(rates(isFirst: true)) }
  }

  /// Begins where another schedule ended.
  func restart() {
    lastEpoch = 0
    apply(restartRates())
  }

  func advance() {
    lastEpoch += 1
    apply(rates(isFirst: false))
  }

  func apply(_ rates: [Double]) {
    let groups = optimizer.groups
    require(
      rates.count == groups.count,
      "\(type(of: self)): \(rates.count) rates for \(groups.count) groups of the optimizer")
    for (group, rate) in zip(groups, rates) { group.learningRate = rate }
  }

  /// The count of steps, the base rates and the rates in force.
  open func state() -> State {
    var state = State()
    state["kind"] = .text("\(type(of: self))")
    state["lastEpoch"] = .integer(lastEpoch)
    state["baseRates"] = .list(baseRates.map { .real($0) })
    state["learningRates"] = .list(learningRates.map { .real($0) })
    return state
  }

  /// Goes on where another schedule of the same settings was, and puts its rates in force.
  ///
  /// - Throws: ``StateError`` when the state was taken from something else.
  open func restore(from state: State) throws {
    try state.expect("kind", state.text("kind"), toBe: "\(type(of: self))")
    let epoch = try state.integer("lastEpoch")
    let base = try state.reals("baseRates", count: baseRates.count)
    let rates = try state.reals("learningRates", count: baseRates.count)
    (lastEpoch, baseRates) = (epoch, base)
    apply(rates)
  }
}

extension State {
  /// The real numbers of a list.
  func reals(_ name: String, count: Int) throws -> [Double] {
    let values = try list(name).compactMap { value -> Double? in
      if case .real(let number) = value { return number }
      return nil
    }
    try expect(name, "\(values.count) real numbers", toBe: "\(count) real numbers")
    return values
  }
}
