import Levin

/// A model at its starting values with an optimizer, trained by a loop written by hand.
///
/// A step is what a step of the `Trainer` is, without metrics, callbacks and batches: the loss, its
/// gradients and Adam's update computed together, a look whether all of it is finite, and the commit.
final class Fit {
  /// The learning rate that all benchmarks and their peers use.
  static let learningRate = 0.001

  private let loss: () -> Tensor
  private let optimizer: Adam

  /// - Parameters:
  ///   - parameters: The parameters that are learnt.
  ///   - loss: Builds the graph of the loss at the parameters' present values.
  init(_ parameters: [Parameter], loss: @escaping () -> Tensor) {
    self.loss = loss
    optimizer = Adam(parameters, learningRate: Self.learningRate)
  }

  /// Takes a step and returns the loss before it.
  @discardableResult
  func step() -> Double {
    var step = Step(loss(), optimizer: optimizer)
    do { return try step.take() } catch { fatalError("a step of a benchmark: \(error)") }
  }
}

extension Benchmark {
  /// Steps of a fit.
  ///
  /// Every sample begins at the starting values, so that no sample does other work than the rest, and
  /// does not count its first steps.
  static func fit(
    _ name: String, rows: Int, _ make: @escaping @Sendable () -> () -> Fit
  ) -> Benchmark {
    Benchmark(
      name: name, rows: rows,
      microseconds: {
        let start = make()
        return Stopwatch.microseconds { repetitions in
          let fit = start()
          for _ in 0..<3 { fit.step() }
          return Stopwatch.seconds { for _ in 0..<repetitions { fit.step() } }
        }
      },
      losses: {
        let fit = make()()
        let losses = (0..<10).map { _ in fit.step() }
        return [(1, losses[0]), (10, losses[9])]
      })
  }
}
