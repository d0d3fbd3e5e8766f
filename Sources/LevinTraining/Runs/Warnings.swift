internal import LevinTensor
internal import Synchronization

/// The way out for warnings of one fit: its console, so that they do not write over its progress bar.
package final class Warnings: @unchecked Sendable {
  /// The warnings of the fit that runs on this thread.
  @TaskLocal package static var current: Warnings?

  private let console: Console
  private let areShown: Bool
  private let hasToldOfLogs = Atomic<Bool>(false)

  init(_ console: Console, areShown: Bool) {
    self.console = console
    self.areShown = areShown
  }

  /// Shows a warning on a line of its own.
  func show(_ text: String) {
    if areShown { console.line("warning: " + text) }
  }

  // The first metric alone: one that is logged so is logged in every step.
  fileprivate func showLogOutside(_ name: String) {
    guard !hasToldOfLogs.exchange(true, ordering: .relaxed) else { return }
    show(
      "log(\"\(name)\") was called on a thread or task that is not the fit's, so no fit has it; log it in a step or "
        + "a hook")
  }
}

/// Tells the user of something that is likely a mistake: through the console of the fit that runs here, or else on
/// standard error.
package func warn(_ text: String) {
  if let warnings = Warnings.current { return warnings.show(text) }
  Console.standardError.line("warning: " + text)
}

/// The fits that run in this process.
enum OpenFits {
  private static let count = Atomic<Int>(0)
  private static let open = Locked<[Warnings]>([])

  /// Counts a fit as open while `body` runs.
  static func including<R>(_ warnings: Warnings, _ body: () throws -> R) rethrows -> R {
    open.withLock { $0.append(warnings) }
    count.add(1, ordering: .relaxed)
    defer {
      count.subtract(1, ordering: .relaxed)
      open.withLock { $0.removeAll { $0 === warnings } }
    }
    return try body()
  }

  /// Tells once of a `log` that finds no fit while one runs elsewhere.
  static func noteLogOutside(_ name: String) {
    if count.load(ordering: .relaxed) == 0 { return }
    open.withLock { $0.first }?.showLogOutside(name)
  }
}
