/// The sizes that a training step knows: of its batch, and of the data that the batch is a part of.
package struct TrainingBatch: Sendable {
  /// The number of observations in the batch.
  package let count: Int
  /// The number of observations in all training data; nil when nobody knows.
  package let total: Int?

  /// The sizes of the step that runs; nil outside of a fit's steps.
  package static var current: TrainingBatch? {
    guard let board = MetricsBoard.current, let count = board.trainingBatch else { return nil }
    return TrainingBatch(count: count, total: board.trainingCount)
  }
}
