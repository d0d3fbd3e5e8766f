internal import LevinNN
internal import LevinTensor

/// Takes down everything that a fit needs to go on to the last bit, and puts it back.
struct FitKeeper<Model: LightningModule> {
  private let session: FitSession
  private let model: Model
  private let optimizer: any Optimizer
  /// The training data, in the state that was restored.
  private(set) var train: (any BatchSource<Model.Batch>)?
  private let stepping: TrainingStep<Model>?

  init(
    _ session: FitSession, _ model: Model, _ optimizer: any Optimizer,
    _ train: (any BatchSource<Model.Batch>)?, _ stepping: TrainingStep<Model>?
  ) {
    (self.session, self.model, self.optimizer) = (session, model, optimizer)
    (self.train, self.stepping) = (train, stepping)
  }

  func state() -> State {
    var state = State()
    state["module"] = .tree(session.withTrainedValues(model.state))
    state["averaged"] = session.withAverages(model.state).map { .tree($0) }
    state["optimizer"] = .tree(optimizer.state())
    state["generator"] = .tree(session.streamToKeep.state())
    state["session"] = .tree(session.state())
    state["schedules"] = session.schedules.map { .tree($0.state()) }
    state["data"] = train.map { .tree($0.state()) }
    state["stepping"] = stepping.map { .tree($0.state()) }
    let folder = session.trainer.folder
    state["hyperparameters"] = folder.settings.map { .text($0) }
    state[ConfigurationText.name] = folder.configuration.map { .text($0) }
    return state
  }

  /// - Throws: `StateError` when the state was taken from something else.
  mutating func restore(from state: State) throws {
    // First, since the optimizer's tensors have the shapes of the parameters, and not their names.
    try requireMatch(state.tree("module"))
    try train?.restore(from: state.tree("data"))
    var stream = PCG64(seed: 0)
    try stream.restore(from: state.tree("generator"))
    try optimizer.restore(from: state.tree("optimizer"))
    try session.schedules?.restore(from: state.tree("schedules"))
    try stepping?.restore(from: state.tree("stepping"))
    try session.restore(from: state.tree("session"))
    // Last, as a whole or not at all: a state that does not fit leaves the module as it was.
    try model.restore(from: state.tree("module"))
    session.generator.restart(stream)
  }
}

extension FitKeeper {
  private func requireMatch(_ module: State) throws {
    let found = module.tensors.map { FoundTensor(name: $0.name, $0.tensor) }
    do throws(CheckpointError) {
      try WeightsComparison(model, found).requireMatch(path: "the checkpoint")
    } catch { throw TrainerError.cannotResume("\(error)") }
  }
}

extension FitSession: Stateful {
  func state() -> State {
    var state = State()
    state["progress"] = .tree(progress.state())
    state["metrics"] = .tree(board.state())
    state["validations"] = .tree(validations.state())
    // A validation in progress is run once more, with its records and hooks.
    let isRepeated = callbackStates != nil
    state["outbox"] = .tree((isRepeated ? Outbox() : outbox).state())
    state["epochOfRecords"] = .integer(epochOfRecords)
    state["batchWeight"] = .real(board.batchWeight)
    state["seconds"] = .real(now)
    state["window"] = .integer(trainer.accumulateGradientBatches)
    state["directory"] = trainer.folder.path.map { .text($0) }
    state["callbacks"] = .tree(callbackStates ?? statesOfCallbacks)
    state["called"] = .list(isRepeated ? [] : namesCalled.map { .text($0) })
    state["requests"] = .list(stateOfRequests)
    state["isStopRequested"] = .boolean(progress.isStopRequested)
    state["stopReason"] = progress.stopReason.map { .text($0) }
    return state
  }

  func restore(from state: State) throws {
    try progress.restore(from: state.tree("progress"))
    try board.restore(from: state.tree("metrics"))
    try validations.restore(from: state.tree("validations"))
    try outbox.restore(from: state.tree("outbox"))
    epochOfRecords = try state.integer("epochOfRecords")
    board.batchWeight = try state.real("batchWeight")
    secondsBefore = try state.real("seconds")
    trainer.accumulateGradientBatches = try state.integer("window")
    if state["directory"] != nil { try reopenFolder(state.text("directory")) }
    try restoreCallbacks(from: state)
  }

  private func restoreCallbacks(from state: State) throws {
    let kept = try state.tree("callbacks")
    for (name, callback) in namedCallbacks where kept[name] != nil {
      try callback.restore(from: kept.tree(name))
    }
    let known = Set(namedCallbacks.map(\.name))
    for name in kept.names where !known.contains(name) {
      warnings.show(
        "the fit goes on without the callback '\(name)', whose state was kept; give it to the trainer to have it"
      )
    }
    let called = try Set(state.list("called").compactMap(\.text))
    skipped = Set(
      namedCallbacks.filter { called.contains($0.name) }.map { ObjectIdentifier($0.callback) })
    // None where the fit had ended because of them.
    if state["requests"] != nil { try restoreRequests(state.list("requests")) }
    progress.isStopRequested = try state.boolean("isStopRequested")
    progress.stopReason = state["stopReason"] == nil ? nil : try state.text("stopReason")
  }

  private func reopenFolder(_ path: String) {
    if trainer.continueRun(in: path) { return }
    warnings.show(
      "the folder '\(path)' of the run is not there, so the fit goes on in a new one, without the rows before"
    )
  }
}

extension State.Value {
  fileprivate var text: String? {
    if case .text(let text) = self { text } else { nil }
  }
}
