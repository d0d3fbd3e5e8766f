/// The outcome of a fit.
public struct FitResult: Sendable {
  /// The reason why the fit ended.
  public let stopReason: StopReason
  /// The words of whoever asked for the end by ``Trainer/stop(_:)``, if there were any.
  public let stopDetail: String?
  /// The epochs completed.
  public let epochs: Int
  /// The steps taken.
  public let steps: Int
  /// The loss over the last epoch; nil when no step was taken.
  ///
  /// It is the mean over the epoch's batches, weighted by their sizes, of the losses before each
  /// step's update.
  public let loss: MetricValue?
  /// The last values of everything that was logged.
  public let metrics: Metrics
  /// The duration of the fit in seconds.
  public let seconds: Double
  /// The folder of the run; nil when nothing was written.
  public let directory: String?
}

/// The reason why a fit ended.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum StopReason: String, Sendable, CustomStringConvertible {
  /// All epochs were run.
  case maxEpochs
  /// All steps were taken.
  case maxSteps
  /// The time was over.
  case maxTime
  /// The parameters are where no further step would move them by much.
  case converged
  /// A callback asked for the end by ``Trainer/stop(_:)``.
  case requested
  /// It was one of several starts, and too far behind the others.
  case pruned
  /// The user pressed Ctrl-C, or the process was asked to end (SIGTERM).
  case interrupted
  /// The task that the fit runs in was cancelled.
  case cancelled
  /// A loss, a gradient or a new parameter was not finite.
  case nonFinite
  /// The fit ended with another error.
  case failed

  /// The reason in a few words.
  public var description: String {
    switch self {
    case .maxEpochs: "all epochs done"
    case .maxSteps: "all steps done"
    case .maxTime: "time is over"
    case .converged: "converged"
    case .requested: "stopped by a callback"
    case .pruned: "pruned"
    case .interrupted: "interrupted"
    case .cancelled: "cancelled"
    case .nonFinite: "not finite"
    case .failed: "ended by an error"
    }
  }
}

extension FitResult: CustomStringConvertible {
  /// The reason, the counts and the time on one line, then a line for each metric.
  public var description: String {
    let time = Text.fixed(seconds, digits: 3)
    let counts = "\(Text.counted(epochs, "epoch")), \(Text.counted(steps, "step"))"
    var rows = metrics.map { ($0.name, $0.value.description) }
    if let loss { rows.insert(("loss", loss.description), at: 0) }
    let width = rows.map(\.0.count).max() ?? 0
    let lines = rows.map { "  \(Text.padded($0.0, to: width))  \($0.1)" }
    let reason = stopDetail.map { "\(stopReason) (\($0))" } ?? "\(stopReason)"
    return (["\(reason): \(counts) in \(time) s"] + lines).joined(separator: "\n")
  }
}
