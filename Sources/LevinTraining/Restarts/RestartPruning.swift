/// A rule by which hopeless starts end early, so that the time goes to the others.
///
///     try restarts(20, train: loader, pruning: .median(afterEpochs: 10)) { ... }
///
/// At the end of certain epochs every start that still runs waits until all others have come as far, or have ended. Then
/// their values of the metric that they are compared by (the loss over the epoch unless a `monitor` is given) decide
/// which go on. A start that has ended counts with its last value, one that failed does not count, and one whose value is
/// NaN is hopeless unless all are. The table is therefore the same for any number of threads. While they wait, fits take
/// up memory and a thread that sleeps, but none of the `threads` that are allowed to run; the time counts for `maxTime`.
///
/// A start that was ended so has ``StopReason/pruned`` as the reason, and tells in words why. The trainer's `minEpochs`
/// and `minSteps` hold.
public struct RestartPruning: Sendable, Hashable {
  private enum Rule: Hashable {
    case median
    case margin(Double)
    case halving
  }

  /// The largest number of starts that may wait for each other.
  public static let largestCount = 2_000

  private let rule: Rule
  private let warmUp: Int
  // The epochs from one decision to the next; for halving the factor by which they grow.
  private let interval: Int

  /// Ends starts that are worse than the median over all starts, those that have ended included.
  ///
  /// - Parameters:
  ///   - afterEpochs: The epochs after which starts are compared first.
  ///   - every: The epochs from one comparison to the next; as many as `afterEpochs` if nil.
  public static func median(afterEpochs: Int = 10, every: Int? = nil) -> RestartPruning {
    RestartPruning(rule: .median, warmUp: afterEpochs, interval: every ?? afterEpochs)
  }

  /// Ends starts that are worse than the best one by more than a margin.
  ///
  /// - Parameters:
  ///   - margin: The difference to the best value, from 0 up.
  ///   - afterEpochs: The epochs after which starts are compared first.
  ///   - every: The epochs from one comparison to the next; as many as `afterEpochs` if nil.
  public static func margin(
    _ margin: Double, afterEpochs: Int = 10, every: Int? = nil
  ) -> RestartPruning {
    RestartPruning(rule: .margin(margin), warmUp: afterEpochs, interval: every ?? afterEpochs)
  }

  /// Lets the best 1 / `factor` of the starts that still run go on, rounded up: after `afterEpochs` epochs, after `factor`
  /// times as many, and so on (successive halving; Jamieson and Talwalkar, 2016).
  ///
  /// Of equal starts those that come first go on.
  public static func halving(afterEpochs: Int = 10, factor: Int = 2) -> RestartPruning {
    RestartPruning(rule: .halving, warmUp: afterEpochs, interval: factor)
  }

  /// The first problem with the settings, in a sentence for the user; nil when all is well.
  var problem: String? {
    if warmUp < 1 { return "afterEpochs is \(warmUp); give at least 1" }
    if case .halving = rule {
      return interval < 2 ? "factor is \(interval); give at least 2" : nil
    }
    if interval < 1 { return "every is \(interval); give at least 1" }
    if case .margin(let margin) = rule, !(margin >= 0) {
      return "margin is \(margin); give a number from 0 up"
    }
    return nil
  }

  /// Whether starts are compared after so many epochs.
  func isDue(after epochs: Int) -> Bool {
    if epochs < warmUp { return false }
    guard case .halving = rule else { return (epochs - warmUp).isMultiple(of: interval) }
    var rest = epochs
    while rest > warmUp, rest.isMultiple(of: interval) { rest /= interval }
    return rest == warmUp
  }

  /// The starts to end, with the reason in words.
  ///
  /// - Parameters:
  ///   - running: The values of the starts that run, by their indices.
  ///   - ended: The last values of those that have ended.
  func hopeless(_ running: [Int: Double], ended: [Double], _ mode: MonitorMode) -> [Int: String] {
    let numbers = (running.values + ended).filter { !$0.isNaN }.sorted()
    guard let best = mode == .min ? numbers.first : numbers.last else { return [:] }
    switch rule {
    case .median:
      let median = (numbers[(numbers.count - 1) / 2] + numbers[numbers.count / 2]) / 2
      return running.filter { $0.value.isNaN || mode.isBetter(median, than: $0.value) }
        .mapValues { _ in "worse than the median \(Text.short(median))" }
    case .margin(let margin):
      return running.filter { $0.value.isNaN || mode.isBetter(best, than: $0.value, by: margin) }
        .mapValues { _ in "worse than the best \(Text.short(best)) by more than \(margin)" }
    case .halving:
      let kept = (running.count + interval - 1) / interval
      let order = running.sorted { isFirst($0, $1, mode) }
      let words = "not among the best \(kept) of \(running.count)"
      return Dictionary(uniqueKeysWithValues: order.dropFirst(kept).map { ($0.key, words) })
    }
  }

  private func isFirst(
    _ a: (key: Int, value: Double), _ b: (key: Int, value: Double), _ mode: MonitorMode
  ) -> Bool {
    if a.value.isNaN || b.value.isNaN {
      return a.value.isNaN == b.value.isNaN ? a.key < b.key : b.value.isNaN
    }
    return a.value == b.value ? a.key < b.key : mode.isBetter(a.value, than: b.value)
  }
}
