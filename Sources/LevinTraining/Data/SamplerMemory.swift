internal import LevinTensor

/// A sampler of a loader.
enum Sampling: Sendable {
  /// One that gives indices.
  case indices(any Sampler)
  /// One that gives the indices of batches.
  case batches(any BatchSampling)

  func order(epoch: Int) throws -> EpochOrder {
    switch self {
    case .indices(let sampler):
      let indices = try sampler.indices(epoch: epoch)
      try checkCount(indices.count, expected: sampler.count)
      return .indices(indices)
    case .batches(let sampler):
      let batches = try sampler.batches(epoch: epoch)
      try checkCount(batches.count, expected: sampler.batchCount)
      return .batches(batches)
    }
  }

  private func checkCount(_ found: Int, expected: Int) throws {
    if found != expected { throw DataError.samplerCount(expected: expected, found: found) }
  }

  func settingsProblem(for count: Int) -> String? {
    switch self {
    case .indices(let sampler): sampler.settingsProblem(for: count)
    case .batches(let sampler): sampler.settingsProblem(for: count)
    }
  }

  func state() -> State {
    switch self {
    case .indices(let sampler): sampler.state()
    case .batches(let sampler): sampler.state()
    }
  }

  mutating func restore(from state: State) throws {
    switch self {
    case .indices(var sampler):
      try sampler.restore(from: state)
      self = .indices(sampler)
    case .batches(var sampler):
      try sampler.restore(from: state)
      self = .batches(sampler)
    }
  }
}

/// The state of a sampler when an epoch was begun, which a fit that goes on in the middle of this epoch needs: the
/// sampler itself has drawn the whole epoch's indices by then.
final class SamplerMemory: Sendable {
  private struct Epoch {
    var number: Int
    var before: State
    var after: State
    var isRestored = false
  }

  // Of all memories of a loader, whose sampler draws for one at a time.
  private let turns: SourceTurns
  private let last: Locked<Epoch?>
  // Whether the sampler goes on from here, whoever draws from it, and is left as it was.
  private let isSeparate: Bool

  /// Remembers nothing yet.
  init() { (turns, last, isSeparate) = (SourceTurns(), Locked(nil), false) }

  private init(separateFrom state: State, _ turns: SourceTurns) {
    self.turns = turns
    last = Locked(Epoch(number: -1, before: state, after: state))
    isSeparate = true
  }

  /// A memory of its own for one more loop, which begins with the state that the sampler has now.
  func separated(from sampling: Sampling) -> SamplerMemory {
    turns.take {
      let own = last.withLock { $0 }
      let goesOn = own.map { $0.isRestored || isSeparate } ?? false
      return SamplerMemory(
        separateFrom: goesOn ? own?.after ?? State() : sampling.state(), turns)
    }
  }

  /// The order of an epoch, by the sampler as it was when this epoch began, if it goes on after a restart.
  func order(of sampling: Sampling, epoch: Int) throws -> EpochOrder {
    try turns.take {
      var sampling = sampling
      let outer = sampling.state()
      defer { if isSeparate { try? sampling.adopt(outer) } }
      if let old = last.withLock({ $0 }), old.isRestored || isSeparate {
        try sampling.adopt(old.number == epoch ? old.before : old.after)
      }
      let before = sampling.state()
      let order = try sampling.order(epoch: epoch)
      let after = sampling.state()
      last.withLock { $0 = Epoch(number: epoch, before: before, after: after) }
      return order
    }
  }

  func state(of sampling: Sampling) -> State {
    let current = sampling.state()
    let last = last.withLock { $0 } ?? Epoch(number: 0, before: current, after: current)
    var state = State()
    state["epoch"] = .integer(last.number)
    state["before"] = .tree(last.before)
    state["after"] = .tree(last.after)
    return state
  }

  func restore(_ sampling: inout Sampling, from state: State) throws {
    let (before, after) = (try state.tree("before"), try state.tree("after"))
    let epoch = try state.integer("epoch")
    try sampling.restore(from: after)
    last.withLock { $0 = Epoch(number: epoch, before: before, after: after, isRestored: true) }
  }
}

extension Sampling {
  // A sampler whose state is the same already need not be able to take it over.
  fileprivate mutating func adopt(_ state: State) throws {
    if self.state() != state { try restore(from: state) }
  }
}

extension State {
  /// Makes sure that the settings of another are these.
  func expectSettings(_ settings: State) throws {
    for name in settings.names where self[name] != nil && self[name] != settings[name] {
      throw StateError.mismatch(
        path: name, expected: Self.text(settings[name]), found: Self.text(self[name]))
    }
    for name in settings.names where self[name] == nil { throw StateError.missing(path: name) }
    try expectOnly(settings.names)
  }

  private static func text(_ value: Value?) -> String {
    switch value {
    case .integer(let number)?: "\(number)"
    case .boolean(let truth)?: "\(truth)"
    case .text(let text)?: text
    default: "another value"
    }
  }
}
