import LevinTensor
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ctrl-C during fits, and the system's wish that the process end (SIGTERM).
///
/// The first SIGINT or SIGTERM sets a flag that every running fit looks at after each step. The handler is
/// installed for one signal only, so a second one meets the default action and ends the process. Fits in
/// parallel share one installation; the last to end puts the old handler back. The flag stays up until
/// somebody clears it, so that a program with a loop over fits does not go on with the next. A process that
/// ignores a signal goes on ignoring it.
enum Interrupts {
  private struct Installation {
    var users = 0
    var old: [Int32: sigaction] = [:]
  }

  private static let signals = [SIGINT, SIGTERM]
  fileprivate static let raised = Atomic<Bool>(false)
  private static let installation = Locked(Installation())

  /// Whether Ctrl-C was pressed during a fit, and nobody has cleared that.
  static var isRaised: Bool { raised.load(ordering: .relaxed) }

  /// Forgets that Ctrl-C was pressed.
  static func clear() { raised.store(false, ordering: .relaxed) }

  /// Runs `body` with the handler in place.
  static func watching<Result>(_ body: () throws -> Result) rethrows -> Result {
    enter()
    defer { leave() }
    return try body()
  }

  private static func enter() {
    installation.withLock { state in
      state.users += 1
      guard state.users == 1 else { return }
      // Touched here so that the handler finds it initialised.
      _ = raised.load(ordering: .relaxed)
      for signal in signals {
        var old = sigaction()
        sigaction(signal, nil, &old)
        state.old[signal] = old
        if !isIgnoring(old) { install(signal) }
      }
    }
  }

  private static func leave() {
    installation.withLock { state in
      state.users -= 1
      guard state.users == 0 else { return }
      for (signal, old) in state.old {
        var old = old
        sigaction(signal, &old, nil)
      }
    }
  }

  private static func install(_ signal: Int32) {
    var action = sigaction()
    #if canImport(Darwin)
    action.__sigaction_u = .init(__sa_handler: noteInterrupt)
    #else
    action.__sigaction_handler = .init(sa_handler: noteInterrupt)
    #endif
    action.sa_flags = Int32(truncatingIfNeeded: Int(SA_RESETHAND) | Int(SA_RESTART))
    sigaction(signal, &action, nil)
  }

  private static func isIgnoring(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
    let handler = action.__sigaction_u.__sa_handler
    #else
    let handler = action.__sigaction_handler.sa_handler
    #endif
    // SIG_IGN is the address 1.
    return unsafeBitCast(handler, to: Int.self) == 1
  }
}

// What a signal handler may do: it sets a flag.
private func noteInterrupt(_ signal: Int32) {
  Interrupts.raised.store(true, ordering: .relaxed)
}
