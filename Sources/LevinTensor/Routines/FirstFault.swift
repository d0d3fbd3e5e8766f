/// The first fault, by position, of those that threads find in their parts of the work.
///
/// Each thread reports the first one of its part, so that the first of all does not depend on who was faster.
final class FirstFault<Fault: Sendable>: Sendable {
  private let held = Locked<(position: Int, fault: Fault)?>(nil)

  var found: (position: Int, fault: Fault)? { held.withLock { $0 } }

  func note(_ fault: Fault, at position: Int) {
    held.withLock { held in
      if held.map({ position < $0.position }) ?? true { held = (position, fault) }
    }
  }
}

extension Routines {
  /// Calls `body` for each matrix of a result, and throws what it found wrong with the first of those that do not
  /// serve.
  static func forEachFitMatrix(
    _ count: Int, work: Int, _ body: (Int) -> EvaluationError?
  ) throws(EvaluationError) {
    let first = FirstFault<EvaluationError>()
    forEachMatrix(count, work: work) { index in
      if let error = body(index) { first.note(error, at: index) }
    }
    if let found = first.found { throw found.fault }
  }
}
