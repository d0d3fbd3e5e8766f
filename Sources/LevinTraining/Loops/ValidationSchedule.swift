internal import LevinTensor

/// Tells when a validation is due.
struct ValidationSchedule: Stateful {
  private let interval: ValidationInterval
  private let batches: (count: Int, acrossEpochs: Bool)?
  // The batches over all epochs at the last validation.
  private var lastBatch = -1
  private var lastTime: Double

  /// Reads an interval.
  ///
  /// - Parameters:
  ///   - total: The number of batches in an epoch; nil when nobody knows.
  ///   - now: The seconds that the fit has run for.
  init(_ interval: ValidationInterval, of total: Int?, now: Double = 0) throws(TrainerError) {
    self.interval = interval
    batches = try interval.batchCount(of: total)
    lastTime = now
  }

  /// Whether a validation is due after a batch that is not the last of its epoch.
  func isDue(_ progress: FitProgress, _ now: @autoclosure () -> Double) -> Bool {
    if lastBatch == progress.totalBatches { return false }
    if let (count, acrossEpochs) = batches {
      return (acrossEpochs ? progress.totalBatches : progress.batchesConsumed) % count == 0
    }
    guard case .time(let time) = interval else { return false }
    return now() - lastTime >= time.seconds
  }

  /// Whether a validation is due at the end of an epoch, or of one that is cut short.
  func isDueAtEnd(_ progress: FitProgress, isCut: Bool, _ now: @autoclosure () -> Double) -> Bool {
    if progress.batchesConsumed == 0 || lastBatch == progress.totalBatches { return false }
    if case .epochs(let count) = interval { return (progress.epoch + 1) % count == 0 }
    return isCut || isDue(progress, now())
  }

  mutating func note(_ progress: FitProgress, _ now: @autoclosure () -> Double) {
    lastBatch = progress.totalBatches
    if case .time = interval { lastTime = now() }
  }

  func state() -> State {
    var state = State()
    state["lastBatch"] = .integer(lastBatch)
    state["lastTime"] = .real(lastTime)
    return state
  }

  mutating func restore(from state: State) throws {
    (lastBatch, lastTime) = (try state.integer("lastBatch"), try state.real("lastTime"))
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
