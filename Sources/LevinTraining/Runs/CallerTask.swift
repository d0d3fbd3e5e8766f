/// The task that waits for jobs on threads of their own, which cannot see its cancellation themselves.
///
/// The task outlives the jobs, since it waits for them; asking a task whether it is cancelled is allowed from any
/// thread.
final class CallerTask: @unchecked Sendable {
  @TaskLocal static var current: CallerTask?

  private let task: UnsafeCurrentTask

  private init(_ task: UnsafeCurrentTask) { self.task = task }

  /// Runs `body`, which starts jobs and waits for them, with the task it runs in, if there is one.
  static func with<R>(_ body: (CallerTask?) throws -> R) rethrows -> R {
    try withUnsafeCurrentTask { task in try body(task.map(CallerTask.init) ?? current) }
  }

  /// Whether the task has been cancelled.
  var isCancelled: Bool { task.isCancelled }
}
