/// The iterations of one step of ``LBFGS``.
struct LBFGSDescent {
  private(set) var memory: CurvatureMemory
  /// The best point so far.
  private(set) var point: LossPoint
  private let settings: LBFGS
  private let loss: LossFunction
  private var evaluations = 1

  init(_ settings: LBFGS, _ memory: CurvatureMemory, _ loss: LossFunction) {
    (self.settings, self.memory, self.loss) = (settings, memory, loss)
    point = loss.start
    self.memory.evaluations += 1
  }

  mutating func run() throws {
    if point.steepness <= settings.toleranceGrad { return }
    for _ in 1...max(settings.maxIter, 1) {
      memory.turn(at: point.gradient, historySize: settings.historySize)
      memory.length = firstLength
      let slope = dot(point.gradient, memory.direction)
      if slope > -settings.toleranceChange { return }
      let before = point.loss
      if settings.lineSearch == nil {
        try move()
      } else {
        try search(slope)
      }
      if isDone(before) { return }
    }
  }

  private var firstLength: Double {
    guard memory.iterations == 1 else { return settings.learningRate }
    return min(1, 1 / point.gradient.reduce(0) { $0 + abs($1) }) * settings.learningRate
  }

  private func isDone(_ before: Double) -> Bool {
    if evaluations >= settings.maxEval || point.steepness <= settings.toleranceGrad { return true }
    let step = largestMagnitude(scaled(memory.direction, by: memory.length))
    return step <= settings.toleranceChange || abs(point.loss - before) < settings.toleranceChange
  }

  private mutating func search(_ slope: Double) throws {
    var search = StrongWolfeSearch(
      from: point, along: memory.direction, slope: slope, loss: loss,
      toleranceChange: settings.toleranceChange, maxEvaluations: settings.maxEval - evaluations)
    let found = try search.run(firstLength: memory.length)
    count(search.evaluations)
    (memory.length, point) = (found.length, found.point)
  }

  // A step of the learning rate, shorter if the loss is not finite there.
  private mutating func move() throws {
    var next = try evaluate(memory.length)
    while !next.isFinite, evaluations < settings.maxEval {
      memory.length /= 2
      next = try evaluate(memory.length)
    }
    if next.isFinite { point = next } else { memory.length = 0 }
  }

  private mutating func evaluate(_ length: Double) throws -> LossPoint {
    count(1)
    return try loss(adding(point.values, length, memory.direction))
  }

  private mutating func count(_ number: Int) {
    evaluations += number
    memory.evaluations += number
  }
}
