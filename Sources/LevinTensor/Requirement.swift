/// Ends the process with a message unless the condition holds.
///
/// A mistake in a model is found while a release build trains, where Swift's own `precondition` would
/// keep the message to itself; this one always says it.
@inline(__always)
package func require(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String,
  file: StaticString = #fileID, line: UInt = #line
) {
  if !condition() { fatalError(message(), file: file, line: line) }
}
