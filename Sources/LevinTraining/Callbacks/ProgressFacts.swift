/// The facts about a fit that a progress bar shows.
public struct ProgressFacts: Sendable {
  /// A number of things that are done, and of all of them.
  public struct Count: Sendable, Hashable {
    /// The number that are done.
    public internal(set) var done: Int
    /// The number of all; nil if it is not known.
    public internal(set) var total: Int?
  }

  /// The name of a pass over data by itself, such as `Testing`, whose batches are the steps then; nil for the epochs
  /// of a fit.
  public internal(set) var pass: String?
  /// The epoch that the fit is in, counted from 1, or the last one when the fit is over, and the epochs
  /// that there will be at most.
  public internal(set) var epoch: Count
  /// The steps taken, over all epochs, and those that there will be at most.
  public internal(set) var step: Count
  /// The batches that a validation has looked at, while one runs.
  public internal(set) var validation: Count?
  /// The loss of the last step; nil before the first one.
  public internal(set) var loss: Double?
  /// The metrics that were logged for the progress bar, with their last values, in the order in which
  /// they first came.
  ///
  /// One of the name `train_loss`, or else `loss`, is shown instead of ``loss``.
  public internal(set) var metrics: [(name: String, value: Double)] = []
}
