internal import LevinTensor

/// The counts of epochs, batches and steps that a fit has come to.
final class FitProgress: Stateful {
  /// The epoch that the fit is in, counted from 0; after the fit, the epochs completed.
  var epoch = 0
  /// The batches of the epoch that were learnt from or skipped.
  var batchesConsumed = 0
  /// The steps taken over all epochs.
  var step = 0
  /// Whether somebody asked for the end.
  var isStopRequested = false
  /// The reason given for that.
  var stopReason: String?

  func state() -> State {
    var state = State()
    state["epoch"] = .integer(epoch)
    state["batchesConsumed"] = .integer(batchesConsumed)
    state["step"] = .integer(step)
    state["isStopRequested"] = .boolean(isStopRequested)
    state["stopReason"] = stopReason.map { .text($0) }
    return state
  }

  func restore(from state: State) throws {
    let counts = try ["epoch", "batchesConsumed", "step"].map(state.integer)
    let isStopRequested = try state.boolean("isStopRequested")
    let reason = state["stopReason"] == nil ? nil : try state.text("stopReason")
    (epoch, batchesConsumed, step) = (counts[0], counts[1], counts[2])
    (self.isStopRequested, stopReason) = (isStopRequested, reason)
  }
}
