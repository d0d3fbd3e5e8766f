internal import LevinTensor

// The callbacks of a fit: how their hooks are called, and what they keep.
extension FitSession {
  /// Calls a hook of each callback.
  ///
  /// Everything that it logs is current before the next callback's is called.
  func callAll(_ hook: (Callback) throws -> Void) throws {
    for callback in callbacks { try call(hook, of: callback) }
  }

  /// Calls a hook of each callback at the beginning or the end of a fit.
  func callAtEdge(_ hook: (Callback) throws -> Void) throws {
    try callAll(hook)
    if let standardCheckpoint { try call(hook, of: standardCheckpoint) }
  }

  private func call(_ hook: (Callback) throws -> Void, of callback: Callback) throws {
    try measured("callback \(type(of: callback))") { try hook(callback) }
    try board.collect()
  }

  /// Runs `body`, and measures it if anybody asked.
  func measured<R>(_ name: @autoclosure () -> String, _ body: () throws -> R) rethrows -> R {
    guard let profiler else { return try body() }
    return try profiler.measure(name(), body)
  }

  /// Calls a hook of each callback, so that a fit which goes on from between two of them calls the rest.
  ///
  /// A callback that throws is the first to be called again; one that keeps the state in its hook is not.
  func callInTurn(_ hook: (Callback) throws -> Void) throws {
    if callbacks.isEmpty { return }
    // What was drawn before is drawn, but for a validation, which is run once more as a whole.
    if callbackStates == nil { forgetMoment() }
    while outbox.calledCount < callbacks.count {
      let callback = callbacks[outbox.calledCount]
      outbox.calledCount += 1
      if !skipped.isEmpty, skipped.contains(ObjectIdentifier(callback)) { continue }
      let known = knownStream
      do {
        try call(hook, of: callback)
      } catch {
        outbox.calledCount -= 1
        generator.restart(known.stream)
        throw error
      }
    }
    outbox.calledCount = 0
    if !skipped.isEmpty { skipped = [] }
  }

  /// Keeps what the callbacks keep now: a validation that is not completed is run once more, with all its hooks.
  func keepCallbackStates() {
    if !callbacks.isEmpty { callbackStates = statesOfCallbacks }
  }

  /// Lets the state have what the callbacks keep by then.
  func forgetCallbackStates() { callbackStates = nil }

  /// Puts averages into the module where the hooks that a fit goes on with found them.
  func resumeAverages() {
    guard progress.moment == .validationEpochEnd, outbox.record == nil else { return }
    for case let averaging as WeightAveraging in callbacks
    where !skipped.contains(ObjectIdentifier(averaging)) { averaging.useAverages() }
  }

  /// The names of the callbacks that need not be called again in the moment in progress.
  var namesCalled: [String] { namedCallbacks.prefix(outbox.calledCount).map(\.name) }

  /// What the callbacks keep, by name; nothing of those that keep nothing.
  var statesOfCallbacks: State {
    var states = State()
    for (name, callback) in namedCallbacks {
      let own = callback.state()
      if !own.isEmpty { states[name] = .tree(own) }
    }
    return states
  }

  static func named(_ callbacks: [Callback]) -> [(name: String, callback: Callback)] {
    var counts: [String: Int] = [:]
    return callbacks.map { callback in
      let name = callback.stateName
      let count = counts[name, default: 0]
      counts[name] = count + 1
      return (count == 0 ? name : "\(name)-\(count)", callback)
    }
  }

  /// The ends that callbacks ask for, by their names.
  var stateOfRequests: [State.Value] {
    progress.requests.compactMap { request in
      let owner = namedCallbacks.first { ObjectIdentifier($0.callback) == request.owner }
      guard let owner else { return nil }
      var state = State()
      state["callback"] = .text(owner.name)
      state["text"] = .text(request.text)
      state["reason"] = .text(request.reason.rawValue)
      return .tree(state)
    }
  }

  /// Lets callbacks ask for the end as they did.
  func restoreRequests(_ requests: [State.Value]) throws {
    for case .tree(let state) in requests {
      let name = try state.text("callback")
      guard let owner = namedCallbacks.first(where: { ExactName.areSame($0.name, name) })?.callback
      else { continue }
      let reason = StopReason(rawValue: try state.text("reason")) ?? .requested
      progress.request(by: owner, try state.text("text"), reason)
    }
  }
}

extension StopReason {
  /// Whether a callback asked for the end.
  var isRequest: Bool { self == .requested || self == .converged || self == .maxTime }
}
