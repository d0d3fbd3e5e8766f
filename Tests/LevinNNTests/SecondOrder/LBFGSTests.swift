import Levin
import LevinTestKit
import Testing

@Suite struct LBFGSTests {
  struct Settings: Decodable, Sendable {
    var lr: Double?
    var maxIter: Int?
    var maxEval: Int?
    var toleranceGrad: Double?
    var toleranceChange: Double?
    var historySize: Int?

    enum CodingKeys: String, CodingKey {
      case lr
      case maxIter = "max_iter"
      case maxEval = "max_eval"
      case toleranceGrad = "tolerance_grad"
      case toleranceChange = "tolerance_change"
      case historySize = "history_size"
    }
  }

  struct Row: Decodable, Sendable {
    let values: [Double]
    let evaluations: Int
    let iterations: Int
    let loss: Double
  }

  struct Case: Decodable, Sendable, CustomTestStringConvertible {
    let problem: String
    let settings: Settings
    let rows: [Row]

    var testDescription: String { "\(problem) with \(settings)" }

    func makeLoss() -> StatisticalLoss { problem == "rosenbrock" ? rosenbrock() : logistic() }

    func makeOptimizer(_ parameters: [Parameter]) -> LBFGS {
      LBFGS(
        parameters, learningRate: settings.lr ?? 1, maxIter: settings.maxIter ?? 20,
        maxEval: settings.maxEval, toleranceGrad: settings.toleranceGrad ?? 1e-7,
        toleranceChange: settings.toleranceChange ?? 1e-9, historySize: settings.historySize ?? 100)
    }
  }

  struct File: Decodable, Sendable {
    let features: [[Double]]
    let labels: [Double]
    let cases: [Case]
  }

  static let file = try! Fixture.load("lbfgs", as: File.self)

  static func rosenbrock() -> StatisticalLoss {
    let point = Parameter(wrappedValue: Tensor([-1.2, 1.0]))
    return StatisticalLoss(parameters: [point]) {
      let (x, y) = (point.wrappedValue[0], point.wrappedValue[1])
      return 100 * (y - x * x).square() + (1 - x).square()
    }
  }

  static func logistic() -> StatisticalLoss {
    let (features, labels) = (Tensor(file.features), Tensor(file.labels))
    let weights = Parameter(wrappedValue: .zeros([3], dtype: .float64))
    let bias = Parameter(wrappedValue: Tensor([0.5]))
    return StatisticalLoss(parameters: [weights, bias]) {
      let logits = (features * weights.wrappedValue).sum(axis: 1) + bias.wrappedValue
      return (logits.softplus() - labels * logits).mean()
    }
  }

