internal import LevinTensor

/// The counts of epochs, batches and steps that a fit has come to, and what it does next.
final class FitProgress: Stateful {
  /// The next thing that a fit does, where one that goes on for another begins.
  enum Moment: String {
    /// An epoch begins, or the fit is over.
    case epoch
    /// The hooks that open an epoch are called.
    case epochStart
    /// A batch is read, and the hooks that open it are called.
    case batchStart
    /// The batch is learnt from.
    case batch
    /// The schedules take the steps that follow one of the optimizer.
    case schedules
    /// The hooks that close a batch are called.
    case batchEnd
    /// The row of the step is sent.
    case stepRow
    /// A validation is run if it is due after this batch.
    case validation
    /// The hooks that close the pass over the validation data are called.
    case validationEpochEnd
    /// The hooks that close a validation are called.
    case validationEnd
    /// The row of a validation within the epoch is sent.
    case validationRow
    /// The metrics of the epoch are closed, and its validation is run if it is due.
    case epochEnd
    /// The hooks that close an epoch are called.
    case epochHooks
    /// The row of the epoch is sent.
    case epochRow
  }

  /// The epoch that the fit is in, counted from 0; after the fit, the epochs completed.
  @exclusivity(unchecked) var epoch = 0
  /// The batches of the epoch that were learnt from or skipped.
  @exclusivity(unchecked) var batchesConsumed = 0
  /// The batches over all epochs.
  @exclusivity(unchecked) var totalBatches = 0
  /// The steps taken over all epochs.
  @exclusivity(unchecked) var step = 0
  /// What comes next.
  @exclusivity(unchecked) var moment = Moment.epoch
  /// Whether the epoch has no further batch.
  var isAtEpochEnd = false
  /// Whether somebody asked for the end of the epoch.
  @exclusivity(unchecked) var isEpochEndWanted = false
  /// Whether somebody asked for the end.
  var isStopRequested = false
  /// The reason given for that.
  var stopReason: String?
  /// The callbacks that ask for the end as things stand, with their reasons.
  private(set) var requests: [(owner: ObjectIdentifier, text: String, reason: StopReason)] = []

  /// Whether anybody asks for the end.
  var isEndWanted: Bool { isStopRequested || !requests.isEmpty }

  /// The words of whoever asks for the end.
  var wordsForEnd: String? { stopReason ?? requests.first?.text }

  /// Whether the end is asked for since no further step would change much.
  var hasConverged: Bool { !requests.isEmpty && kindOfEnd == .converged }

  /// The kind of end that is asked for.
  var kindOfEnd: StopReason { isStopRequested ? .requested : requests.first?.reason ?? .requested }

  func request(by owner: AnyObject, _ text: String, _ reason: StopReason) {
    withdraw(by: owner)
    requests.append((ObjectIdentifier(owner), text, reason))
  }

  func withdraw(by owner: AnyObject) {
    if requests.isEmpty { return }
    requests.removeAll { $0.owner == ObjectIdentifier(owner) }
  }

  /// Forgets who asked for the end.
  func clearRequests() {
    isStopRequested = false
    stopReason = nil
    requests = []
  }

  func reset() {
    (epoch, batchesConsumed, totalBatches, step) = (0, 0, 0, 0)
    moment = .epoch
    (isAtEpochEnd, isEpochEndWanted) = (false, false)
    clearRequests()
  }

  func state() -> State {
    var state = State()
    state["epoch"] = .integer(epoch)
    state["batchesConsumed"] = .integer(batchesConsumed)
    state["totalBatches"] = .integer(totalBatches)
    state["step"] = .integer(step)
    state["moment"] = .text(moment.rawValue)
    state["isAtEpochEnd"] = .boolean(isAtEpochEnd)
    state["isEpochEndWanted"] = .boolean(isEpochEndWanted)
    return state
  }

  func restore(from state: State) throws {
    let names = ["epoch", "batchesConsumed", "totalBatches", "step"]
    let counts = try names.map(state.integer)
    guard let moment = Moment(rawValue: try state.text("moment")) else {
      throw StateError.mismatch(
        path: "moment", expected: "a moment of a fit", found: try state.text("moment"))
    }
    isAtEpochEnd = try state.boolean("isAtEpochEnd")
    isEpochEndWanted = try state.boolean("isEpochEndWanted")
    (epoch, batchesConsumed, totalBatches, step) = (counts[0], counts[1], counts[2], counts[3])
    self.moment = moment
  }
}
