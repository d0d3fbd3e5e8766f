import LevinTensor

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The stream that messages for the user go to while a fit runs, and the clock that paces them.
///
/// On a terminal its last line may be a bar, which is drawn over itself; what else is said meanwhile goes
/// above it. A terminal is described by the escape sequences of ECMA-48: `CSI K` clears to the end of the
/// line, `CSI J` to the end of the screen, and `CSI n A` goes up by n lines.
///
/// Safe for use from several threads if `write` is: the bar is behind a lock.
package final class Console: @unchecked Sendable {
  /// Whether a line can be drawn over.
  package let isTerminal: Bool
  /// Seconds since some moment.
  package let now: () -> Double
  private let write: (String) -> Void
  private let width: () -> Int
  private let bar = Locked<Bar?>(nil)

  private struct Bar {
    /// The text of the bar for a number of columns.
    let text: (Int) -> String
    /// The columns that it takes up as it was drawn last.
    var width: Int
  }

  /// Makes a console.
  ///
  /// - Parameters:
  ///   - isTerminal: Whether a line can be drawn over.
  ///   - write: Writes text as it is.
  ///   - width: The columns of the terminal, asked at each drawing.
  ///   - now: Seconds since some moment.
  package init(
    isTerminal: Bool, write: @escaping (String) -> Void, width: @escaping () -> Int = { 80 },
    now: @escaping () -> Double = Console.clock
  ) {
    self.isTerminal = isTerminal
    self.write = write
    self.width = width
    self.now = now
  }

  /// Makes a console that writes to an open file, whose width the system knows if it is a terminal.
  package convenience init(
    descriptor: Int32, isTerminal: Bool, now: @escaping () -> Double = Console.clock
  ) {
    self.init(
      isTerminal: isTerminal, write: { writeAll($0, to: descriptor) },
      width: { terminalWidth(descriptor) }, now: now)
  }

  /// The standard error of the process.
  package static let standardError = Console(
    descriptor: STDERR_FILENO, isTerminal: isatty(STDERR_FILENO) == 1 && !isDumb)

  // An editor's window that runs a shell calls itself "dumb": it shows escape sequences as text.
  private static var isDumb: Bool { getenv("TERM").map { String(cString: $0) } == "dumb" }

  /// The monotonic clock of the system.
  package static func clock() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Writes lines of their own, above the bar if there is one.
  package func line(_ text: String) {
    bar.withLock { bar in
      guard let old = bar else { return write(text + "\n") }
      let columns = width()
      let drawn = old.text(Self.barWidth(columns))
      write("\(Self.start(of: old, columns))\u{1B}[K\(text)\n\(drawn)\u{1B}[K")
      bar?.width = Text.width(drawn)
    }
  }

  /// Draws the bar, over the one that was drawn before.
  ///
  /// - Parameter text: The text of the bar for a number of columns: one line, and no wider. It is asked
  ///   again when other lines push the bar down.
  package func redraw(_ text: @escaping (_ columns: Int) -> String) {
    bar.withLock { bar in
      let columns = width()
      let drawn = text(Self.barWidth(columns))
      write("\(Self.start(of: bar, columns))\(drawn)\u{1B}[K")
      bar = Bar(text: text, width: Text.width(drawn))
    }
  }

  /// Ends the line of the bar, which stays as it was drawn last.
  package func endBar() {
    bar.withLock { bar in
      if bar != nil { write("\n") }
      bar = nil
    }
  }

  // A terminal wraps a line when a character follows the one in the last column, so that column stays
  // free. Two more are for the "^C" that it echoes where the bar ends.
  private static func barWidth(_ columns: Int) -> Int { max(columns - 3, 1) }

  // The way to the first column of the bar. A terminal that has become narrower than the bar has wrapped
  // it onto more lines, with the cursor on the last of them.
  private static func start(of bar: Bar?, _ columns: Int) -> String {
    let wraps = max((bar?.width ?? 0) - 1, 0) / max(columns, 1)
    return wraps > 0 ? "\r\u{1B}[\(wraps)A\u{1B}[J" : "\r"
  }
}

// One system call, so that lines of several threads do not run into each other, unless the system takes
// a part of the text only.
private func writeAll(_ text: String, to descriptor: Int32) {
  var text = text
  text.withUTF8 { bytes in
    var rest = UnsafeRawBufferPointer(bytes)
    while !rest.isEmpty {
      let count = write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      // There is nobody to tell that standard error takes no text.
      guard count > 0 else { return }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }
}

// The columns of the terminal; where it does not say, those of the shell, or 80.
private func terminalWidth(_ descriptor: Int32) -> Int {
  var size = winsize()
  if ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0 { return Int(size.ws_col) }
  let columns = getenv("COLUMNS").flatMap { Int(String(cString: $0)) } ?? 80
  return columns > 0 ? columns : 80
}