  @Test(arguments: file.cases) func stepsAreThoseOfPyTorch(_ item: Case) throws {
    let loss = item.makeLoss()
    let optimizer = item.makeOptimizer(loss.parameters)
    #expect(optimizer.settingsProblem == nil)
    for (step, row) in item.rows.enumerated() {
      let before = try optimizer.step(loss.value)
      #expect(abs(before - row.loss) <= 1e-8, "loss before step \(step)")
      let values = loss.parameters.flatMap { $0.wrappedValue.scalars }
      #expect(
        zip(values, row.values).allSatisfy { abs($0 - $1) <= 1e-8 * max(1, abs($1)) },
        "\(values) for \(row.values) after step \(step)")
      #expect(optimizer.evaluationCount == row.evaluations, "after step \(step)")
      #expect(optimizer.iterationCount == row.iterations, "after step \(step)")
    }
  }

  @Test(arguments: [1, 2, 5]) func anOptimizerGoesOnWhereAnotherWas(_ stop: Int) throws {
    let (first, second) = (Self.rosenbrock(), Self.rosenbrock())
    let a = LBFGS(first.parameters, maxIter: 3, historySize: 4)
    let b = LBFGS(second.parameters, maxIter: 3, historySize: 4)
    for _ in 0..<stop { try a.step(first.value) }
    for (from, to) in zip(first.parameters, second.parameters) {
      to.wrappedValue = from.wrappedValue
    }
    try b.restore(from: a.state())
    #expect(a.state() == b.state())
    for _ in 0..<4 {
      try a.step(first.value)
      try b.step(second.value)
    }
    #expect(
      first.parameters[0].wrappedValue.scalars == second.parameters[0].wrappedValue.scalars)
    #expect(a.state() == b.state() && a.evaluationCount == b.evaluationCount)
  }

  @Test func theStateOfAnotherIsRefused() throws {
    let loss = Self.rosenbrock()
    let optimizer = LBFGS(loss.parameters)
    try optimizer.step(loss.value)
    let before = optimizer.state()
    #expect(throws: StateError.self) { try optimizer.restore(from: Newton([]).state()) }
    let other = Self.logistic()
    let larger = LBFGS(other.parameters)
    try larger.step(other.value)
    #expect(throws: StateError.self) { try optimizer.restore(from: larger.state()) }
    #expect(optimizer.state() == before)
  }

  // log x is not finite where a first step of 1 would lead.
  @Test func aTrialThatIsNotFiniteShortensTheStep() throws {
    let x = Parameter(wrappedValue: Tensor([0.1]))
    let optimizer = LBFGS([x], learningRate: 100)
    var hasSeenNaN = false
    for _ in 0..<5 {
      try optimizer.step {
        let value = x.wrappedValue - x.wrappedValue.log()
        hasSeenNaN = hasSeenNaN || value.item().isNaN
        return value.sum()
      }
    }
    #expect(hasSeenNaN && abs(x.wrappedValue.item() - 1) < 1e-5)
  }

  @Test func withoutLineSearchStepsAreTheLearningRate() throws {
    let x = Parameter(wrappedValue: Tensor([4.0]))
    let optimizer = LBFGS([x], learningRate: 0.25, maxIter: 1, lineSearch: nil)
    try optimizer.step { x.wrappedValue.square().sum() / 2 }
    // The first step is the rate times the gradient over its sum of magnitudes.
    #expect(x.wrappedValue.item() == 3.75)
    let all = LBFGS([x], learningRate: 1, lineSearch: nil)
    for _ in 0..<3 { try all.step { x.wrappedValue.square().sum() / 2 } }
    #expect(abs(x.wrappedValue.item()) < 1e-6)
  }

  private static let bad: [(@Sendable () -> any Optimizer, String)] = [
    ({ LBFGS([], learningRate: -1) }, "LBFGS: the learning rate"),
    ({ LBFGS([], maxIter: 0) }, "maxIter"), ({ LBFGS([], maxEval: 0) }, "maxEval"),
    ({ LBFGS([], toleranceGrad: -1) }, "toleranceGrad"),
    ({ LBFGS([], toleranceChange: .nan) }, "toleranceChange"),
    ({ LBFGS([], historySize: 0) }, "historySize"),
    ({ Newton([], learningRate: Double.nan) }, "Newton: the learning rate"),
    ({ Newton([], learningRate: 2) }, "Newton: the learning rate"),
    ({ Newton([], maxIter: 0) }, "maxIter"), ({ Newton([], maxEval: -3) }, "maxEval"),
    ({ Newton([], toleranceGrad: -1) }, "toleranceGrad"),
    ({ Newton([], initialRadius: 0) }, "initial radius"),
    ({ Newton([], initialRadius: 2, maxRadius: 1) }, "initial radius"),
    ({ OptimizerGroup([LBFGS([]), Adam([])]) }, "LBFGS asks for the loss again"),
  ]

  @Test(arguments: bad.indices) func aSettingThatMakesNoSenseIsNamed(_ index: Int) throws {
    let (make, words) = Self.bad[index]
    #expect(try #require(make().settingsProblem).contains(words))
  }
}
