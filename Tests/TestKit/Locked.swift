import Synchronization

/// A value that several threads change one after the other.
public final class Locked<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  /// Holds a value.
  public init(_ value: Value) { self.value = Mutex(value) }

  /// Runs `body` on the value while nobody else does.
  public func withLock<R: Sendable>(_ body: (inout Value) -> R) -> R {
    value.withLock { body(&$0) }
  }
}
