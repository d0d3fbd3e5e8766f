/// The purpose that a model is run for.
///
/// A trainer runs training steps in ``training`` and everything else in ``evaluation``, so that nobody has to
/// remember to switch. Dropout and batch normalisation look at ``current`` when they are called. A loop by hand
/// says so itself, and a part of a model may be held in evaluation:
///
///     let loss = withMode(.training) {
///       let features = withMode(.evaluation) { backbone(batch) }
///       return head(features).mean()
///     }
public enum Mode: Sendable, Hashable {
  /// Parameters are being learnt, buffers move on.
  case training
  /// The model is used as it is.
  case evaluation

  @TaskLocal static var inForce = Mode.evaluation

  /// The mode in force here.
  public static var current: Mode { inForce }
}

/// Runs `body` in a mode.
///
/// Tasks that are started inside have the same mode; threads have not.
public func withMode<R>(_ mode: Mode, _ body: () throws -> R) rethrows -> R {
  try Mode.$inForce.withValue(mode, operation: body)
}
