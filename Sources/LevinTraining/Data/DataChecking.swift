/// A module that looks at all data once before the first step.
///
/// The trainer asks after its own checks and before any hook, so an error leaves nothing behind. What
/// is thrown comes out of `fit` unchanged.
public protocol DataCheckingModule<Batch>: LightningModule {
  /// Throws when the data cannot be what this module models.
  ///
  /// - Parameters:
  ///   - data: A whole data set as one batch.
  ///   - role: What the data set serves for, to be named in the error.
  func check(_ data: Batch, role: DataRole) throws
}

/// What a data set serves for in a fit.
public enum DataRole: String, Sendable, CustomStringConvertible {
  /// The data that is learnt from.
  case training
  /// The data that the module is tried on.
  case validation

  /// `training data` or `validation data`.
  public var description: String { "\(rawValue) data" }
}
