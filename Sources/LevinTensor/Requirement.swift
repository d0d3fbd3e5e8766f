/// Ends the process with a message unless the condition holds; see ``stop(_:locating:)``.
///
/// A mistake in a model is found while a release build trains, where Swift's own `precondition` would
/// keep the message to itself; this one always says it.
@inline(__always)
package func require(_ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String) {
  if !condition() { stop(message()) }
}
