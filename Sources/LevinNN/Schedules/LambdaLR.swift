/// Base rates times a function of the number of steps.
///
///     LambdaLR(optimizer) { epoch in 1 / Double(1 + epoch) }
public final class LambdaLR: LRScheduler {
  private let lambdas: [(Int) -> Double]

  /// Sets up the schedule with one function for all groups.
  public init(_ optimizer: any Optimizer, _ lambda: @escaping (_ epoch: Int) -> Double) {
    lambdas = optimizer.groups.map { _ in lambda }
    super.init(optimizer)
  }

  /// Sets up the schedule with a function for each group.
  public init(_ optimizer: any Optimizer, lambdas: [(_ epoch: Int) -> Double]) {
    self.lambdas = lambdas
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    zip(baseRates, lambdas).map { $0 * $1(lastEpoch) }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("LambdaLR")
    check.functions(lambdas.count, optimizer)
    return check.problem
  }
}

/// Rates that are multiplied at each step by a function of the number of steps.
public final class MultiplicativeLR: LRScheduler {
  private let lambdas: [(Int) -> Double]

  /// Sets up the schedule with one function for all groups.
  public init(_ optimizer: any Optimizer, _ lambda: @escaping (_ epoch: Int) -> Double) {
    lambdas = optimizer.groups.map { _ in lambda }
    super.init(optimizer)
  }

  /// Sets up the schedule with a function for each group.
  public init(_ optimizer: any Optimizer, lambdas: [(_ epoch: Int) -> Double]) {
    self.lambdas = lambdas
    super.init(optimizer)
  }

  /// The rates that come into force.
  public override func rates(isFirst: Bool) -> [Double] {
    isFirst ? learningRates : zip(learningRates, lambdas).map { $0 * $1(lastEpoch) }
  }

  /// The first problem with the settings; nil when all is well.
  public override var settingsProblem: String? {
    var check = SettingsCheck("MultiplicativeLR")
    check.functions(lambdas.count, optimizer)
    return check.problem
  }
}

extension SettingsCheck {
  fileprivate mutating func functions(_ count: Int, _ optimizer: any Optimizer) {
    let groups = optimizer.groups.count
    expect(
      count == groups,
      "there are \(count) functions for \(groups) groups of the optimizer; give one for each")
  }
}
