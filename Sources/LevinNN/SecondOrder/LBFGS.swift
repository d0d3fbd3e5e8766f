public import LevinTensor

/// The limited-memory method of Broyden, Fletcher, Goldfarb and Shanno (Nocedal and Wright, 2006, algorithm 7.5), with
/// the arithmetic of `torch.optim.LBFGS` in double precision.
///
/// A step is up to ``maxIter`` iterations, each of which searches a line for a point that meets the strong Wolfe
/// conditions. A trial that is not finite shortens the search. Unlike PyTorch's, lines are searched by default, and
/// the default ``toleranceChange`` is so small that a loss that is a mean reaches gradients of 1e-7; with PyTorch's
/// 1e-9 it ends at gradients near 1e-5.
public final class LBFGS: ClosureOptimizer {
  /// A search for a step along a line.
  public enum LineSearch: Sendable, Hashable {
    /// A search for a point where the loss has fallen and the slope is flat enough.
    case strongWolfe
  }

  /// The first step along each line that is tried; without a line search, the step.
  public var learningRate: Double
  /// The largest number of iterations in a step.
  public let maxIter: Int
  /// The number of evaluations after which a step ends.
  public let maxEval: Int
  /// The largest magnitude in the gradient at which a step ends.
  public let toleranceGrad: Double
  /// The change of the loss or of the parameters at which a step ends.
  public let toleranceChange: Double
  /// The number of pairs of changes that the curvature is estimated from.
  public let historySize: Int
  /// The search along a line; nil for steps of the learning rate.
  public let lineSearch: LineSearch?
  /// The parameters it updates.
  public let parameters: [Parameter]

  private var memory = CurvatureMemory()

  /// Sets up the optimizer; settings are checked when a fit begins.
  ///
  /// - Parameter maxEval: By default a quarter more than `maxIter`.
  public init(
    _ parameters: [Parameter], learningRate: some BinaryFloatingPoint = 1.0 as Double,
    maxIter: Int = 20, maxEval: Int? = nil, toleranceGrad: Double = 1e-7,
    toleranceChange: Double = 1e-16, historySize: Int = 100, lineSearch: LineSearch? = .strongWolfe
  ) {
    self.parameters = parameters
    self.learningRate = Double(learningRate)
    self.maxIter = maxIter
    self.maxEval = maxEval ?? maxIter + maxIter / 4
    self.toleranceGrad = toleranceGrad
    self.toleranceChange = toleranceChange
    self.historySize = historySize
    self.lineSearch = lineSearch
  }

  /// The first problem with the settings; nil when all is well.
  public var settingsProblem: String? {
    var check = SettingsCheck("LBFGS", learningRate: learningRate)
    check.positive("maxIter", maxIter)
    check.positive("maxEval", maxEval)
    check.positive("historySize", historySize)
    check.notNegative("toleranceGrad", toleranceGrad)
    check.notNegative("toleranceChange", toleranceChange)
    return check.problem
  }

  /// First derivatives are enough.
  public var needsHessian: Bool { false }

  /// The number of evaluations in all steps so far.
  public var evaluationCount: Int { memory.evaluations }

  /// The number of iterations in all steps so far.
  public var iterationCount: Int { memory.iterations }

  /// The update that follows from the loss at the present values and at those of the search.
  ///
  /// - Throws: What the closure throws that makes the loss.
  public func proposeUpdate(for loss: LossFunction) throws -> ProposedUpdate {
    var descent = LBFGSDescent(self, memory, loss)
    try descent.run()
    let memory = descent.memory
    return FlatParameters(parameters: parameters).update(to: descent.point.values) {
      self.memory = memory
    }
  }

  private var settings: OptimizerSettings {
    OptimizerSettings(
      changing: ["learningRate": learningRate],
      constant: [
        "maxIter": .integer(maxIter), "maxEval": .integer(maxEval),
        "toleranceGrad": .real(toleranceGrad), "toleranceChange": .real(toleranceChange),
        "historySize": .integer(historySize),
        "lineSearch": .text(lineSearch.map { "\($0)" } ?? "none"),
      ])
  }

  /// The settings, the counts, and the pairs of changes.
  public func state() -> State {
    var state = memory.state()
    state["kind"] = .text("LBFGS")
    settings.write(to: &state)
    return state
  }

  /// Goes on from the state of another `LBFGS` with the same constant settings, for parameters of the same shapes, and
  /// takes over the learning rate.
  ///
  /// - Throws: ``StateError`` with the setting that differs, or when the state was taken from something else; nothing is
  ///   changed then.
  public func restore(from state: State) throws {
    try state.expect("kind", state.text("kind"), toBe: "LBFGS")
    let numbers = try settings.read(from: state)
    let count = parameters.reduce(0) { $0 + $1.unconstrained.elementCount }
    memory = try CurvatureMemory(from: state, count: count)
    learningRate = numbers[0]
  }
}
