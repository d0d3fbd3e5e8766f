#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The outlet for messages to the user while a fit runs, and the clock that paces them.
package struct Console {
  /// Whether a line can be drawn over.
  package let isTerminal: Bool
  /// Puts out text as it is.
  package let write: (String) -> Void
  /// Seconds since some moment.
  package let now: () -> Double

  package init(
    isTerminal: Bool, write: @escaping (String) -> Void, now: @escaping () -> Double = Self.clock
  ) {
    self.isTerminal = isTerminal
    self.write = write
    self.now = now
  }

  /// The standard error of the process.
  package static var standardError: Console {
    Console(isTerminal: isatty(STDERR_FILENO) == 1, write: writeToStandardError)
  }

  /// Puts out lines of their own, over whatever bar is on the line.
  package func line(_ text: String) {
    write((isTerminal ? "\r\u{1B}[K" : "") + text + "\n")
  }

  /// Draws over the line that was drawn last.
  package func redraw(_ text: String) {
    write("\r\u{1B}[K" + text)
  }

  /// The monotonic clock of the system.
  package static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}

// One system call, so that lines of several threads do not run into each other.
private func writeToStandardError(_ text: String) {
  var text = text
  text.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
