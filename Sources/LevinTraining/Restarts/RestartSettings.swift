internal import Foundation

/// The epoch whose parameters the models of a ``RestartTable`` have.
public enum RestartKeeping: Sendable, Hashable {
  /// The last one: models are as their fits left them.
  case last
  /// The one at whose end the metric that starts are compared by was best, or at the end of whose validation, where it is
  /// of validations. Parameters, buffers and extra state are kept in memory, and put back when the fit is over; the
  /// numbers in the row are those of that moment. With ``WeightAveraging`` they are the averages.
  case best
}

/// Everything that is asked of restarts, whatever the model.
struct RestartSettings: Sendable {
  let count: Int
  let seed: Int
  let threads: Int?
  let isSorted: Bool
  let loss: String
  let metrics: [String]
  let monitor: String?
  let mode: MonitorMode
  let keeping: RestartKeeping
  let pruning: RestartPruning?

  /// The fits that run at a time.
  var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  /// The logged metrics that the table shows.
  var names: [String] { (monitor.map { [$0] } ?? []) + metrics }

  /// Whether fits have to be watched, epoch by epoch.
  var areWatched: Bool { monitor != nil || keeping == .best || pruning != nil }

  func check() throws {
    guard count >= 0, threadCount > 0 else {
      throw TrainerError.invalidRestarts(count: count, threads: threadCount)
    }
    if seed < 0 { throw TrainerError.negativeSeed(seed, source: "restarts") }
    if let problem = pruning?.problem ?? countProblem {
      throw TrainerError.invalidSetting(name: "pruning", problem: problem)
    }
  }

  // A system that has no other thread to give would keep those that wait waiting for ever.
  private var countProblem: String? {
    let most = RestartPruning.largestCount
    return pruning == nil || count <= most
      ? nil
      : "there are \(count) starts, which would wait for each other on a thread each; give at most \(most), or no pruning"
  }
}
