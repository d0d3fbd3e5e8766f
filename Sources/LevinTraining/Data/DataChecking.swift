/// A module that looks at all data once.
///
/// For data that can be read again the trainer asks after its own checks and before any hook, so an error leaves
/// nothing behind; the batches of a stream are looked at when they come. What is thrown comes out of `fit`
/// unchanged.
public protocol DataCheckingModule<Batch>: LightningModule {
  /// Throws when the data cannot be what this module models.
  ///
  /// - Parameters:
  ///   - data: Consecutive observations.
  ///   - role: The purpose of the data, to be named in the error.
  ///   - firstIndex: The index of the first of these observations among all data.
  func check(_ data: Batch, role: DataRole, firstIndex: Int) throws
}

/// A module whose look at the data needs batches of the sizes that training has, as its code depends on them.
///
/// Others are shown larger batches, where those of the training are small.
public protocol BatchCheckingModule<Batch>: DataCheckingModule {}

/// The purpose of data in a fit.
///
/// Later versions may add cases, so a `switch` over them needs a `default`.
#if compiler(>=6.3)
@nonexhaustive
#endif
public enum DataRole: String, Sendable, CustomStringConvertible {
  /// The data that is learnt from.
  case training
  /// The data that the module is tried on.
  case validation
  /// The data that the module is tested on.
  case test
  /// The data that the module predicts from.
  case prediction

  /// `training data`, `validation data` and so on.
  public var description: String { "\(rawValue) data" }
}
