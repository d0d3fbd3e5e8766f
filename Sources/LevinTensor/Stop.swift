import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ends the process over a mistake of its user, with the message as the last thing on standard error.
///
///     error: matmul: the shapes [2, 3] and [4, 5] do not fit
///       at Sources/visits/main.swift:14, in Visits.trainingStep(_:batchIndex:)
///
/// Swift's own `fatalError` names a line of this library, and its backtrace of a hundred lines carries the message
/// out of sight. A user who wants a backtrace all the same sets `LEVIN_BACKTRACE=1` or
/// `SWIFT_BACKTRACE=enable=yes`, and gets one before the message.
///
/// - Parameters:
///   - message: The operation, what is wrong with what it was given, and what to do.
///   - locating: Whether the user's line is looked for on the stack; not where the message names it already.
@inline(never)
package func stop(_ message: String, locating: Bool = true) -> Never {
  // Of several threads with the same fault, one reports it.
  while hasStopped.exchange(true, ordering: .relaxed) { sleep(1) }
  let wantsBacktrace = wantsBacktrace()
  let stack = locating || wantsBacktrace ? StackTrace.capture() : nil
  var text = ""
  if wantsBacktrace, let stack { text += stack.description + "\n" }
  // Over whatever progress bar is on the line.
  if isatty(STDERR_FILENO) == 1 { text += "\r\u{1B}[K" }
  text += "error: \(message)\n"
  if locating, let location = stack?.userLocation { text += "  \(location)\n" }
  fflush(nil)
  text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
  // Without the handler by which Swift would print its backtrace. Debuggers stop here.
  signal(SIGABRT, SIG_DFL)
  abort()
}

/// Writes out what was printed and is not written yet.
///
/// An error that nobody catches ends a script without doing so, and what it printed to a pipe or a file would be lost.
package func flushPrintedText() { fflush(nil) }

/// Runs `body`, and writes out what was printed if it throws.
package func flushingPrintedText<R>(_ body: () throws -> R) rethrows -> R {
  do { return try body() } catch {
    flushPrintedText()
    throw error
  }
}

private let hasStopped = Atomic<Bool>(false)

private func wantsBacktrace() -> Bool {
  func setting(_ name: String) -> String { getenv(name).map { String(cString: $0) } ?? "" }
  return setting("LEVIN_BACKTRACE") == "1"
    || setting("SWIFT_BACKTRACE").split(separator: ",").contains { $0 == "enable=yes" }
}
