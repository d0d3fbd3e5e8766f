/// Who walks over graphs right now, and which nodes let go of their inputs once these have left.
///
/// A node that is evaluated and not differentiable needs its inputs no more, but another thread may be on
/// its way through them. So it waits until everybody is gone who came before its result was there; who
/// came later does not look at its inputs. While a walk goes on, all it meets stays alive, and it need
/// not hold on to any of it.
final class GraphReaders: Sendable {
  static let shared = GraphReaders()

  /// The right to walk, until it is given back.
  struct Ticket {
    fileprivate let entry: Int
    /// Whether this walk may number nodes by their marks: one at a time may.
    let ownsMarks: Bool
  }

  private struct State {
    var clock = 0
    var active: [Int] = []
    var areMarksTaken = false
    var waiting: [(clock: Int, node: Node)] = []
  }

  private let state = Locked(State())

  /// Begins a walk.
  func enter() -> Ticket {
    state.withLock { state in
      state.clock += 1
      state.active.append(state.clock)
      let ownsMarks = !state.areMarksTaken
      state.areMarksTaken = true
      return Ticket(entry: state.clock, ownsMarks: ownsMarks)
    }
  }

  /// Ends a walk.
  func leave(_ ticket: Ticket) {
    free { state in
      if ticket.ownsMarks { state.areMarksTaken = false }
      state.active.removeAll { $0 == ticket.entry }
    }
  }

  /// Lets evaluated nodes go of their inputs, now or when the last walk ends that may read them.
  func retire(_ evaluated: [Node]) {
    if evaluated.isEmpty { return }
    free { state in
      for node in evaluated { state.waiting.append((state.clock, node)) }
    }
  }

  // Inputs are let go of outside the lock: what hangs on them may be a long chain.
  private func free(_ change: (inout State) -> Void) {
    let freed = state.withLock { state -> [NodeInputs] in
      change(&state)
      if state.waiting.isEmpty { return [] }
      let oldest = state.active.min() ?? .max
      let free = state.waiting.prefix { $0.clock < oldest }.map { $0.node.takeInputs() }
      state.waiting.removeFirst(free.count)
      return free
    }
    withExtendedLifetime(freed) {}
  }
}
