public import LevinTensor

/// Newton's method with a trust region (Nocedal and Wright, 2006, algorithm 4.1; the step by Moré and Sorensen, 1983).
///
/// A step is up to ``maxIter`` iterations. Each minimizes the quadratic that has the loss's gradient and exact Hessian,
/// within a radius that grows while the loss does what the quadratic says, and shrinks where it does not or is not
/// finite. It needs few evaluations, each at the price of as many gradients as there are numbers in the parameters: it
/// is for up to a few hundred of them.
public final class Newton: ClosureOptimizer {
  /// The share of each step that is taken; 1 for the minimum of the quadratic.
  public var learningRate: Double
  /// The largest number of iterations in a step.
  public let maxIter: Int
  /// The number of evaluations after which a step ends.
  public let maxEval: Int
  /// The largest magnitude in the gradient at which a step ends.
  public let toleranceGrad: Double
  /// The radius before the first step.
  public let initialRadius: Double
  /// The largest radius.
  public let maxRadius: Double
  /// The parameters it updates.
  public let parameters: [Parameter]
  /// The radius within which the quadratic is trusted now.
  public private(set) var radius: Double
  /// The number of evaluations in all steps so far.
  public private(set) var evaluationCount = 0

  /// Sets up the optimizer; settings are checked when a fit begins.
  ///
  /// - Parameter maxEval: By default ten more than `maxIter`.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1.0 as Double,
    maxIter: Int = 20, maxEval: Int? = nil, toleranceGrad: Double = 1e-7,
    initialRadius: Double = 1, maxRadius: Double = 1000
  ) {
    self.parameters = parameters
    self.learningRate = Double(learningRate)
    self.maxIter = maxIter
    self.maxEval = maxEval ?? max(maxIter, maxIter &+ 10)
    self.toleranceGrad = toleranceGrad
    self.initialRadius = initialRadius
    self.maxRadius = maxRadius
    radius = initialRadius
  }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("Newton")
    check.share("learning rate", learningRate)
    check.positive("maxIter", maxIter)
    check.positive("maxEval", maxEval)
    check.notNegative("toleranceGrad", toleranceGrad)
    check.expect(
      initialRadius > 0 && initialRadius <= maxRadius,
      "the initial radius is \(initialRadius), and must be above 0 and at most the largest, \(maxRadius)"
    )
    return check.problem
  }

  /// Second derivatives are needed.
  public var needsHessian: Bool { true }

  /// The update that follows from the loss at the present values and at those that were tried.
  ///
  /// - Throws: What the closure throws that makes the loss.
  public func proposeUpdate(for loss: LossFunction) throws -> ProposedUpdate {
    var descent = NewtonDescent(self, loss)
    try descent.run()
    let (radius, count) = (descent.radius, evaluationCount + descent.evaluations)
    return FlatParameters(parameters: parameters).update(to: descent.point.values) {
      (self.radius, self.evaluationCount) = (radius, count)
    }
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate],
      constant: [
        "maxIter": .integer(maxIter), "maxEval": .integer(maxEval),
        "toleranceGrad": .real(toleranceGrad), "initialRadius": .real(initialRadius),
        "maxRadius": .real(maxRadius),
      ])
  }

  /// The settings, the radius and the number of evaluations.
  public func state() -> State {
    var state = State()
    state["kind"] = .text("Newton")
    settings.write(to: &state)
    state["radius"] = .real(radius)
    state["evaluations"] = .integer(evaluationCount)
    return state
  }

  /// Goes on from the state of another `Newton` with the same constant settings, and takes over the learning rate.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else; nothing is
  ///   changed then.
  public func restore(from state: State) throws {
    try state.expect("kind", state.text("kind"), toBe: "Newton")
    let (numbers, radius) = (try settings.read(from: state), try state.real("radius"))
    evaluationCount = try state.integer("evaluations")
    (learningRate, self.radius) = (numbers[0], radius)
  }
}

/// The iterations of one step of ``Newton``.
private struct NewtonDescent {
  /// The best point so far.
  private(set) var point: LossPoint
  private(set) var radius: Double
  private(set) var evaluations = 1
  private let settings: Newton
  private let loss: LossFunction

  init(_ settings: Newton, _ loss: LossFunction) {
    (self.settings, self.loss) = (settings, loss)
    point = loss.start
    radius = settings.radius
  }

  mutating func run() throws {
    var iterations = 0
    while iterations < settings.maxIter, evaluations < settings.maxEval,
      point.steepness > settings.toleranceGrad
    {
      let region = ActiveRegion(hessian: point.hessian, gradient: point.gradient)
      iterations += 1
      guard try advance(region) else { return }
    }
  }

  // Moves to a better point; false if there is none that the numbers can tell.
  private mutating func advance(_ region: ActiveRegion) throws -> Bool {
    while evaluations < settings.maxEval {
      let step = scaled(region.step(within: radius), by: settings.learningRate)
      let length = norm(step)
      let predicted = region.decrease(along: step)
      guard length > 0, predicted > 0 else { return false }
      let trial = try loss(adding(point.values, 1, step))
      evaluations += 1
      if predicted <= 10 * loss.resolution * abs(point.loss) {
        // Rounding hides the decrease of the loss; the gradient still tells.
        guard trial.isFinite, norm(trial.gradient) < norm(point.gradient) else { return false }
        point = trial
        return true
      }
      let ratio = trial.isFinite ? (point.loss - trial.loss) / predicted : -1
      if ratio < 0.25 {
        radius = length / 4
      } else if ratio > 0.75, length > 0.99 * radius * settings.learningRate {
        radius = min(2 * radius, settings.maxRadius)
      }
      if ratio > 1e-4 {
        point = trial
        return true
      }
    }
    return false
  }
}
