internal import LevinTensor

/// Ends the process with a message and the shapes of the sites so far unless the condition holds.
///
/// Like a shape mistake, a model that breaks the rules of its language cannot go on.
func requireInModel(
  _ condition: @autoclosure () -> Bool, _ message: @autoclosure () -> String
) {
  if condition() { return }
  let shapes = HandlerStack.traceSoFar.map { "\n" + $0.formatShapes() } ?? ""
  stop(message() + shapes)
}
