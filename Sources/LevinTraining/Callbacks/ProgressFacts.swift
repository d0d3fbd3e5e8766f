/// The facts about a fit that its progress bar shows.
struct ProgressFacts {
  /// A number of things that are done, and of all of them.
  struct Count: Equatable {
    /// The number that are done.
    var done: Int
    /// The number of all; nil if it is not known.
    var total: Int?
  }

  /// The epoch that the fit is in, counted from 1, or the last one when the fit is over, and the epochs
  /// that there will be at most.
  var epoch: Count
  /// The steps taken, over all epochs, and those that there will be at most.
  var step: Count
  /// The batches that a validation has looked at, while one runs.
  var validation: Count?
  /// The loss of the last step; nil before the first one.
  var loss: Double?
  /// The metrics that were logged for the progress bar, with their last values, in the order in which
  /// they first came.
  ///
  /// One of the name `train_loss`, or else `loss`, is shown instead of ``loss``.
  var metrics: [(name: String, value: Double)] = []
}
