/// One row of the results.
struct Benchmark: Sendable {
  /// The name of the measured work.
  let name: String
  /// The size of the work: observations, the side of a matrix, the nodes of a graph.
  let rows: Int
  /// The median time of one step or operation.
  let microseconds: @Sendable () -> Double
  /// Losses after some steps, counted from 1, if it is a fit.
  var losses: (@Sendable () -> [(step: Int, loss: Double)])?
}

/// Times of repeated work: the median over samples of a tenth of a second each.
enum Stopwatch {
  /// The number of samples that the median is taken of.
  static let sampleCount = 11
  private static let sampleSeconds = 0.1

  /// The median time of one repetition, in microseconds.
  ///
  /// - Parameter sample: Prepares what it needs, repeats the work as often as it is told, and returns
  ///   the seconds that the repetitions alone took.
  static func microseconds(_ sample: (_ repetitions: Int) -> Double) -> Double {
    let repetitions = enough(sample)
    let times = (0..<sampleCount).map { _ in sample(repetitions) / Double(repetitions) }
    return times.sorted()[sampleCount / 2] * 1e6
  }

  /// The seconds that `body` takes.
  static func seconds(_ body: () -> Void) -> Double {
    let time = ContinuousClock().measure(body).components
    return Double(time.seconds) + Double(time.attoseconds) * 1e-18
  }

  // Doubles the repetitions until they fill a sample; warms up on the way.
  private static func enough(_ sample: (Int) -> Double) -> Int {
    var repetitions = 1
    while true {
      let time = sample(repetitions)
      if time >= sampleSeconds / 2 {
        return max(1, Int((Double(repetitions) * sampleSeconds / time).rounded()))
      }
      repetitions *= 2
    }
  }
}
