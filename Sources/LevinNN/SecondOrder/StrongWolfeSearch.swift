/// A search along a line for a step at which the loss has fallen enough and its slope is flat enough (Nocedal and
/// Wright, 2006, algorithms 3.5 and 3.6), in the order of `torch.optim.LBFGS`.
///
/// First steps grow until one is too long; then an interval around the step that is looked for shrinks. Trials come
/// from cubic interpolation. A trial that is not finite is halved towards the end of the interval that is.
struct StrongWolfeSearch {
  /// A step that was tried.
  struct Trial {
    let length: Double
    let point: LossPoint
    /// The derivative of the loss along the line.
    let slope: Double

    var loss: Double { point.loss }
  }

  private let start: Trial
  private let direction: [Double]
  private let loss: LossFunction
  private let toleranceChange: Double
  private let maxEvaluations: Int
  private let reach: Double
  private static let sufficientDecrease = 1e-4
  private static let flatness = 0.9

  /// The number of trials so far.
  private(set) var evaluations = 0
  // The number of trials after the first, to which the limit applies.
  private var iterations = 0
  // The shortest step that was not finite.
  private var wall = Double.infinity
  private var bracket: [Trial] = []

  init(
    from point: LossPoint, along direction: [Double], slope: Double, loss: LossFunction,
    toleranceChange: Double, maxEvaluations: Int
  ) {
    start = Trial(length: 0, point: point, slope: slope)
    (self.direction, self.loss) = (direction, loss)
    (self.toleranceChange, self.maxEvaluations) = (toleranceChange, maxEvaluations)
    reach = largestMagnitude(direction)
  }

  /// The best step found; one of length 0 if none was finite.
  mutating func run(firstLength: Double) throws -> Trial {
    let isDone = try grow(from: firstLength)
    if !isDone { try shrink() }
    return bracket.count == 1 || bracket[0].loss <= bracket[1].loss ? bracket[0] : bracket[1]
  }

  // Grows steps until the bracket holds the step that is looked for; true if it holds nothing else.
  private mutating func grow(from firstLength: Double) throws -> Bool {
    var last = start
    guard var trial = try finiteTrial(firstLength, towards: 0) else { return give([start]) }
    while iterations < maxEvaluations {
      if failsDecrease(trial) || (iterations > 1 && trial.loss >= last.loss) {
        bracket = [last, trial]
        return false
      }
      if isFlat(trial) { return give([trial]) }
      if trial.slope >= 0 {
        bracket = [last, trial]
        return false
      }
      let least = trial.length + 0.01 * (trial.length - last.length)
      let most = min(trial.length * 10, (trial.length + wall) / 2)
      let length = Self.minimum(last, trial, within: (min(least, most), most))
      iterations += 1
      guard let next = try finiteTrial(length, towards: trial.length) else {
        return give([trial])
      }
      (last, trial) = (trial, next)
    }
    bracket = [start, trial]
    return false
  }

  private mutating func give(_ trials: [Trial]) -> Bool {
    bracket = trials
    return true
  }

  // Shrinks the bracket around the step that is looked for.
  private mutating func shrink() throws {
    var wasNearEdge = false
    while iterations < maxEvaluations {
      if abs(bracket[1].length - bracket[0].length) * reach < toleranceChange { return }
      let low = bracket[0].loss <= bracket[1].loss ? 0 : 1
      let length = interiorLength(&wasNearEdge)
      iterations += 1
      guard let trial = try finiteTrial(length, towards: bracket[low].length) else { return }
      if failsDecrease(trial) || trial.loss >= bracket[low].loss {
        bracket[1 - low] = trial
        continue
      }
      let isDone = isFlat(trial)
      if !isDone, trial.slope * (bracket[1 - low].length - bracket[low].length) >= 0 {
        bracket[1 - low] = bracket[low]
      }
      bracket[low] = trial
      if isDone { return }
    }
  }

  // The interpolated step, kept a tenth of the bracket from its ends when it comes near them twice.
  private func interiorLength(_ wasNearEdge: inout Bool) -> Double {
    let ends = bracket.map(\.length)
    let (least, most) = (min(ends[0], ends[1]), max(ends[0], ends[1]))
    let length = Self.minimum(bracket[0], bracket[1], within: (least, most))
    let margin = 0.1 * (most - least)
    guard min(most - length, length - least) < margin else {
      wasNearEdge = false
      return length
    }
    guard wasNearEdge || length >= most || length <= least else {
      wasNearEdge = true
      return length
    }
    wasNearEdge = false
    return abs(length - most) < abs(length - least) ? most - margin : least + margin
  }

  private func failsDecrease(_ trial: Trial) -> Bool {
    trial.loss > start.loss + Self.sufficientDecrease * trial.length * start.slope
  }

  private func isFlat(_ trial: Trial) -> Bool { abs(trial.slope) <= -Self.flatness * start.slope }

  // The trial of a length, or of one nearer to `anchor`, which is finite; nil when there are no evaluations left.
  private mutating func finiteTrial(_ length: Double, towards anchor: Double) throws -> Trial? {
    var length = length
    while true {
      let point = try loss(adding(start.point.values, length, direction))
      evaluations += 1
      if point.isFinite {
        return Trial(length: length, point: point, slope: dot(point.gradient, direction))
      }
      wall = min(wall, length)
      length = (length + anchor) / 2
      if evaluations > maxEvaluations { return nil }
      if evaluations > 1 { iterations += 1 }
    }
  }

  /// The minimum of the cubic that has the losses and slopes of two trials, within bounds.
  private static func minimum(
    _ a: Trial, _ b: Trial, within bounds: (Double, Double)
  ) -> Double {
    let (x1, x2) = (a.length, b.length)
    let d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (x1 - x2)
    let square = d1 * d1 - a.slope * b.slope
    guard square >= 0 else { return (bounds.0 + bounds.1) / 2 }
    let d2 = square.squareRoot()
    let length =
      x1 <= x2
      ? x2 - (x2 - x1) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
      : x1 - (x1 - x2) * ((a.slope + d2 - d1) / (a.slope - b.slope + 2 * d2))
    if length.isNaN { return (bounds.0 + bounds.1) / 2 }
    return min(max(length, bounds.0), bounds.1)
  }
}
