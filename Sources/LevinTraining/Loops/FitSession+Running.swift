internal import LevinNN
internal import LevinTensor

// The frame that every run of a trainer has, whatever it does inside.
extension FitSession {
  /// Runs `body` with what the code of a fit finds in force: its log, its warnings, evaluation outside of steps, and a
  /// generator of its own, so that two fits at once do not take turns with each other's draws.
  func withSurroundings<R>(_ body: () throws -> R) throws -> R {
    try OpenFits.including(warnings) {
      try Warnings.$current.withValue(warnings) {
        try MetricsBoard.$inherited.withValue(board) {
          try withDefaultGenerator(generator) { try withMode(.evaluation, body) }
        }
      }
    }
  }

  /// Runs `body`, then the hooks of the end, whatever happened.
  func withTeardown<R>(_ body: () throws -> R) throws -> R {
    let outcome = Result { try body() }
    if case .failure(let error) = outcome { close(after: error) }
    board.intake = .closed
    var failure: (any Error)?
    for callback in callbacks {
      do { try callback.teardown(trainer, module) } catch { failure = failure ?? error }
    }
    if let profiler {
      profiler.totalSeconds += trainer.console.now() - started
      trainer.console.line(profiler.description)
    }
    writeOutcome(failure ?? outcome.failure)
    let result = try outcome.get()
    if let failure { throw failure }
    return result
  }

  // What was learnt is worth more than the note about its end.
  private func writeOutcome(_ error: (any Error)?) {
    guard trainer.isFitting, let result = trainer.result else { return }
    do { try trainer.folder.writeOutcome(result, error) } catch { warnings.show("\(error)") }
  }

  // The row of an epoch that was over is not lost, and the callbacks see what the fit had come to.
  private func close(after error: any Error) {
    board.discardPending()
    for case let averaging as WeightAveraging in callbacks { averaging.useCurrent() }
    if keptState == nil { keepState() }
    try? sendEpochRow()
    _ = board.takeEpochMetrics(.training)
    _ = board.takeEpochMetrics(.validation)
    board.beginEpoch()
    if case TrainerError.nonFinite(let step) = error {
      trainer.result = step.result
    } else {
      trainer.result = result(.failed)
    }
    for callback in callbacks {
      callback.onException(trainer, module, error: error)
      try? board.collect()
    }
    standardCheckpoint?.onException(trainer, module, error: error)
    try? sendEpochMetrics([])
  }

  /// Runs `body` with the values that training goes on with, where their averages are in the module for a validation.
  func withTrainedValues<R>(_ body: () throws -> R) rethrows -> R {
    guard let averaging, averaging.isInUse else { return try body() }
    averaging.useCurrent()
    defer { averaging.useAverages() }
    return try body()
  }

  /// Runs `body` with the averages in the module, where a callback makes some.
  func withAverages<R>(_ body: () throws -> R) rethrows -> R? {
    guard let averaging, averaging.updateCount > 0 else { return nil }
    if averaging.isInUse { return try body() }
    averaging.useAverages()
    defer { averaging.useCurrent() }
    return try body()
  }

  private var averaging: WeightAveraging? {
    callbacks.lazy.compactMap { $0 as? WeightAveraging }.first
  }

  /// Throws for the first callback with settings that make no sense.
  func checkCallbacks() throws {
    if !settings.checkpoints, trainer.callbacks.contains(where: { $0 is ModelCheckpoint }) {
      throw TrainerError.invalidSetting(
        name: "checkpoints",
        problem: "it is false, and the callbacks hold a ModelCheckpoint; leave one of the two out")
    }
    if trainer.refusesBar {
      throw TrainerError.invalidSetting(
        name: "progressBar",
        problem: "it is false, and the callbacks hold a ProgressBar; leave one of the two out")
    }
    for callback in callbacks {
      guard let problem = callback.settingsProblem(trainer) else { continue }
      throw TrainerError.invalidCallback(name: "\(type(of: callback))", problem: problem)
    }
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}
