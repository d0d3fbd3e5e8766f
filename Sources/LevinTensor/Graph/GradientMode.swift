import Synchronization

/// Whether operations made now can be differentiated.
enum GradientMode {
  @TaskLocal private static var isSuspended = false
  // A task-local costs more to read than a node costs to make, so it is looked at only while some
  // scope is open somewhere.
  private static let openScopes = Atomic<Int>(0)

  static var isEnabled: Bool {
    openScopes.load(ordering: .relaxed) == 0 || !isSuspended
  }

  static func suspended<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
    openScopes.add(1, ordering: .relaxed)
    defer { openScopes.subtract(1, ordering: .relaxed) }
    return try $isSuspended.withValue(true) { () -> Result<R, E> in
      do throws(E) { return .success(try body()) } catch { return .failure(error) }
    }.get()
  }
}

/// Runs `body` without recording what is needed to differentiate its results.
///
/// Tensors made inside have no gradient and keep no history.
public func withoutGradient<R, E: Error>(_ body: () throws(E) -> R) throws(E) -> R {
  try GradientMode.suspended(body)
}
