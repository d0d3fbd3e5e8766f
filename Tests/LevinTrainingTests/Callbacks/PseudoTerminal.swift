import LevinTraining

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A terminal of the system's, whose other end the test reads.
final class PseudoTerminal {
  private let master: Int32
  private var slave: Int32
  private var bytes: [UInt8] = []

  init(columns: Int) {
    (master, slave) = openPair()
    self.columns = columns
    resize()
    _ = fcntl(master, F_SETFL, O_NONBLOCK)
  }

  deinit {
    if slave >= 0 { close(slave) }
    close(master)
  }

  var columns: Int { didSet { resize() } }

  private func resize() {
    var size = winsize(ws_row: 24, ws_col: UInt16(columns), ws_xpixel: 0, ws_ypixel: 0)
    precondition(ioctl(master, UInt(TIOCSWINSZ), &size) == 0, "the terminal takes no size")
  }

  /// A console that writes to the terminal, with the test's clock.
  func console(now: @escaping () -> Double) -> Console {
    Console(descriptor: slave, isTerminal: isatty(slave) == 1, now: now)
  }

  /// Takes what the system has passed on, so that writers never wait.
  func drain() {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(master, &buffer, buffer.count)
      guard count > 0 else { return }
      bytes += buffer[..<count]
    }
  }

  /// Everything that was written, once nothing more will be.
  func finish() -> String {
    // The system passes bytes on in its own time; when it has none left and no writer, it says so.
    _ = fcntl(master, F_SETFL, 0)
    close(slave)
    slave = -1
    drain()
    return String(decoding: bytes, as: UTF8.self)
  }
}

private func openPair() -> (master: Int32, slave: Int32) {
  let master = open("/dev/ptmx", O_RDWR | O_NOCTTY)
  #if canImport(Darwin)
  precondition(grantpt(master) == 0 && unlockpt(master) == 0, "the system gave no terminal")
  let name = String(cString: ptsname(master))
  #else
  // TIOCSPTLCK and TIOCGPTN, which is what unlockpt and ptsname do: Swift imports neither.
  var (lock, number): (CInt, CInt) = (0, 0)
  let isOpen = ioctl(master, 0x4004_5431, &lock) == 0 && ioctl(master, 0x8004_5430, &number) == 0
  precondition(isOpen, "the system gave no terminal")
  let name = "/dev/pts/\(number)"
  #endif
  return (master, open(name, O_RDWR | O_NOCTTY))
}
